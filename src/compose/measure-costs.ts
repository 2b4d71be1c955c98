import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { MeasuredArm } from '../domain/plan/plan-scenario.ts'
import { needsTarget, type Scenario } from '../domain/scenario.ts'
import { regionKey } from '../protocol/region.ts'
import type { ArmTotals } from '../publish/arm-tally.ts'
import type { StartOptions } from '../simulator/start.ts'
import { runCheck } from './check.ts'

export interface MeasureOptions {
  readonly scenarios: readonly Scenario[]
  /** Runs of each scenario. */
  readonly runs: number
  readonly simulator: StartOptions
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly onRun: () => void
  readonly onSimulatorError: (error: Error) => void
}

/**
 * What runs of each scenario cost on the embedded simulator, whose charges follow Microsoft's documented ones: no account is
 * touched. Hops elsewhere run in this process, stores are kept in memory, and the regions are those that the scenarios name. By
 * scenario; those through services of the user's own alone are not among them.
 */
export async function measureCosts(options: MeasureOptions): Promise<Map<string, readonly MeasuredArm[]>> {
  const scenarios = options.scenarios.filter(isMeasurable).map(atHome)
  if (scenarios.length === 0) return new Map()
  const totals = await runCheck({
    ...options,
    scenarios,
    targets: [],
    simulator: { ...options.simulator, regions: regionsFor(scenarios, options.simulator.regions) },
    forMs: undefined,
    provision: true,
    owner: 'plan',
  })
  return new Map(totals.map(({ scenario, arms }) => [scenario, arms.map(measuredArm)]))
}

/** A step at a service of the user's own has nobody to ask here. */
const isMeasurable = (scenario: Scenario): boolean =>
  needsTarget(scenario) && scenario.hops.every(({ endpoint }) => endpoint === undefined)

function atHome(scenario: Scenario): Scenario {
  return {
    ...scenario,
    target: 'default',
    hops: scenario.hops.map(({ remote: _remote, ...hop }) => hop),
    journey: scenario.journey.map(inMemory),
  }
}

type Step = Scenario['journey'][number]

function inMemory(step: Step): Step {
  if (step.kind === 'parallel') return { ...step, branches: step.branches.map((branch) => branch.map(inMemory)) }
  if (step.kind !== 'carry' || step.options?.store === undefined) return step
  return { ...step, options: { ...step.options, store: undefined } }
}

function regionsFor(scenarios: readonly Scenario[], known: readonly string[] | undefined): string[] {
  const named = scenarios.flatMap(({ hops }) => hops.flatMap(({ region = [] }) => region))
  const usual = known ?? ['West Europe', 'North Europe', 'East US']
  return [
    ...new Map([...usual, ...named].toReversed().map((region) => [regionKey(region), region])).values(),
  ].toReversed()
}

function measuredArm({ arm, runs, requestUnits, readsTotal, polls, canaries }: ArmTotals): MeasuredArm {
  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((total, count) => total + count, 0)
  return { arm, runs: sum(runs), requestUnits: requestUnits ?? 0, reads: readsTotal + sum(polls) + sum(canaries) }
}
