import type { JourneyEvent } from '../domain/journey.ts'
import { allSteps, type Step } from '../domain/scenario.ts'
import { andThen, type Soon } from './soon.ts'
import { stepTakers } from './steps/table.ts'
import { writeVersion } from './steps/write.ts'
import { Walk, type WalkOptions } from './walk.ts'

/** One run of a journey, step by step. */
export class JourneyWalk {
  readonly #walk: Walk

  constructor(options: WalkOptions) {
    this.#walk = new Walk(options)
  }

  eventsSoFar(): readonly JourneyEvent[] {
    return this.#walk.eventsSoFar()
  }

  /** At once where no step waits. */
  toTheEnd(): Soon<void> {
    const { scenario, signal } = this.#walk.options
    return andThen(this.#takeAll(scenario.journey), () => (signal.aborted ? undefined : this.#settle()))
  }

  readonly #takeAll = (steps: readonly Step[], first = 0): Soon<void> => {
    for (let index = first; index < steps.length; index++) {
      if (this.#walk.options.signal.aborted) return
      const step = steps[index]!
      const taken = stepTakers[step.kind](this.#walk, step as never, this.#takeAll)
      if (taken instanceof Promise) return taken.then(() => this.#takeAll(steps, index + 1))
    }
  }

  /** Hands the document on to the next run, or removes it where no TTL would. */
  #settle(): Soon<void> {
    const walk = this.#walk
    const { scenario, plan, pool } = walk.options
    return andThen(this.#remove(), () => {
      if (scenario.document === 'reused' && !walk.isDoubtful) pool.giveBack(plan.partition, walk.document)
    })
  }

  #remove(): Soon<unknown> {
    const { scenario, ttlIsOn } = this.#walk.options
    if (ttlIsOn || !this.#walk.document.present) return
    const writer = allSteps(scenario.journey).find((step) => step.kind === 'write' || step.kind === 'offline')?.at
    return writer && writeVersion(this.#walk, 'delete', writer)
  }
}
