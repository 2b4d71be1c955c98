import type { Clock } from '../base/clock.ts'
import type { Releases } from '../base/release.ts'
import { createTarget, type Target, type TargetOptions, TargetProblem } from '../cosmos/target.ts'
import { needsSimulator, needsTarget, type Scenario } from '../domain/scenario.ts'
import type { ReloadProblem } from '../http/reload.ts'
import type { StartOptions } from '../simulator/start.ts'
import { startSimulatorWorker, type WorkerSimulator } from '../simulator/worker.ts'

export interface TargetSettings {
  /** Accounts to probe; none means the embedded simulator. */
  readonly targets: readonly TargetOptions[]
  /** How the embedded simulator is laid out. */
  readonly simulator: StartOptions
  readonly scenarios: readonly Scenario[]
  /** Bearer token of hops in other processes. */
  readonly hopToken?: string | undefined
  /** What all scenarios on one account may spend together; undefined: only their own budgets hold. */
  readonly requestUnitsPerSecond?: number | undefined
}

export interface OpenTargets {
  readonly byName: ReadonlyMap<string, Target>
  /** The embedded simulator, when it is the target. */
  readonly simulator: WorkerSimulator | undefined
}

/** Opens every target, and the embedded simulator where a scenario has no other; sends nothing to an account yet. Throws `TargetProblem` when one is misconfigured. */
export async function openTargets(
  settings: TargetSettings,
  clock: Clock,
  releases: Releases,
  onSimulatorError: (error: Error) => void,
  onNewKey: (target: TargetOptions) => void = () => {},
): Promise<OpenTargets> {
  const open = (options: TargetOptions): [string, Target] => {
    const target = createTarget(options, { clock, onNewKey: () => onNewKey(options) })
    releases.add(`target ${options.name}`, () => target.close())
    return [options.name, target]
  }
  checkPlace(settings.scenarios, settings.targets.length === 0)
  if (settings.targets.length > 0) return { byName: new Map(settings.targets.map(open)), simulator: undefined }
  if (!settings.scenarios.some(needsTarget)) return { byName: new Map(), simulator: undefined }
  const simulator = await startSimulatorWorker(settings.simulator, { onError: onSimulatorError })
  releases.add('simulator', () => simulator.close())
  const { endpoint, key } = simulator
  return { byName: new Map([open({ name: 'default', endpoint, key })]), simulator }
}

/** What is wrong with the keys that are where each target's came from; the others are in use from now on. */
export async function readKeysAnew(targets: Iterable<Target>): Promise<ReloadProblem[]> {
  const readings = await Promise.allSettled([...targets].map((target) => target.readKeyAnew()))
  return readings.flatMap((reading) => {
    if (reading.status === 'fulfilled') return []
    if (!(reading.reason instanceof TargetProblem)) throw reading.reason
    return [{ message: reading.reason.message, instead: reading.reason.remedy }]
  })
}

/** Throws `TargetProblem` for a scenario that can only run without an account, or only with one. */
export function checkPlace(scenarios: readonly Scenario[], isSimulated: boolean): void {
  const changer = scenarios.find(needsSimulator)
  if (!isSimulated && changer) throw notSimulated(changer)
  const far = scenarios.find(({ hops }) => hops.some(({ remote }) => remote !== undefined))
  if (isSimulated && far) throw notReached(far)
}

const notReached = (scenario: Scenario): TargetProblem =>
  new TargetProblem(
    'misconfigured',
    `scenario "${scenario.name}" has a hop in another process, which does not reach the embedded simulator`,
    'set COSMOS_ENDPOINT to the account that the hops use; for a trial, "hopwatch simulate" prints one',
  )

const notSimulated = (scenario: Scenario): TargetProblem =>
  new TargetProblem(
    'misconfigured',
    `scenario "${scenario.name}" changes the account by steps with "simulate", which a real account does not let hopwatch do`,
    'run it without an account, against the embedded simulator, or leave it out',
  )
