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
  const { expression, timezone } = schedule
  const task = createTask(expression, () => {}, timezone ? { timezone } : {})
  const seconds = secondsOf(expression)
  let known = { minuteMs: Number.NaN, matches: false }
  return {
    nowMs: () => clock.wallMs(),
    firstMs: () => nextMatch(clock.wallMs()),
    nextMs: (dueMs) => nextMatch(dueMs),
  }

  /** node-cron counts from now, so what lies between `afterMs` and now is looked for here, within a day. */
  function nextMatch(afterMs: number): number {
    const nowMs = clock.wallMs()
    const fromMs = Math.max(afterMs + 1, nowMs - longestLookBackMs)
    for (let minuteMs = fromMs - (fromMs % 60_000); minuteMs <= nowMs; minuteMs += 60_000) {
      if (!matchesIn(minuteMs)) continue
      const second = seconds.find((each) => minuteMs + each * 1000 >= fromMs)
      if (second !== undefined && minuteMs + second * 1000 <= nowMs) return minuteMs + second * 1000
    }
    const upcoming = task.getNextRuns(2).map((date) => date.getTime())
    return upcoming.find((ms) => ms > afterMs) ?? Number.POSITIVE_INFINITY
  }

  /**
   * One question a minute, and none twice: a match in a timezone takes some 10 µs, and a day's seconds would hold up everything else
   * for a second. Timezones differ by whole minutes, so within one only the seconds change.
   */
  function matchesIn(minuteMs: number): boolean {
    if (known.minuteMs !== minuteMs) {
      known = { minuteMs, matches: task.match(new Date(minuteMs + (seconds[0] ?? 0) * 1000)) }
    }
    return known.matches
  }
}

/** Beyond it a process was not late, but away. */
const longestLookBackMs = 86_400_000

/** The seconds of a minute at which it may match. Without a field for them it is the first one. */
function secondsOf(expression: string): readonly number[] {
  const fields = expression.trim().split(/\s+/)
  if (fields.length < 6) return [0]
  const task = createTask(`${fields[0]} * * * * *`, () => {})
  return Array.from({ length: 60 }, (_, second) => second).filter((second) => task.match(new Date(second * 1000)))
}
