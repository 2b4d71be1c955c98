import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Target } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import { RunPlanner } from '../run/plan-run.ts'
import { createRunner } from '../run/run-scenario.ts'
import type { StartRun } from '../schedule/scheduler.ts'
import type { ScenarioReady } from './target-watch.ts'

interface RunnerSurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly owner: string
}

/** A scenario on its target, ready to run: each call is the next run of its plan. */
export function startRunsOf(
  scenario: Scenario,
  target: Target,
  { ttlIsOn }: ScenarioReady,
  { clock, random, owner }: RunnerSurroundings,
): StartRun {
  const declarations = new Map(scenario.hops.map((hop) => [hop.name, hop]))
  const planner = new RunPlanner(scenario)
  const runner = createRunner({
    scenario,
    openStore: (hopName) => target.openStore(declarations.get(hopName)!, scenario),
    clock,
    random: random.fork(scenario.name),
    owner,
    ttlIsOn,
  })
  return (scheduleLagMs, signal) => runner.run(planner.next(), scheduleLagMs, signal)
}
