import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockOffset, leastOffMs, printOffset } from './clock-offset.ts'

const askedAt = 1_700_000_000_000

/** As a server does it that is ahead by so much, reads its clock on the way, and drops the milliseconds. */
const sampled = (aheadMs: number, afterMs: number, thereMs: number, backMs: number) => ({
  askedWallMs: askedAt + afterMs,
  answeredWallMs: askedAt + afterMs + thereMs + backMs,
  serverWallMs: Math.floor((askedAt + afterMs + thereMs + aheadMs) / 1000) * 1000,
})

describe('how far two clocks are apart', () => {
  test('the true offset is always within, however the answers travelled', () => {
    const ms = fc.integer({ min: 0, max: 3000 })
    fc.assert(
      fc.property(
        fc.integer({ min: -3_600_000, max: 3_600_000 }),
        fc.array(fc.tuple(ms, ms, ms), { minLength: 1, maxLength: 6 }),
        (aheadMs, travels) => {
          const offset = clockOffset(travels.map((travel) => sampled(aheadMs, ...travel)))!
          expect(offset.lowMs).toBeLessThanOrEqual(aheadMs)
          expect(offset.highMs).toBeGreaterThanOrEqual(aheadMs)
          expect(leastOffMs(offset)).toBeLessThanOrEqual(Math.abs(aheadMs))
        },
      ),
    )
  })

  test('several samples narrow it down', () => {
    const one = clockOffset([sampled(0, 0, 1, 1)])!
    const five = clockOffset([0, 137, 274, 411, 548, 685, 822, 959].map((after) => sampled(0, after, 1, 1)))!
    expect(one.highMs - one.lowMs).toBeGreaterThan(1000)
    expect(five.highMs - five.lowMs).toBeLessThan(300)
  })

  test('a clock that was set in between is allowed for; no sample is no offset', () => {
    const offset = clockOffset([sampled(0, 0, 1, 1), sampled(600_000, 10, 1, 1)])!
    expect(offset.lowMs).toBeLessThanOrEqual(0)
    expect(offset.highMs).toBeGreaterThanOrEqual(600_000)
    expect(clockOffset([])).toBeUndefined()
  })

  test.each([
    [{ lowMs: 60_000, highMs: 61_200 }, "this clock is 60 s to 61 s behind the account's"],
    [{ lowMs: -2000, highMs: -1500 }, "this clock is 1.5 s to 2 s ahead of the account's"],
    [{ lowMs: -20, highMs: 300 }, "this clock is at most 0.02 s ahead of the account's and at most 0.3 s behind it"],
  ])('in words: %o', (offset, words) => expect(printOffset(offset)).toBe(words))
})
