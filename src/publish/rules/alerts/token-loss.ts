import { carries } from '../figures.ts'
import { type Alert, oneLine } from '../rule.ts'
import { worstCarry } from './worst-carry.ts'

/**
 * What chance does not explain in five minutes: more than twice the usual number, and more than this many standard deviations and a
 * few losses above it, because few events are more scattered than a bell curve has it. scripts/regression-false-alarms.ts
 * simulates how seldom chance does it all the same.
 */
export const surprise = { deviations: 5, besides: 3, timesUsual: 2, leastLosses: 5 } as const

const { ratioNow, ratio, expected, lost, all } = carries
const usual = `300 * ${all} * ${expected}`

/** What stands first is what the alert says: the share of now. */
const regression = oneLine(`
  ${ratioNow} > 0
  and ${ratio} > ${surprise.timesUsual} * ${expected}
  and 300 * ${lost} > ${usual} + ${surprise.deviations} * sqrt(${usual}) + ${surprise.besides}
  and 300 * ${lost} >= ${surprise.leastLosses}`)

export const tokenLossRegression: Alert = {
  name: 'HopwatchTokenLossRegression',
  firesWhen:
    'One carry loses far more session tokens in 5 min than in the day before: more than twice its usual share (at least what `tokenLoss` allows, and 0.1 %), 5 standard deviations and 3 tokens above the usual number, at least 5 tokens, the last of them within 2 min.',
  summary:
    '{{ $labels.scenario }}: {{ $value | humanizePercentage }} of the session tokens are lost from {{ $labels.from }} to {{ $labels.to }} by {{ $labels.carrier }}',
  description:
    'In the journey {{ $labels.scenario }}, {{ $value | humanizePercentage }} of the session tokens carried from {{ $labels.from }} to {{ $labels.to }} by {{ $labels.carrier }} in the last two minutes did not arrive intact, far more than in the day before. Look first at what was deployed between these two: every answer is still 200, and some users read old data.',
  variants: [{ severity: 'page', expr: regression }],
}

export const tokenLossAlarm: Alert = {
  name: 'HopwatchTokenLossAlarm',
  firesWhen: "hopwatch's own sequential test of token loss is raised (`hopwatch_token_loss_alarm`, docs/alarm.md).",
  summary: '{{ $labels.scenario }} loses session tokens, more than chance explains',
  description: `The sequential test of the journey {{ $labels.scenario }} has raised its alarm: reads go out without a covering session token more often than is tolerated, and chance does not explain it.${worstCarry}`,
  variants: [{ severity: 'page', expr: 'max by (scenario) (hopwatch_token_loss_alarm) == 1' }],
}

export const staleReadAlarm: Alert = {
  name: 'HopwatchStaleReadAlarm',
  firesWhen: "hopwatch's own sequential test of stale reads is raised (`hopwatch_stale_read_alarm`, docs/alarm.md).",
  summary: '{{ $labels.scenario }} reads stale data, more than chance explains',
  description:
    'The sequential test of the journey {{ $labels.scenario }} has raised its alarm: with the token carried as declared, reads are stale or missing more often than is tolerated, and chance does not explain it.',
  variants: [{ severity: 'page', expr: 'max by (scenario) (hopwatch_stale_read_alarm) == 1' }],
}
