import fc from 'fast-check'
import { type RangeToken, SessionToken } from '../../src/protocol/session-token.ts'

/** Small numbers, so that equal and crossing components are common; -1 is legal on the wire. */
const smallLsn = fc.integer({ min: -1, max: 4 }).map(BigInt)
const anyLsn = fc.oneof(smallLsn, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }))

/** Any range token that the grammar allows; region sets are arbitrary, even under one version. */
export const anyRangeToken: fc.Arbitrary<RangeToken> = fc.oneof(
  { weight: 1, arbitrary: anyLsn.map((globalLsn) => ({ version: undefined, globalLsn, localLsns: new Map() })) },
  {
    weight: 5,
    arbitrary: fc.record({
      version: fc.integer({ min: -1, max: 3 }).map(BigInt),
      globalLsn: anyLsn,
      localLsns: fc
        .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 4 }).map(String), anyLsn), { selector: ([region]) => region })
        .map((entries) => new Map(entries)),
    }),
  },
)

/**
 * Several range tokens of one history. Region ids are never reused, so a region lives through one interval of versions, and
 * the version alone says which regions a token names. Only there is `covers` transitive: were region 1 removed in version
 * 2 and back in version 3, then `3#9#1=0` would cover `2#9`, which covers `1#9#1=5`, without covering it.
 */
export function tokensOfOneHistory(count: number): fc.Arbitrary<RangeToken[]> {
  const lastVersion = 4
  const lifetime = fc.tuple(fc.nat(lastVersion), fc.nat(lastVersion)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)])
  return fc.array(lifetime, { minLength: 1, maxLength: 4 }).chain((lifetimes) => {
    const vector = fc.nat(lastVersion).chain((version) => {
      const alive = lifetimes.flatMap(([from, to], region) => (from! <= version && version <= to! ? [region] : []))
      return fc
        .tuple(smallLsn, fc.array(smallLsn, { minLength: alive.length, maxLength: alive.length }))
        .map(([globalLsn, lsns]) => ({
          version: BigInt(version),
          globalLsn,
          localLsns: new Map(alive.map((region, i) => [String(region), lsns[i]!] as const)),
        }))
    })
    const simple = smallLsn.map((globalLsn) => ({ version: undefined, globalLsn, localLsns: new Map() }))
    const token: fc.Arbitrary<RangeToken> = fc.oneof({ weight: 6, arbitrary: vector }, { weight: 1, arbitrary: simple })
    return fc.array(token, { minLength: count, maxLength: count })
  })
}

export const anySessionToken: fc.Arbitrary<SessionToken> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('0', '1', '2', '10'), anyRangeToken), { selector: ([range]) => range })
  .map((entries) => SessionToken.of(entries))
