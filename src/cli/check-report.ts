import colors from 'picocolors'
import { type CanaryState, canaryStates } from '../domain/canary.ts'
import { guarantees } from '../domain/guarantees.ts'
import { judgeObjectives, type Measured, type ObjectiveResult } from '../domain/objectives.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { Interval } from '../domain/statistics.ts'
import type { ArmTotals } from '../publish/arm-tally.ts'
import type { ScenarioTotals } from '../publish/totals.ts'
import { table } from './table.ts'

export const checkFormats = ['table', 'json'] as const
export type CheckFormat = (typeof checkFormats)[number]

export interface CheckReport {
  readonly seed: number
  readonly scenarios: readonly ScenarioReport[]
}

export interface ScenarioReport extends ScenarioTotals {
  readonly objectives: readonly ObjectiveResult[]
  /** No objective is broken, and the arm that carries the token was judged at all. */
  readonly isGood: boolean
  /** What stands in the way of a verdict, in words. */
  readonly remarks: readonly string[]
}

export function checkReport(
  scenarios: readonly Scenario[],
  totals: readonly ScenarioTotals[],
  seed: number,
): CheckReport {
  return {
    seed,
    scenarios: scenarios.flatMap((scenario) => {
      const figures = totals.find((each) => each.scenario === scenario.name)
      return figures ? [scenarioReport(scenario, figures)] : []
    }),
  }
}

function scenarioReport(scenario: Scenario, figures: ScenarioTotals): ScenarioReport {
  const carrying = figures.arms.filter((arm) => arm.carriesToken)
  const objectives = judgeObjectives(scenario.objectives, measuredIn(carrying))
  const judged = carrying.reduce((sum, arm) => sum + arm.judgedReads, 0)
  const isUnmeasured = judged === 0 || objectives.some(({ status }) => status === 'unmeasured')
  // A single lost canary is proof, whatever the rates say.
  const isLossProven = scenario.objectives.tokenLoss === 0 && canariesIn(figures, 'lost') > 0
  return {
    ...figures,
    objectives,
    isGood: !isUnmeasured && !isLossProven && !objectives.some(({ status }) => status === 'broken'),
    remarks: remarksOn(figures, judged, objectives),
  }
}

/** The arms that carry the token, together; the slowest arm's 95th percentile counts. */
function measuredIn(arms: readonly ArmTotals[]): Measured {
  const sum = (of: (arm: ArmTotals) => number) => arms.reduce((total, arm) => total + of(arm), 0)
  const p95s = arms.flatMap((arm) => arm.readLatency?.p95Ms ?? [])
  const reads = sum((arm) => arm.readsTotal)
  return {
    judgedReads: sum((arm) => arm.judgedReads),
    staleReads: sum((arm) => arm.staleReads),
    claimedReads: sum((arm) => arm.claimedReads),
    uncoveredReads: sum((arm) => arm.uncoveredReads),
    p95Ms: p95s.length === 0 ? undefined : Math.max(...p95s),
    retriesPerRead: reads === 0 ? undefined : sum((arm) => (arm.retriesPerRead ?? 0) * arm.readsTotal) / reads,
  }
}

function remarksOn(figures: ScenarioTotals, judged: number, objectives: readonly ObjectiveResult[]): string[] {
  const remarks: string[] = []
  if (judged === 0)
    remarks.push('no read where the token is carried could be judged: every one failed or had nothing to be judged by')
  const failed = figures.arms.reduce((sum, arm) => sum + arm.failedReads, 0)
  if (failed > 0) remarks.push(`${failed} reads got no answer to judge`)
  const violations = figures.arms.filter((arm) => arm.carriesToken).map((arm) => arm.violations)
  for (const guarantee of guarantees) {
    const count = violations.reduce((sum, each) => sum + each[guarantee], 0)
    if (count > 0)
      remarks.push(`${guarantee.replaceAll('-', ' ')} was violated by ${count} reads where the token is carried`)
  }
  const reads = figures.arms.flatMap((arm) => arm.reads)
  if (reads.some(({ token }) => token === 'unsupported')) {
    remarks.push('the server issues no session tokens: stale reads are judged, token loss cannot be')
  }
  const control = figures.arms.find((arm) => arm.role === 'control')
  if (control && control.judgedReads > 0 && control.staleReads === 0) {
    remarks.push(
      'not identifiable: without the token nothing was stale either, so these runs do not show what it protects from',
    )
  }
  remarks.push(...remarksOnCanaries(figures), ...figures.arms.flatMap(remarkOnPolls))
  if (objectives.some(({ status }) => status === 'undecided'))
    remarks.push('too few runs to decide; give more with --runs')
  return remarks
}

const canariesIn = ({ arms }: ScenarioTotals, state: CanaryState): number =>
  arms.reduce((sum, arm) => sum + arm.canaries[state], 0)

function remarksOnCanaries(figures: ScenarioTotals): string[] {
  const of = (state: CanaryState) => canariesIn(figures, state)
  const sent = canaryStates.reduce((sum, state) => sum + of(state), 0)
  if (sent === 0) return []
  const remarks = [`${of('answered')} of ${sent} canaries were answered as they must be`]
  if (of('lost') > 0) remarks.push(`${of('lost')} canaries never reached the wire: a hop on their way loses tokens`)
  if (of('ignored') > 0)
    remarks.push(`${of('ignored')} canaries were ignored: the service does not enforce session tokens`)
  return remarks
}

function remarkOnPolls({ arm, polls, pollLatency }: ArmTotals): string[] {
  const all = Object.values(polls).reduce((sum, count) => sum + count, 0)
  if (all === 0) return []
  const after = pollLatency ? ` (p95 ${milliseconds(pollLatency.p95Ms)})` : ''
  return [
    `${arm}: the write showed in ${polls.shown} of ${all} polls${after}, never within the bound in ${polls['not-shown']}`,
  ]
}

export const printReport = (report: CheckReport, format: CheckFormat): string =>
  format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : printTable(report)

function printTable(report: CheckReport): string {
  const rows = report.scenarios.flatMap((scenario) =>
    scenario.arms.map((arm, index) => [
      index === 0 ? scenario.scenario : '',
      arm.arm,
      String(arm.judgedReads),
      rate(arm.staleRate),
      rate(arm.tokenLossRate),
      milliseconds((arm.readLatency ?? arm.pollLatency)?.p50Ms),
      milliseconds((arm.readLatency ?? arm.pollLatency)?.p95Ms),
      arm.retriesPerRead === undefined ? '–' : arm.retriesPerRead.toFixed(2),
      arm.requestUnits.toFixed(0),
      arm.requestUnitsPerRun === undefined ? '–' : arm.requestUnitsPerRun.toFixed(1),
    ]),
  )
  const head = ['scenario', 'arm', 'judged', 'stale', 'token loss', 'p50', 'p95', 'retries/read', 'RU', 'RU/run']
  const lines = [table(head, rows, 2), '']
  for (const scenario of report.scenarios) {
    const verdict = scenario.isGood ? colors.green('pass') : colors.red('FAIL')
    lines.push(`${verdict}  ${scenario.scenario}`)
    for (const result of scenario.objectives) lines.push(`      ${objectiveLine(result)}`)
    for (const remark of scenario.remarks) lines.push(`      ${colors.yellow('note')}  ${remark}`)
  }
  const worst = report.scenarios.flatMap((scenario) =>
    scenario.arms.flatMap((arm) => (arm.carriesToken && arm.lastFinding ? [{ scenario, last: arm.lastFinding }] : [])),
  )
  for (const { scenario, last } of worst) {
    lines.push(
      `Last finding of ${scenario.scenario}: ${last.finding} at ${last.hop} (${last.region}), run ${last.runId}`,
    )
  }
  return `${lines.join('\n')}\nseed ${report.seed}\n`
}

const statusWords: Record<ObjectiveResult['status'], string> = {
  met: 'met',
  broken: 'BROKEN',
  undecided: 'undecided',
  unmeasured: 'not measured',
}

const objectiveWords: Record<ObjectiveResult['objective'], { name: string; print: (value: number) => string }> = {
  staleReads: { name: 'stale reads', print: (value) => percent(value) },
  tokenLoss: { name: 'token loss', print: (value) => percent(value) },
  p95Ms: { name: 'p95 of reads', print: (value) => milliseconds(value) },
  retriesPerRead: { name: 'retries per read', print: (value) => value.toFixed(2) },
}

function objectiveLine({ objective, limit, measured, interval, status }: ObjectiveResult): string {
  const { name, print } = objectiveWords[objective]
  const figure = measured === undefined ? '–' : print(measured)
  const between = interval ? ` (95 %: ${percent(interval.low)} to ${percent(interval.high)})` : ''
  return `${statusWords[status].padEnd(12)} ${name}: ${figure}${between}, at most ${print(limit)}`
}

const rate = (interval: Interval | undefined) =>
  interval === undefined ? '–' : `${percent(interval.point)} [${percent(interval.low)}, ${percent(interval.high)}]`

const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`

const milliseconds = (ms: number | undefined) =>
  ms === undefined ? '–' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
