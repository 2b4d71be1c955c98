import type { JourneyEvent } from '../domain/journey.ts'
import { allSteps, type Step } from '../domain/scenario.ts'
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

  async toTheEnd(): Promise<void> {
    const { scenario, signal } = this.#walk.options
    await this.#takeAll(scenario.journey)
    if (!signal.aborted) await this.#settle()
  }

  readonly #takeAll = async (steps: readonly Step[]): Promise<void> => {
    for (const step of steps) {
      if (this.#walk.options.signal.aborted) return
      await stepTakers[step.kind](this.#walk, step as never, this.#takeAll)
    }
  }

  /** Hands the document on to the next run, or removes it where no TTL would. */
  async #settle(): Promise<void> {
    const walk = this.#walk
    const { scenario, plan, pool, ttlIsOn } = walk.options
    if (!ttlIsOn && walk.document.present) {
      const writer = allSteps(scenario.journey).find((step) => step.kind === 'write' || step.kind === 'offline')?.at
      if (writer !== undefined) await writeVersion(walk, 'delete', writer)
    }
    if (scenario.document === 'reused' && !walk.isDoubtful) pool.giveBack(plan.partition, walk.document)
  }
}
