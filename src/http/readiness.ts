import { scrub } from '../publish/scrub.ts'

/** How one account stands, as whoever asks it found it. */
export interface TargetReadiness {
  readonly name: string
  /** Whether it has ever answered. */
  readonly wasReached: boolean
  /** Whether it answered when it was last asked. */
  readonly isUp: boolean
  /** Why it did not, without secrets. */
  readonly problem?: string | undefined
}

/** A scenario whose container is not as its runs need it. */
export interface TroubledScenario {
  readonly name: string
  /** Whether it is on its schedule all the same: then every run fails. */
  readonly isRunning: boolean
  /** Why, without secrets. */
  readonly problem: string
}

export interface ReadinessState {
  /** How many scenarios are on their schedules. */
  readonly scheduledScenarios: number
  /** How many there are to be; a shard may have none. */
  readonly loadedScenarios: number
  /** Whether one has ever been: a reload takes those that it changes off their schedules for a while. */
  readonly wereScheduled?: boolean | undefined
  readonly targets: readonly TargetReadiness[]
  readonly troubled?: readonly TroubledScenario[] | undefined
}

export interface Readiness extends Omit<ReadinessState, 'wereScheduled' | 'troubled'> {
  readonly ready: boolean
  /** `degraded`: ready once, and now a target does not answer, a container is not there or no scenario is scheduled. */
  readonly status: 'starting' | 'ready' | 'degraded'
  /** One sentence for each thing that is not as it should be. */
  readonly reasons: readonly string[]
}

/**
 * Ready means: scenarios have been scheduled, where there are any, and every target has been reached once. What is lost later does not make the
 * process unready, or Kubernetes would take away the very metrics that tell of the loss; it is said in `status` and `reasons`.
 */
export function judgeReadiness({
  scheduledScenarios,
  loadedScenarios,
  wereScheduled = false,
  targets: asked,
  troubled = [],
}: ReadinessState): Readiness {
  const targets = asked.map((target) =>
    target.problem === undefined ? target : { ...target, problem: scrub(target.problem) },
  )
  const reasons = targets
    .filter(({ isUp }) => !isUp)
    .map(({ name, wasReached, problem }) => {
      const since = wasReached ? 'does not answer now' : 'has not been reached yet'
      return `target "${name}" ${since}${problem === undefined ? '' : `: ${problem}`}`
    })
  for (const { name, isRunning, problem } of troubled) {
    const so = isRunning ? 'has runs that fail, because its container is not as it was' : 'cannot start'
    reasons.push(`scenario "${name}" ${so}: ${scrub(problem)}`)
  }
  const waits = scheduledScenarios === 0 && loadedScenarios > 0
  if (waits) reasons.unshift('no scenario is scheduled')
  const ready = (!waits || wereScheduled) && targets.every(({ wasReached }) => wasReached)
  const settled = reasons.length === 0 ? 'ready' : 'degraded'
  return { ready, status: ready ? settled : 'starting', reasons, scheduledScenarios, loadedScenarios, targets }
}
