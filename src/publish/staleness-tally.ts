import type { FinishedRun } from '../domain/journey.ts'
import { armRole, type Scenario } from '../domain/scenario.ts'
import { type PairStaleness, StalenessCurve, visibilitySamples } from '../domain/visibility.ts'

/** How soon, and how nearly, writes of one scenario show in each region to a reader without a token. */
export class StalenessTally {
  readonly #pairs = new Map<string, { writeRegion: string; readRegion: string; curve: StalenessCurve }>()
  /** A strong read is fresh without a token, and says nothing of those that are not. */
  readonly #strongHops: ReadonlySet<string>
  readonly #arms: ReadonlySet<string>

  constructor({ hops, arms }: Scenario) {
    this.#strongHops = new Set(hops.filter(({ consistency }) => consistency === 'Strong').map(({ name }) => name))
    this.#arms = new Set(arms.filter((arm) => armRole(arm) !== 'workaround').map(({ name }) => name))
  }

  record(run: FinishedRun): void {
    if (!this.#arms.has(run.arm)) return
    for (const sample of visibilitySamples(run, (hop) => !this.#strongHops.has(hop))) {
      const { writeRegion, readRegion } = sample
      const key = JSON.stringify([writeRegion, readRegion])
      const pair = this.#pairs.get(key) ?? { writeRegion, readRegion, curve: new StalenessCurve() }
      this.#pairs.set(key, pair)
      pair.curve.record(sample)
    }
  }

  snapshot(): PairStaleness[] {
    return [...this.#pairs.values()].map(({ curve, ...pair }) => ({ ...pair, ...curve.estimate() }))
  }
}
