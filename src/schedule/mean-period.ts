import { createTask } from 'node-cron'
import type { Schedule } from '../domain/scenario.ts'

const dayMs = 86_400_000
/** Four years, so that a 29 February is among them. */
const days = 1461
const firstDayMs = Date.UTC(2024, 0, 1)

/** The mean time between two runs. The same at whatever time it is asked. */
export function meanPeriodMs(schedule: Schedule): number {
  if (schedule.kind === 'every') return schedule.periodMs
  const fields = schedule.expression.trim().split(/\s+/)
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields.slice(-5)
  const matchingSeconds = fields.length === 6 ? countMatches(`${fields[0]} * * * * *`, 60, 1000) : 1
  const matchingMinutes = countMatches(`${minute} ${hour} * * *`, 24 * 60, 60_000)
  const matchingDays = countMatches(`0 0 ${dayOfMonth} ${month} ${dayOfWeek}`, days, dayMs)
  return (days * dayMs) / (matchingSeconds * matchingMinutes * matchingDays)
}

/** How many of `count` ticks a cron expression names. In UTC: the shift of a timezone leaves the mean as it is. */
function countMatches(expression: string, count: number, tickMs: number): number {
  const task = createTask(expression, () => {}, { timezone: 'UTC' })
  let matches = 0
  for (let tick = 0; tick < count; tick++) if (task.match(new Date(firstDayMs + tick * tickMs))) matches++
  return matches
}
