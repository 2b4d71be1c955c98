import { createTask } from 'node-cron'
import type { Schedule } from '../domain/scenario.ts'

const minuteMs = 60_000
const minutesOfAWeek = 7 * 24 * 60
/** A Monday at midnight, in a week in which no clock changes. */
const aMondayMs = Date.UTC(2024, 0, 15)

/**
 * The longest time between two runs: who has seen none for longer has missed one. Undefined for a cron expression that depends on
 * the date, whose gaps no single week shows. The same at whatever time it is asked.
 */
export function longestPeriodMs(schedule: Schedule): number | undefined {
  if (schedule.kind === 'every') return schedule.periodMs + schedule.jitterMs
  const fields = schedule.expression.trim().split(/\s+/)
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields.slice(-5)
  if (dayOfMonth !== '*' || month !== '*') return undefined
  const seconds = fields.length === 6 ? matching(`${fields[0]} * * * * *`, 60, 1000) : [0]
  const minutes = matching(`${minute} ${hour} * * ${dayOfWeek}`, minutesOfAWeek, minuteMs)
  const lastSecond = seconds.at(-1)
  const lastMinute = minutes.at(-1)
  if (lastSecond === undefined || lastMinute === undefined) return undefined
  let longestMs = 0
  let beforeMs = lastMinute + lastSecond - minutesOfAWeek * minuteMs
  for (const start of minutes)
    for (const second of seconds) {
      longestMs = Math.max(longestMs, start + second - beforeMs)
      beforeMs = start + second
    }
  return longestMs
}

/** Which of `count` ticks a cron expression names, in milliseconds after the Monday. In UTC: a shift leaves the gaps as they are. */
function matching(expression: string, count: number, tickMs: number): number[] {
  const task = createTask(expression, () => {}, { timezone: 'UTC' })
  return Array.from({ length: count }, (_, tick) => tick * tickMs).filter((ms) => task.match(new Date(aMondayMs + ms)))
}
