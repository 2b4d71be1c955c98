import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Target } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { CarrierResources } from '../run/carriers/carrier.ts'
import { RunPlanner } from '../run/plan-run.ts'
import { createRunner } from '../run/run-scenario.ts'
import type { StartRun } from '../schedule/scheduler.ts'
import type { AsyncControl } from '../simulator/control-calls.ts'
import { changeAccountBy } from './change-account.ts'
import type { ScenarioReady } from './target-watch.ts'

interface RunnerSurroundings {
  readonly simulator?: AsyncControl | undefined
  readonly clock: Clock
  readonly random: Random
  readonly owner: string
  /** How often the process has loaded a scenario of this name before. */
  readonly generation?: number | undefined
  /** What carriers use outside the process; undefined: nothing outside it. */
  readonly resources?: CarrierResources | undefined
  /** Bearer token of hops elsewhere. */
  readonly hopToken?: string | undefined
  readonly onHopProblem?: ((scenario: string, hop: string, problem: string | undefined) => void) | undefined
  /** Undefined: nobody records traces. */
  readonly sampleTrace?: ((traceId: string) => boolean) | undefined
}

/** Of a scenario without a target: nothing is stored where hopwatch would have to clean up. */
export const noContainer: ScenarioReady = { ttlIsOn: true }

/**
 * A scenario on its target, ready to run: each call is the next run of its plan. A journey through the user's own services
 * alone has no target.
 */
export function startRunsOf(
  scenario: Scenario,
  target: Target | undefined,
  { ttlIsOn }: ScenarioReady,
  {
    clock,
    random,
    owner,
    generation = 0,
    resources,
    hopToken,
    onHopProblem,
    sampleTrace,
    simulator,
  }: RunnerSurroundings,
): StartRun {
  const declarations = new Map(scenario.hops.map((hop) => [hop.name, hop]))
  const planner = new RunPlanner(scenario)
  const runner = createRunner({
    scenario,
    openStore: (hopName) => target!.openStore(declarations.get(hopName)!, scenario),
    clock,
    // Another stream, or a scenario that is loaded again would repeat the names of its runs.
    random: random.fork(generation === 0 ? scenario.name : `${scenario.name}~${generation}`),
    owner,
    generation,
    ttlIsOn,
    resources,
    hopToken,
    changeAccount: simulator && changeAccountBy(simulator),
    account: target && (() => target.fingerprints()),
    onHopProblem: onHopProblem && ((hop, problem) => onHopProblem(scenario.name, hop, problem)),
    sampleTrace,
  })
  return async (scheduleLagMs, signal) => runner.run(planner.next(), scheduleLagMs, signal)
}
