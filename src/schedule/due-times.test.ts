import { describe, expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { cronTimes, everyTimes } from './due-times.ts'

const random = seededRandom(1)

describe('every', () => {
  test('ticks stay on the grid, each within its jitter, however many there were', () => {
    const due = everyTimes({ kind: 'every', periodMs: 1000, jitterMs: 300 }, 0.25, new ManualClock(), random)
    let dueMs = due.firstMs()
    for (let index = 0; index < 5000; index++) {
      expect(dueMs).toBeGreaterThanOrEqual(250 + index * 1000)
      expect(dueMs).toBeLessThan(250 + index * 1000 + 300)
      dueMs = due.nextMs(dueMs)
    }
  })

  test('without jitter the grid is exact', () => {
    const due = everyTimes({ kind: 'every', periodMs: 100, jitterMs: 0 }, 0, new ManualClock(), random)
    expect(due.firstMs()).toBe(0)
    expect(due.nextMs(0)).toBe(100)
    expect(due.nextMs(300)).toBe(400)
  })
})

describe('cron', () => {
  test('each match comes once, in order, in the given timezone', () => {
    const clock = new ManualClock(Date.now())
    const due = cronTimes({ kind: 'cron', expression: '*/10 * * * * *', timezone: 'Europe/Berlin' }, clock)
    const first = due.firstMs()
    expect(first % 10_000).toBe(0)
    expect(first - clock.wallMs()).toBeGreaterThan(0)
    expect(first - clock.wallMs()).toBeLessThanOrEqual(10_000)
    expect(due.nextMs(first)).toBe(first + 10_000)
  })

  test('matches that lie in the past are found, so that they can be counted as late', () => {
    const clock = new ManualClock(Date.now())
    const due = cronTimes({ kind: 'cron', expression: '*/10 * * * * *', timezone: undefined }, clock)
    const longAgo = Math.floor(clock.wallMs() / 10_000) * 10_000 - 60_000
    expect(due.nextMs(longAgo)).toBe(longAgo + 10_000)
  })
})
