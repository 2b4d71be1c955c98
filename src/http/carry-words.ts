import { formatDuration } from '../base/duration.ts'
import type { CarryFault, FaultSchedule, Step } from '../domain/scenario.ts'
import { printShare } from './page-numbers.ts'

/** A carry in a line: `token by message (20ms, 500ms), 5% lost`. */
export function carryWords({ carrier, faults, options }: Extract<Step, { kind: 'carry' }>): string {
  const how = carrier === 'none' ? 'no token' : `token by ${carrier}`
  const delay = options?.delayMs === undefined ? '' : ` (${options.delayMs.map(formatDuration).join(', ')})`
  return [`${how}${delay}`, ...faults.map(faultWords)].join(', ')
}

const faultWords = ({ token, share, schedule }: CarryFault): string =>
  `${printShare(share)} ${token}${schedule === undefined ? '' : ` ${scheduleWords(schedule)}`}`

function scheduleWords(schedule: FaultSchedule): string {
  if (schedule.kind === 'every') return `in 1 of ${schedule.runs} runs`
  const end = schedule.forMs === undefined ? '' : ` for ${formatDuration(schedule.forMs)}`
  return `after ${formatDuration(schedule.afterMs)}${end}`
}
