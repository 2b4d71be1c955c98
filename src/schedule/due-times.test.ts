import { createTask } from 'node-cron'
import { describe, expect, test, vi } from 'vitest'
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

  test.each([
    // At second 17 of each quarter of an hour, and at every third second of a minute.
    ['17 */15 * * * *', 96],
    ['*/3 30 * * * *', 480],
    ['* * * * *', 1440],
    ['0,59 0 12 * * *', 2],
    ['0 3 * * *', 1],
    ['0 0 29 2 *', 0],
  ])('a day that was slept through is counted, each match once: %s', (expression, count) => {
    // Amid a minute; Kathmandu is 5:45 ahead.
    const clock = new ManualClock(Date.parse('2026-11-22T09:10:41.500Z'))
    const due = cronTimes({ kind: 'cron', expression, timezone: 'Asia/Kathmandu' }, clock)
    const nowMs = clock.wallMs()
    const missed: number[] = []
    for (let ms = due.nextMs(nowMs - 86_400_000); ms <= nowMs; ms = due.nextMs(ms)) missed.push(ms)
    expect(missed).toHaveLength(count)
    const task = createTask(expression, () => {}, { timezone: 'Asia/Kathmandu' })
    expect(missed.filter((ms) => !task.match(new Date(ms)))).toEqual([])
    expect(missed.filter((ms, index) => ms <= (missed[index - 1] ?? 0))).toEqual([])
  })

  test('a day that was slept through is asked for minute by minute, not second by second', () => {
    const formatted = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts')
    const clock = new ManualClock(Date.parse('2026-11-22T09:10:41.500Z'))
    const due = cronTimes({ kind: 'cron', expression: '* * * * * *', timezone: 'Asia/Kathmandu' }, clock)
    const nowMs = clock.wallMs()
    let count = 0
    for (let ms = due.nextMs(nowMs - 86_400_000); ms <= nowMs; ms = due.nextMs(ms)) count++
    expect(count).toBe(86_400)
    expect(formatted.mock.calls.length).toBeGreaterThan(1000)
    expect(formatted.mock.calls.length).toBeLessThan(5000)
    formatted.mockRestore()
  })
})
