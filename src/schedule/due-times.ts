import { createTask } from 'node-cron'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Schedule } from '../domain/scenario.ts'

/** When a schedule's ticks come due, on a clock of its own choice. */
export interface DueTimes {
  nowMs(): number
  /** The first tick. */
  firstMs(): number
  /** The tick after `dueMs`. */
  nextMs(dueMs: number): number
}

/**
 * Ticks on a fixed grid of the monotonic clock, so that neither a slow run nor a clock change shifts the rate; jitter moves
 * a tick within the grid and never accumulates. `phase` in 0…1 spreads scenarios of one period over it.
 */
export function everyTimes(
  schedule: Extract<Schedule, { kind: 'every' }>,
  phase: number,
  clock: Clock,
  random: Random,
): DueTimes {
  const { periodMs, jitterMs } = schedule
  const originMs = clock.nowMs() + phase * periodMs
  // Jitter below a period keeps the ticks in order, and the grid index can be told from the time.
  const jitter = () => random.next() * Math.min(jitterMs, periodMs * 0.99)
  const tickMs = (index: number) => originMs + index * periodMs + jitter()
  return {
    nowMs: () => clock.nowMs(),
    firstMs: () => tickMs(0),
    nextMs: (dueMs) => tickMs(Math.floor((dueMs - originMs) / periodMs + 1e-9) + 1),
  }
}

/**
 * Ticks of a cron expression, on the wall clock. node-cron reads the expression and the timezone; the waiting is ours,
 * because its own timer drops late ticks without a word.
 */
export function cronTimes(schedule: Extract<Schedule, { kind: 'cron' }>, clock: Clock): DueTimes {
  const task = createTask(schedule.expression, () => {}, schedule.timezone ? { timezone: schedule.timezone } : {})
  return {
    nowMs: () => clock.wallMs(),
    firstMs: () => nextMatch(clock.wallMs()),
    nextMs: (dueMs) => nextMatch(dueMs),
  }

  /** node-cron counts from now, so what lies between `afterMs` and now is looked for second by second, within a day. */
  function nextMatch(afterMs: number): number {
    const nowMs = clock.wallMs()
    const firstSecond = Math.max(Math.floor(afterMs / 1000) + 1, Math.floor(nowMs / 1000) - 86_400)
    for (let second = firstSecond; second * 1000 <= nowMs; second++) {
      if (task.match(new Date(second * 1000))) return second * 1000
    }
    const upcoming = task.getNextRuns(2).map((date) => date.getTime())
    return upcoming.find((ms) => ms > afterMs) ?? Number.POSITIVE_INFINITY
  }
}
