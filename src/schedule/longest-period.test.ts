import { describe, expect, test } from 'vitest'
import { longestPeriodMs } from './longest-period.ts'

const second = 1000
const hour = 3_600_000

describe('the longest time between two runs', () => {
  test.each([
    ['*/10 * * * * *', 10 * second],
    ['5,15,45 * * * * *', 30 * second],
    // More than half a million ticks a week.
    ['* * * * * *', second],
    ['*/5 * * * *', 300 * second],
    ['0 * * * *', hour],
    ['0 9-17 * * 1-5', 64 * hour],
    ['30 4 * * *', 24 * hour],
    ['0 0 * * 3', 168 * hour],
  ])('of %s', (expression, expectedMs) => {
    expect(longestPeriodMs({ kind: 'cron', expression, timezone: 'Europe/Berlin' })).toBe(expectedMs)
  })

  test.each(['0 0 1 * *', '0 0 * 6 *'])('of %s nobody can tell from a week', (expression) => {
    expect(longestPeriodMs({ kind: 'cron', expression, timezone: undefined })).toBeUndefined()
  })

  test('of a fixed rate is its period, and what jitter may add', () => {
    expect(longestPeriodMs({ kind: 'every', periodMs: 2000, jitterMs: 500 })).toBe(2500)
  })
})
