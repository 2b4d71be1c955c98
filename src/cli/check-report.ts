import type { AlarmKind } from '../domain/alarm-observation.ts'
import { type CanaryState, canaryStates } from '../domain/canary.ts'
import { guarantees } from '../domain/guarantees.ts'
import { judgeObjectives, type Measured, type ObjectiveResult } from '../domain/objectives.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { ArmTotals } from '../publish/arm-tally.ts'
import type { Setback } from '../publish/setbacks.ts'
import type { ScenarioTotals } from '../publish/totals.ts'
import { defaultText, milliseconds, setbackText } from './check-words.ts'

export interface CheckReport {
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly scenarios: readonly ScenarioReport[]
}

export interface ScenarioReport extends ScenarioTotals {
  readonly objectives: readonly ObjectiveResult[]
  /** No objective is broken, and the arm that carries the token was judged at all. */
  readonly isGood: boolean
  /** Any read where the token is carried could be judged. */
  readonly isJudged: boolean
  /** A canary was lost, where no token may be: a single one is proof, whatever the rates say. */
  readonly isLossProven: boolean
  /** What stands in the way of a verdict, in words. */
  readonly remarks: readonly string[]
}

/** Places where the token was lost that are told one by one. */
const placesTold = 5
/** Kinds of failure that are told one by one. */
const setbacksTold = 5

export function checkReport(
  scenarios: readonly Scenario[],
  totals: readonly ScenarioTotals[],
  { seed, startedAtWallMs }: { readonly seed: number; readonly startedAtWallMs: number },
): CheckReport {
  return {
    seed,
    startedAt: new Date(startedAtWallMs).toISOString(),
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
  const isLossProven = (scenario.objectives.tokenLoss ?? 0) === 0 && canariesIn(figures, 'lost') > 0
  return {
    ...figures,
    objectives,
    isJudged: judged > 0,
    isLossProven,
    isGood: !isUnmeasured && !isLossProven && !objectives.some(({ status }) => status === 'broken'),
    remarks: remarksOn(figures, judged, objectives),
  }
}

/** The arms that carry the token, together; the slowest arm's 95th percentile counts. */
function measuredIn(arms: readonly ArmTotals[]): Measured {
  const sum = (of: (arm: ArmTotals) => number) => arms.reduce((total, arm) => total + of(arm), 0)
  const p95s = arms.flatMap((arm) => arm.readLatency?.p95Ms ?? [])
  // What an endpoint's service retries nobody tells.
  const retrying = arms.filter((arm) => arm.retriesPerRead !== undefined)
  const reads = retrying.reduce((total, arm) => total + arm.readsTotal, 0)
  const byRun = (kind: AlarmKind) => ({
    runs: sum((arm) => arm.byRun[kind].runs),
    wrong: sum((arm) => arm.byRun[kind].wrong),
  })
  return {
    judgedReads: sum((arm) => arm.judgedReads),
    staleReads: sum((arm) => arm.staleReads),
    claimedReads: sum((arm) => arm.claimedReads),
    uncoveredReads: sum((arm) => arm.uncoveredReads),
    byRun: { tokenLoss: byRun('tokenLoss'), staleReads: byRun('staleReads') },
    p95Ms: p95s.length === 0 ? undefined : Math.max(...p95s),
    retriesPerRead: reads === 0 ? undefined : sum((arm) => (arm.retriesPerRead ?? 0) * arm.readsTotal) / reads,
  }
}

function remarksOn(figures: ScenarioTotals, judged: number, objectives: readonly ObjectiveResult[]): string[] {
  const remarks: string[] = []
  if (judged === 0)
    remarks.push('no read where the token is carried could be judged: every one failed or had nothing to be judged by')
  remarks.push(...remarksOnSetbacks(figures))
  for (const { place, runs } of figures.arms.flatMap((arm) => arm.lossPlaces).slice(0, placesTold))
    remarks.push(`the token was lost at ${place} in ${runs} ${runs === 1 ? 'run' : 'runs'}`)
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
  remarks.push(...objectives.filter(({ isDefault, status }) => isDefault && status === 'broken').map(defaultText))
  if (objectives.some(({ status }) => status === 'undecided'))
    remarks.push('too few runs to decide; give more with --runs')
  return remarks
}

/** What an arm withholds does not change how an operation fails, so that all arms are told of together. */
function remarksOnSetbacks({ arms }: ScenarioTotals): string[] {
  const together = new Map<string, Setback>()
  for (const { count, ...setback } of arms.flatMap(({ setbacks }) => setbacks)) {
    const key = JSON.stringify(setback)
    together.set(key, { ...setback, count: count + (together.get(key)?.count ?? 0) })
  }
  const sorted = [...together.values()].toSorted((a, b) => b.count - a.count)
  const others = sorted.slice(setbacksTold).reduce((sum, { count }) => sum + count, 0)
  const rest = others === 0 ? [] : [`${others} more operations ended in other ways than asked`]
  return [...sorted.slice(0, setbacksTold).map(setbackText), ...rest]
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
