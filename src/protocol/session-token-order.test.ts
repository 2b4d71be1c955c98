import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyRangeToken, anySessionToken, tokensOfOneHistory } from '../../test/arbitraries/tokens.ts'
import {
  compareRangeTokens,
  covers,
  mergeRangeTokens,
  printRangeToken,
  type RangeToken,
  rangeTokenCovers,
  SessionToken,
} from './session-token.ts'

const parsed = (text: string): SessionToken => {
  const result = SessionToken.parse(text)
  if ('problem' in result) throw new Error(result.problem)
  return result.token
}
const range = (text: string): RangeToken => parsed(`0:${text}`).forRange('0')!
const merged = (left: string, right: string): string => printRangeToken(mergeRangeTokens(range(left), range(right)))
const equal = (left: RangeToken, right: RangeToken) => compareRangeTokens(left, right) === 'equal'
/** Many short runs: the arbitraries are small, and a crossing of components must be met. */
const thorough = { numRuns: 1000 }

describe('merge of range tokens', () => {
  test('takes the larger of each component under one version', () => {
    expect(merged('1#100#1=20#2=30', '1#90#1=25#2=10')).toBe('1#100#1=25#2=30')
  })

  test('keeps regions that only one side names', () => {
    expect(merged('1#5#1=5', '1#5#2=7')).toBe('1#5#1=5#2=7')
  })

  test('across versions the newer stands alone, in either order', () => {
    expect(merged('1#100#1=50', '2#60#1=40')).toBe('2#60#1=40')
    expect(merged('2#60#1=40', '1#100#1=50')).toBe('2#60#1=40')
  })

  test('the simple form gives way to any version, even an unset one', () => {
    expect(merged('100', '-1#5')).toBe('-1#5')
    expect(merged('100', '101')).toBe('101')
  })

  test('is commutative', () => {
    fc.assert(
      fc.property(anyRangeToken, anyRangeToken, (a, b) => equal(mergeRangeTokens(a, b), mergeRangeTokens(b, a))),
      thorough,
    )
  })

  test('is associative', () => {
    fc.assert(
      fc.property(anyRangeToken, anyRangeToken, anyRangeToken, (a, b, c) =>
        equal(mergeRangeTokens(mergeRangeTokens(a, b), c), mergeRangeTokens(a, mergeRangeTokens(b, c))),
      ),
      thorough,
    )
  })

  test('is idempotent', () => {
    fc.assert(fc.property(anyRangeToken, (a) => equal(mergeRangeTokens(a, a), a)))
  })

  test('is the least upper bound of covers under one version', () => {
    const underOneVersion = anyRangeToken.map((token) => ({ ...token, version: 1n }))
    fc.assert(
      fc.property(underOneVersion, underOneVersion, underOneVersion, (a, b, other) => {
        const join = mergeRangeTokens(a, b)
        expect(rangeTokenCovers(join, a)).toBe(true)
        expect(rangeTokenCovers(join, b)).toBe(true)
        expect(rangeTokenCovers(other, join)).toBe(rangeTokenCovers(other, a) && rangeTokenCovers(other, b))
      }),
      thorough,
    )
  })

  test('is no upper bound across versions: the newer history may hold less (decision 0001)', () => {
    const older = range('1#100#1=50')
    const newer = range('2#60#1=40')
    expect(rangeTokenCovers(mergeRangeTokens(older, newer), newer)).toBe(true)
    expect(rangeTokenCovers(mergeRangeTokens(older, newer), older)).toBe(false)
  })
})

describe('covers between range tokens', () => {
  const table: readonly (readonly [held: string, needed: string, expected: boolean, why: string])[] = [
    ['1#100#1=20#2=30', '1#100#1=20#2=30', true, 'the same progress'],
    ['1#101#1=20#2=30', '1#100#1=20#2=30', true, 'a larger global LSN'],
    ['1#99#1=20#2=30', '1#100#1=20#2=30', false, 'a smaller global LSN'],
    ['1#100#1=21#2=30', '1#100#1=20#2=30', true, 'a larger local LSN'],
    ['1#100#1=20#2=29', '1#100#1=20#2=30', false, 'one smaller local LSN'],
    ['1#900#1=20#2=29', '1#100#1=20#2=30', false, 'a smaller local LSN that the global one does not make good'],
    ['1#100#1=20', '1#100#1=20#2=30', false, 'a region missing under one version'],
    ['1#100#1=20#2=30', '1#100#1=20', true, 'a region more under one version'],
    ['2#100#1=20', '1#100#1=20#2=30', true, 'a region removed by a newer version'],
    ['2#100#1=19', '1#100#1=20#2=30', false, 'a region that stayed and has less, under a newer version'],
    ['2#99#1=20#2=30', '1#100#1=20#2=30', false, 'a smaller global LSN under a newer version'],
    ['1#900#1=90#2=90', '2#100#1=20#2=30', false, 'an older version, however large its numbers'],
    ['-1#9', '-1#9', true, 'an unset version on both sides'],
    ['0#9', '-1#9', true, 'a version newer than an unset one'],
    ['101', '101', true, 'the simple form'],
    ['100', '101', false, 'the simple form with less'],
    ['-1#101', '101', true, 'any version is newer than the simple form'],
    ['-1#100', '101', false, 'a version with less than the simple form'],
    ['900', '-1#101', false, 'the simple form is older than any version'],
  ]
  test.each(table)('%s for %s: %s, %s', (held, needed, expected) => {
    expect(rangeTokenCovers(range(held), range(needed))).toBe(expected)
  })

  test('is reflexive', () => {
    fc.assert(fc.property(anyRangeToken, (a) => rangeTokenCovers(a, a)))
  })

  test('is antisymmetric: what covers each other is the same', () => {
    fc.assert(
      fc.property(anyRangeToken, anyRangeToken, (a, b) => {
        const bothWays = rangeTokenCovers(a, b) && rangeTokenCovers(b, a)
        const same =
          a.version === b.version &&
          a.globalLsn === b.globalLsn &&
          a.localLsns.size === b.localLsns.size &&
          [...a.localLsns].every(([region, lsn]) => b.localLsns.get(region) === lsn)
        expect(bothWays).toBe(same)
      }),
      thorough,
    )
  })

  test('is transitive over the tokens of one history', () => {
    fc.assert(
      fc.property(tokensOfOneHistory(3), ([a, b, c]) => {
        fc.pre(rangeTokenCovers(a!, b!) && rangeTokenCovers(b!, c!))
        expect(rangeTokenCovers(a!, c!)).toBe(true)
      }),
      { numRuns: 1000, maxSkipsPerRun: 1000 },
    )
  })

  test('would not be transitive were a region id reused', () => {
    const [back, gone, first] = [range('3#9#1=0'), range('2#9'), range('1#9#1=5')]
    expect(rangeTokenCovers(back, gone) && rangeTokenCovers(gone, first)).toBe(true)
    expect(rangeTokenCovers(back, first)).toBe(false)
  })
})

describe('compare', () => {
  test.each([
    ['1#5#1=5', '1#5#1=5', 'equal'],
    ['1#6#1=5', '1#5#1=5', 'ahead'],
    ['1#5#1=4', '1#5#1=5', 'behind'],
    ['1#5#1=5#2=4', '1#5#1=4#2=5', 'incomparable'],
    ['2#5#1=4', '1#5#1=5', 'incomparable'],
  ] as const)('%s to %s is %s', (left, right, order) => {
    expect(compareRangeTokens(range(left), range(right))).toBe(order)
  })

  test('turned round says the opposite', () => {
    const opposite = { equal: 'equal', ahead: 'behind', behind: 'ahead', incomparable: 'incomparable' } as const
    fc.assert(
      fc.property(anyRangeToken, anyRangeToken, (a, b) => {
        expect(compareRangeTokens(b, a)).toBe(opposite[compareRangeTokens(a, b)])
      }),
    )
  })
})

describe('session tokens of several ranges', () => {
  test('merge works range by range', () => {
    expect(parsed('0:1#5#1=5,1:1#9').merge(parsed('0:1#4#1=7,2:1#3')).reveal()).toBe('0:1#5#1=7,1:1#9,2:1#3')
  })

  test('merge with nothing changes nothing', () => {
    const token = parsed('0:1#5')
    expect(token.merge(SessionToken.empty)).toBe(token)
    expect(SessionToken.empty.merge(token)).toBe(token)
  })

  test('merge leaves both sides as they were', () => {
    const left = parsed('0:1#5#1=5')
    const right = parsed('0:1#9#1=9')
    left.merge(right)
    expect([left.reveal(), left.forRange('0')?.globalLsn]).toEqual(['0:1#5#1=5', 5n])
    expect([right.reveal(), right.forRange('0')?.globalLsn]).toEqual(['0:1#9#1=9', 9n])
  })

  test('merge is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(anySessionToken, anySessionToken, anySessionToken, (a, b, c) => {
        expect(a.merge(b).equals(b.merge(a))).toBe(true)
        expect(
          a
            .merge(b)
            .merge(c)
            .equals(a.merge(b.merge(c))),
        ).toBe(true)
        expect(a.merge(a).equals(a)).toBe(true)
      }),
    )
  })

  test('equals looks at progress, not at spelling or order', () => {
    expect(parsed('0:1#05#2=2#1=1,1:7').equals(parsed('1:7,0:1#5#1=1#2=2'))).toBe(true)
    expect(parsed('0:1#5').equals(parsed('0:1#6'))).toBe(false)
    expect(parsed('0:1#5').equals(parsed('1:1#5'))).toBe(false)
    expect(parsed('0:1#5').equals(parsed('0:1#5,1:1#5'))).toBe(false)
    expect(parsed('0:1#5,1:1#5').equals(parsed('0:1#5'))).toBe(false)
  })

  test('covers asks about one range only', () => {
    const held = parsed('0:1#5,1:1#5')
    expect(covers(held, parsed('0:1#5,1:1#9'), '0')).toBe(true)
    expect(covers(held, parsed('0:1#5,1:1#9'), '1')).toBe(false)
  })

  test('a token without the range covers no need of it, and any token covers no need', () => {
    expect(covers(parsed('1:1#9'), parsed('0:1#5'), '0')).toBe(false)
    expect(covers(SessionToken.empty, parsed('0:1#5'), '0')).toBe(false)
    expect(covers(SessionToken.empty, parsed('1:1#5'), '0')).toBe(true)
  })

  test("after a split the parent's progress covers a need in the parent, read at a child", () => {
    const ancestry = (id: string) => (id === '1' || id === '2' ? ['0'] : [])
    expect(covers(parsed('0:1#5'), parsed('0:1#5'), '1', ancestry)).toBe(true)
    expect(covers(parsed('0:1#5'), parsed('1:1#6'), '1', ancestry)).toBe(false)
    expect(covers(parsed('2:1#9'), parsed('0:1#5'), '1', ancestry)).toBe(false)
  })

  test('under one version a merge covers both sides in every range', () => {
    const oneVersion = anySessionToken.map((token) =>
      SessionToken.of(token.rangeIds.map((id) => [id, { ...token.forRange(id)!, version: 1n }])),
    )
    fc.assert(
      fc.property(oneVersion, oneVersion, fc.constantFrom('0', '1', '2', '10'), (a, b, id) => {
        expect(covers(a.merge(b), a, id) && covers(a.merge(b), b, id)).toBe(true)
      }),
    )
  })
})
