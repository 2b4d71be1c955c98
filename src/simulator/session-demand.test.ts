import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RangeToken, rangeTokenCovers, SessionToken } from '../protocol/session-token.ts'
import { demandedLsn, type Epoch, epochAt } from './session-demand.ts'

const token = (text: string): RangeToken => {
  const parsed = SessionToken.parse(`0:${text}`)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.token.forRange('0')!
}

/** Region 1 wrote LSN 1 to 9; a forced failover to region 2 kept 1 to 5. */
const failedOver: Epoch[] = [
  { version: 1, fromLsn: 1, writeRegionId: 1 },
  { version: 2, fromLsn: 6, writeRegionId: 2 },
]

describe('what a session token demands', () => {
  test.each([
    ['1#3#1=3', 3, 'an older version’s progress that survived still binds'],
    ['1#9#1=9', 5, 'what the failover lost cannot be asked for'],
    ['2#8#2=8', 8, 'the present version binds as it is'],
    ['2#2#2=2', 5, 'the new version is only shown after everything before it'],
    ['2#8#7=8', Number.POSITIVE_INFINITY, 'a region that the version does not name'],
    ['3#1#2=1', Number.POSITIVE_INFINITY, 'a version that is yet to come'],
    ['2#6#2=8', 8, 'the write region’s own progress counts too'],
    ['-1#7', 7, 'without a version the LSN is taken at its word'],
    ['7', 7, 'so is the simple form'],
  ])('%s → %d: %s', (text, lsn) => {
    expect(demandedLsn(token(text), failedOver)).toBe(lsn)
  })

  test('the token of a container that was there before demands its LSN, though its version is older than any', () => {
    const madeAnew: Epoch[] = [{ version: 3, fromLsn: 1, writeRegionId: 1 }]
    expect(demandedLsn(token('1#4#1=4'), madeAnew)).toBe(4)
    expect(demandedLsn(token('2#4'), [...madeAnew, { version: 4, fromLsn: 3, writeRegionId: 2 }])).toBe(2)
  })

  test('a replica shows the new version once it has applied everything before it', () => {
    expect([4, 5, 6].map((lsn) => epochAt(failedOver, lsn).version)).toEqual([1, 2, 2])
  })

  test('within one version it is the protocol’s covers', () => {
    const lsn = fc.bigInt(0n, 12n)
    fc.assert(
      fc.property(lsn, lsn, fc.constantFrom('1', '2'), fc.nat(12), (globalLsn, localLsn, region, applied) => {
        const needed = { version: 1n, globalLsn, localLsns: new Map([[region, localLsn]]) }
        const epochs = [{ version: 1, fromLsn: 1, writeRegionId: 1 }]
        const held = { version: 1n, globalLsn: BigInt(applied), localLsns: new Map([['1', BigInt(applied)]]) }
        expect(applied >= demandedLsn(needed, epochs)).toBe(rangeTokenCovers(held, needed))
      }),
    )
  })
})
