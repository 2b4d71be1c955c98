import { carries, carryLabels, matchers } from '../figures.ts'
import { type Alert, oneLine } from '../rule.ts'
import { worstCarry } from './worst-carry.ts'

/**
 * Chance is out of the question at six standard deviations, above twice what is usual, with at least five losses: for a scenario
 * that usually loses 1 % of its tokens that is less than one false alarm a year.
 */
const deviations = 6
const timesUsual = 2
const leastLosses = 5

const { ratio, expected, lost, all } = carries

const regression = oneLine(`
  ${ratio} > ${timesUsual} * ${expected}
  and ${ratio} > ${expected} + ${deviations} * sqrt(${expected} * (1 - ${expected}) / (300 * ${all}))
  and 300 * ${lost} >= ${leastLosses}
  and sum by (${carryLabels}) (increase(hopwatch_token_carries_total{arm="propagated", ${matchers.lostCarry}}[2m])) > 0`)

export const tokenLossRegression: Alert = {
  name: 'HopwatchTokenLossRegression',
  firesWhen:
    'One carry loses far more session tokens in 5 min than in the day before: more than twice its usual share (at least what `tokenLoss` allows, and 0.1 %), 6 standard deviations above it, at least 5 tokens, the last of them within 2 min.',
  summary:
    '{{ $labels.scenario }}: {{ $value | humanizePercentage }} of the session tokens are lost from {{ $labels.from }} to {{ $labels.to }} by {{ $labels.carrier }}',
  description:
    'In the journey {{ $labels.scenario }}, {{ $value | humanizePercentage }} of the session tokens carried from {{ $labels.from }} to {{ $labels.to }} by {{ $labels.carrier }} in the last five minutes did not arrive intact, far more than in the day before. Look first at what was deployed between these two: every answer is still 200, and some users read old data.',
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
