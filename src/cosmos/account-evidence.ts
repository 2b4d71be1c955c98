import { createHash } from 'node:crypto'
import type { DatabaseAccount } from '@azure/cosmos'
import { type ConsistencyLevel, consistencyLevels } from '../protocol/consistency-level.ts'
import { regionKey } from '../protocol/region.ts'
import { TargetProblem } from './target-problem.ts'

/** What the account says about itself (`GET /`). */
export interface AccountEvidence {
  /** The default level; undefined when the account names none that is known. */
  readonly consistency: ConsistencyLevel | undefined
  /** As the account spells and orders them. */
  readonly writeRegions: readonly string[]
  readonly readRegions: readonly string[]
  readonly multipleWriteLocations: boolean
  /** Region → origin of its endpoint, as it is contacted (after rewriting). */
  readonly endpoints: ReadonlyMap<string, string>
  /** Two who see one of these in common see the same account, whatever name they reach it by. */
  readonly fingerprints: readonly string[]
}

/** `rewrite` turns an announced origin into the one to contact. */
export function accountEvidence(account: DatabaseAccount, rewrite: (origin: string) => string): AccountEvidence {
  const level: string = account.consistencyPolicy
  const locations = [...account.writableLocations, ...account.readableLocations]
  return {
    consistency: consistencyLevels.find((known) => known === level),
    writeRegions: account.writableLocations.map(({ name }) => name),
    readRegions: account.readableLocations.map(({ name }) => name),
    multipleWriteLocations: account.enableMultipleWritableLocations,
    endpoints: new Map(
      locations.map(({ name, databaseAccountEndpoint }) => [name, rewrite(new URL(databaseAccountEndpoint).origin)]),
    ),
    fingerprints: [...new Set(locations.map(fingerprint))].toSorted(),
  }
}

/**
 * Of the host that the account announces for a region, without the region's part: `shop-westeurope.documents.azure.com` is
 * `shop.documents.azure.com`, so that a failover and a new region change nothing.
 */
function fingerprint({ name, databaseAccountEndpoint }: DatabaseAccount['writableLocations'][number]): string {
  const { host } = new URL(databaseAccountEndpoint)
  const stem = host.replace(`-${regionKey(name)}.`, '.')
  return createHash('sha256').update(stem).digest('hex').slice(0, 16)
}

/** The account's own spelling of a region. Throws `misconfigured`, naming the account's regions. */
export function findRegion(evidence: AccountEvidence, region: string): string {
  const known = [...evidence.endpoints.keys()]
  const found = known.find((name) => regionKey(name) === regionKey(region))
  if (found !== undefined) return found
  throw new TargetProblem(
    'misconfigured',
    `the account has no region "${region}"; it has ${known.length === 0 ? 'named none' : known.join(', ')}`,
    known.length === 0
      ? 'leave out the region of each hop'
      : `write one of the account's regions at the hop, or add the region to the account`,
  )
}

/** Where a write goes that must not be retried elsewhere: the hop's own region if it takes writes, else the first that does. */
export function writeOrigin(evidence: AccountEvidence, region: string | undefined): string | undefined {
  const own = evidence.writeRegions.find((name) => region !== undefined && regionKey(name) === regionKey(region))
  const chosen = own ?? evidence.writeRegions[0]
  return chosen === undefined ? undefined : evidence.endpoints.get(chosen)
}
