import PQueue from 'p-queue'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Releases } from '../base/release.ts'
import { TargetProblem } from '../cosmos/target.ts'
import type { FinishedRun } from '../domain/journey.ts'
import { needsTarget, type Scenario } from '../domain/scenario.ts'
import type { ScenarioTotals } from '../publish/totals.ts'
import { Totals } from '../publish/totals.ts'
import type { Allowance } from '../schedule/governor.ts'
import type { StartRun } from '../schedule/scheduler.ts'
import { Governors } from './governors.ts'
import { type CarrierSettings, openCarrierResources } from './open-carriers.ts'
import { openTargets, type TargetSettings } from './open-targets.ts'
import { noContainer, startRunsOf } from './start-runs.ts'
import { prepareScenario } from './target-watch.ts'

export interface CheckOptions extends TargetSettings {
  readonly scenarios: readonly Scenario[]
  /** Runs of each scenario. */
  readonly runs: number
  /** Stops starting runs after this long; undefined: only the number counts. */
  readonly forMs: number | undefined
  readonly provision: boolean
  readonly owner: string
  readonly clock: Clock
  readonly random: Random
  /** Undefined: no stores, and the system's directory for temporary files. */
  readonly carriers?: CarrierSettings | undefined
  readonly signal: AbortSignal
  onRun(run: FinishedRun, totals: Totals): void
  onSimulatorError(error: Error): void
  /** Told of what keeps a hop elsewhere from answering; undefined: it answers again. */
  onHopProblem?(scenario: string, hop: string, problem: string | undefined): void
}

/** Scenarios that run at the same time; more would measure each other on a small machine. */
const concurrency = 4

/**
 * Runs each scenario back to back, whatever its schedule, and returns the figures. Budgets hold against an account; the
 * embedded simulator costs nothing. Rejects with `TargetProblem` before any run when a target or container is not there.
 */
export async function runCheck(options: CheckOptions): Promise<ScenarioTotals[]> {
  const { scenarios, clock, signal } = options
  const releases = new Releases()
  try {
    const targets = await openTargets(options, clock, releases, (error) => options.onSimulatorError(error))
    const isSimulated = targets.simulator !== undefined
    const resources = openCarrierResources(scenarios, options.carriers, clock, releases)
    const runs = { ...options, resources, simulator: targets.simulator }
    const totals = new Totals()
    const prepared: { scenario: Scenario; start: StartRun }[] = []
    for (const scenario of scenarios) {
      if (!needsTarget(scenario)) {
        prepared.push({ scenario, start: startRunsOf(scenario, undefined, noContainer, runs) })
        totals.addScenario(scenario)
        continue
      }
      const target = targets.byName.get(scenario.target)
      if (target === undefined) throw unknownTarget(scenario, [...targets.byName.keys()])
      const unreachable = await target.ping()
      if (unreachable) throw unreachable
      const ready = await prepareScenario(target, scenario, options.provision || isSimulated)
      prepared.push({ scenario, start: startRunsOf(scenario, target, ready, runs) })
      totals.addScenario(scenario)
    }
    const untilMs = options.forMs === undefined ? Number.POSITIVE_INFINITY : clock.nowMs() + options.forMs
    const governors = new Governors(options.requestUnitsPerSecond, clock)
    const queue = new PQueue({ concurrency })
    await queue.addAll(
      prepared.map(({ scenario, start }) => async () => {
        const allowance = isSimulated ? undefined : governors.admit(scenario)
        for (let run = 0; run < options.runs && clock.nowMs() < untilMs && !signal.aborted; run++) {
          await untilAdmitted(allowance, clock, signal)
          const finished = await start(0, signal)
          allowance?.settle(finished)
          totals.record(finished)
          options.onRun(finished, totals)
        }
      }),
    )
    return totals.snapshot()
  } finally {
    await releases.close()
  }
}

/** Each question is a planned run that could have started: after 429, a share of them does. */
async function untilAdmitted(allowance: Allowance | undefined, clock: Clock, signal: AbortSignal): Promise<void> {
  while (allowance?.admits() === false && !signal.aborted) await clock.sleep(100, signal)
}

/** Throws `TargetProblem` when a scenario names a target that is not there. */
export function checkTargetNames(scenarios: readonly Scenario[], known: readonly string[]): void {
  const lost = scenarios.find((scenario) => needsTarget(scenario) && !known.includes(scenario.target))
  if (lost) throw unknownTarget(lost, known)
}

/** A scenario names a target that the configuration lacks. */
const unknownTarget = (scenario: Scenario, known: readonly string[]): TargetProblem =>
  new TargetProblem(
    'misconfigured',
    `scenario "${scenario.name}" names the target "${scenario.target}", which is not configured`,
    known.length === 0
      ? 'start hopwatch anew: it began without anything that needs an account'
      : `write one of ${known.join(', ')} at its "target", or add it under "targets" in hopwatch.yaml`,
  )
