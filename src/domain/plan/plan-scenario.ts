import { expectedDelayRuns } from '../alarm-delay.ts'
import { alarmPlan } from '../alarm-observation.ts'
import { allSteps, armRole, type Scenario } from '../scenario.ts'

/** Shares of lost tokens, of which the plan tells how soon each is noticed. */
export const plannedLosses = [1, 0.2, 0.05, 0.01] as const

/** What one run of each arm costs and reads, as it was measured. */
export interface MeasuredArm {
  readonly arm: string
  readonly runs: number
  readonly requestUnits: number
  /** Reads and polls. */
  readonly reads: number
}

export interface PlanContext {
  /** Mean time between two runs. */
  readonly periodMs: number
  /** Mean time in which both alarms of a scenario together may raise one false alarm. */
  readonly falseAlarmEveryMs: number
  readonly prices: Prices
}

export interface Prices {
  /** Of 100 RU/s provisioned in one region. */
  readonly perHundredAnHour: number
  readonly perMillion: number
  /** Regions that provisioned throughput is paid in. */
  readonly regions: number
}

export interface Detection {
  readonly loss: number
  /** From the first run that may lose its token; undefined: no alarm is due, or none within 100,000 runs. */
  readonly runs: number | undefined
  readonly afterMs: number | undefined
}

export interface ScenarioPlan {
  readonly scenario: string
  readonly runsADay: number
  readonly readsADay: number
  /** Undefined where hopwatch itself spends none: the journey goes through services of the user's own. */
  readonly requestUnits: RequestUnitPlan | undefined
  /** Undefined where the alarm is off: an objective of 100 %, or no arm that carries the token. */
  readonly detection: readonly Detection[] | undefined
  /** What stands in the way, in words. */
  readonly remarks: readonly string[]
}

interface RequestUnitPlan {
  readonly perRun: number
  readonly perSecond: number
  readonly perDay: number
  /** Of the declared budget, what is asked for; above 1, runs are left out. */
  readonly budgetShare: number | undefined
  /** A day. */
  readonly cost: { readonly provisioned: number; readonly serverless: number }
}

const dayMs = 86_400_000

/** `measured` is undefined where the scenario could not be measured without the user's own services. */
export function planScenario(
  scenario: Scenario,
  measured: readonly MeasuredArm[] | undefined,
  context: PlanContext,
): ScenarioPlan {
  const { name, budget, arms } = scenario
  const perRun = measured && mean(scenario, measured, ({ requestUnits }) => requestUnits)
  const declaredPerSecond = perRun === undefined ? undefined : (perRun * 1000) / context.periodMs
  const limit = budget?.requestUnitsPerSecond
  const budgetShare = limit === undefined || declaredPerSecond === undefined ? undefined : declaredPerSecond / limit
  // Runs that the budget leaves out cost nothing and notice nothing.
  const periodMs = context.periodMs * Math.max(1, budgetShare ?? 1)
  const runsADay = dayMs / periodMs
  const reads = measured === undefined ? undefined : mean(scenario, measured, (arm) => arm.reads)
  const carrying = arms.reduce((sum, arm) => (armRole(arm) === 'propagated' ? sum + arm.share : sum), 0)
  return {
    scenario: name,
    runsADay,
    readsADay: runsADay * (reads ?? readSteps(scenario)),
    requestUnits: perRun === undefined ? undefined : spending(perRun, periodMs, budgetShare, context.prices),
    detection: detections(scenario, { ...context, periodMs }, carrying),
    remarks: [
      ...(budgetShare !== undefined && budgetShare > 1
        ? [`the budget of ${limit} RU/s lets only ${Math.floor(100 / budgetShare)} % of the runs happen`]
        : []),
      ...(limit === undefined && perRun !== undefined ? ['no budget bounds it'] : []),
      ...(measured === undefined ? ['what your own services spend is not seen from here'] : []),
      ...(carrying === 0 ? ['no arm carries the token, so nothing watches for its loss'] : []),
    ],
  }
}

function spending(
  perRun: number,
  periodMs: number,
  budgetShare: number | undefined,
  { perHundredAnHour, perMillion, regions }: Prices,
): RequestUnitPlan {
  const perSecond = (perRun * 1000) / periodMs
  const perDay = perSecond * (dayMs / 1000)
  return {
    perRun,
    perSecond,
    perDay,
    budgetShare,
    cost: {
      provisioned: (perSecond / 100) * perHundredAnHour * 24 * regions,
      serverless: (perDay / 1_000_000) * perMillion,
    },
  }
}

function detections(scenario: Scenario, context: PlanContext, carrying: number): Detection[] | undefined {
  const plan = alarmPlan(scenario, 'tokenLoss', context)
  return (
    plan &&
    plannedLosses.map((loss) => {
      const runs = expectedDelayRuns(plan, loss)
      return { loss, runs, afterMs: runs === undefined ? undefined : (runs * context.periodMs) / carrying }
    })
  )
}

/** Of a run of the scenario, its arms in their shares; an arm that was not measured is taken for the mean of the others. */
function mean({ arms }: Scenario, measured: readonly MeasuredArm[], of: (arm: MeasuredArm) => number): number {
  const shares = arms.flatMap(({ name, share }) => {
    const figures = measured.find(({ arm, runs }) => arm === name && runs > 0)
    return figures === undefined ? [] : [{ share, perRun: of(figures) / figures.runs }]
  })
  const weight = shares.reduce((sum, { share }) => sum + share, 0)
  return weight === 0 ? 0 : shares.reduce((sum, { share, perRun }) => sum + share * perRun, 0) / weight
}

const readSteps = ({ journey }: Scenario): number =>
  allSteps(journey).filter((step) => step.kind === 'read' || (step.kind === 'request' && step.does === 'read')).length
