import type { Clock } from '../../base/clock.ts'
import { Releases } from '../../base/release.ts'
import { createTarget, type TargetOptions } from '../../cosmos/target.ts'
import { diagnose } from '../../domain/doctor/diagnose.ts'
import { diagnoseServices } from '../../domain/doctor/diagnose-services.ts'
import type { Diagnosis } from '../../domain/doctor/diagnosis.ts'
import { needsTarget, type Scenario } from '../../domain/scenario.ts'
import type { StartOptions } from '../../simulator/start.ts'
import { startSimulatorWorker } from '../../simulator/worker.ts'
import { checkTargetNames } from '../check.ts'
import { lookAtTarget, type TargetSeen } from './look-at-target.ts'

export interface DoctorOptions {
  /** Accounts to look at; none means the embedded simulator. */
  readonly targets: readonly TargetOptions[]
  readonly simulator: StartOptions
  readonly scenarios: readonly Scenario[]
  readonly clock: Clock
  /** Told of what is looked at now. */
  readonly onStep: (step: string) => void
  readonly onSimulatorError: (error: Error) => void
}

export interface TargetDiagnosis extends TargetSeen {
  readonly isSimulated: boolean
  /** Worst first. */
  readonly diagnoses: readonly Diagnosis[]
}

export interface Diagnosed {
  readonly targets: readonly TargetDiagnosis[]
  /** Of services that only their answers tell of. */
  readonly services: readonly Diagnosis[]
}

/**
 * Looks at each account that a scenario uses, and changes nothing there; in the embedded simulator, which begins empty, it makes
 * the containers first. Where no account is given and no scenario needs one there is none to look at. Rejects with `TargetProblem` where the configuration cannot be right.
 */
export async function runDoctor(options: DoctorOptions): Promise<Diagnosed> {
  const { clock, onStep } = options
  const scenarios = options.scenarios.filter(needsTarget)
  const releases = new Releases()
  try {
    const isSimulated = options.targets.length === 0
    const targets = isSimulated
      ? scenarios.length === 0
        ? []
        : [await embedded(options, scenarios, releases)]
      : options.targets
    checkTargetNames(
      scenarios,
      targets.map(({ name }) => name),
    )
    const diagnosed: TargetDiagnosis[] = []
    for (const target of targets) {
      const own = scenarios.filter((scenario) => scenario.target === target.name)
      const seen = await lookAtTarget(target, own, clock, releases, onStep)
      diagnosed.push({ ...seen, isSimulated, diagnoses: diagnose(seen.look, own) })
    }
    return { targets: diagnosed, services: diagnoseServices(options.scenarios) }
  } finally {
    await releases.close()
  }
}

async function embedded(
  { simulator: settings, clock, onSimulatorError }: DoctorOptions,
  scenarios: readonly Scenario[],
  releases: Releases,
): Promise<TargetOptions> {
  const simulator = await startSimulatorWorker(settings, { onError: onSimulatorError })
  releases.add('simulator', () => simulator.close())
  const options = { name: 'default', endpoint: simulator.endpoint, key: simulator.key }
  const target = createTarget(options, { clock })
  releases.add('target that makes containers', () => target.close())
  for (const { container, partitionKey } of scenarios)
    await target.ensureContainer({ ...container, partitionKey }, { provision: true })
  return options
}
