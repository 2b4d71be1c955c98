import { carries } from '../figures.ts'
import { type Alert, oneLine } from '../rule.ts'
import { worstCarry } from './worst-carry.ts'

/**
 * How many losses in five minutes chance does not explain: more than this many standard deviations above the usual number and a few
 * besides, because few events are more scattered than a bell curve has it. Simulated over 19 years at one carry a second and 95 at
 * one every 10 s, evaluated every 15 s, usual shares of 0.05 to 20 % gave at most 0.53 false alarms a year (at 1 %).
 */
const deviations = 5
const besides = 3
const timesUsual = 2
const leastLosses = 5

const { ratioNow, ratio, expected, lost, all } = carries
const usual = `300 * ${all} * ${expected}`

/** What stands first is what the alert says: the share of now. */
const regression = oneLine(`
  ${ratioNow} > 0
  and ${ratio} > ${timesUsual} * ${expected}
  and 300 * ${lost} > ${usual} + ${deviations} * sqrt(${usual}) + ${besides}
  and 300 * ${lost} >= ${leastLosses}`)

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
