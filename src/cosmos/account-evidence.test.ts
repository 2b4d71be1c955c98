import { ConsistencyLevel, type DatabaseAccount } from '@azure/cosmos'
import { expect, test } from 'vitest'
import { accountEvidence, writeOrigin } from './account-evidence.ts'

const evidenceOf = (account: string, writes: readonly string[], reads: readonly string[]) => {
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
  return accountEvidence(page as DatabaseAccount, (origin) => origin)
}
const fingerprints = (...account: Parameters<typeof evidenceOf>) => evidenceOf(...account).fingerprints

test('an account keeps its fingerprint through a failover and a new region; another account has another', () => {
  const before = fingerprints('shop', ['West Europe'], ['West Europe', 'North Europe'])
  expect(before).toHaveLength(1)
  expect(fingerprints('shop', ['North Europe'], ['North Europe', 'West Europe', 'East US 2'])).toEqual(before)
  expect(fingerprints('shop-test', ['West Europe'], ['West Europe', 'North Europe'])).not.toEqual(before)
})

test('a write that is not retried goes to its own region where that takes writes, else to the first that does', () => {
  const both = ['West Europe', 'North Europe']
  const several = evidenceOf('shop', both, both)
  expect(writeOrigin(several, 'northeurope')).toBe('https://shop-northeurope.documents.azure.com')
  expect(writeOrigin(several, undefined)).toBe('https://shop-westeurope.documents.azure.com')
  expect(writeOrigin(evidenceOf('shop', ['West Europe'], both), 'North Europe')).toBe(
    'https://shop-westeurope.documents.azure.com',
  )
})
