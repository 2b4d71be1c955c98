import { ConsistencyLevel, type DatabaseAccount } from '@azure/cosmos'
import { expect, test } from 'vitest'
import { accountEvidence } from './account-evidence.ts'

const fingerprints = (account: string, writes: readonly string[], reads: readonly string[]) => {
  const location = (name: string) => ({
    name,
    databaseAccountEndpoint: `https://${account}-${name.toLowerCase().replaceAll(' ', '')}.documents.azure.com:443/`,
  })
  const page: Pick<
    DatabaseAccount,
    'consistencyPolicy' | 'writableLocations' | 'readableLocations' | 'enableMultipleWritableLocations'
  > = {
    consistencyPolicy: ConsistencyLevel.Session,
    writableLocations: writes.map(location),
    readableLocations: reads.map(location),
    enableMultipleWritableLocations: false,
  }
  return accountEvidence(page as DatabaseAccount, (origin) => origin).fingerprints
}

test('an account keeps its fingerprint through a failover and a new region; another account has another', () => {
  const before = fingerprints('shop', ['West Europe'], ['West Europe', 'North Europe'])
  expect(before).toHaveLength(1)
  expect(fingerprints('shop', ['North Europe'], ['North Europe', 'West Europe', 'East US 2'])).toEqual(before)
  expect(fingerprints('shop-test', ['West Europe'], ['West Europe', 'North Europe'])).not.toEqual(before)
})
