import { describe, expect, test } from 'vitest'
import { meanPeriodMs } from './mean-period.ts'

const minute = 60_000
const day = 86_400_000

describe('the mean time between two runs', () => {
  test.each([
    ['*/10 * * * * *', 10_000],
    ['* * * * *', minute],
    ['*/20 * * * *', 20 * minute],
    ['0,1 0 * * *', day / 2],
    ['0 0 * * 3', 7 * day],
    ['0 0 29 2 *', 1461 * day],
    ['0 0 1 * *', (1461 / 48) * day],
  ])('of %s', (expression, expectedMs) => {
    // A week does not divide four years.
    expect(meanPeriodMs({ kind: 'cron', expression, timezone: 'Europe/Berlin' }) / expectedMs).toBeCloseTo(1, 2)
  })

  test('of a fixed rate is its period: jitter does not accumulate', () => {
    expect(meanPeriodMs({ kind: 'every', periodMs: 2000, jitterMs: 500 })).toBe(2000)
  })
})
