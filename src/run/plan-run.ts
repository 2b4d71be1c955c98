import type { Arm, Scenario } from '../domain/scenario.ts'

/** Everything that a run is given besides its scenario. */
export interface RunPlan {
  readonly arm: Arm
  readonly partition: number
  /** Counts the arm's runs; each swept wait takes its next value by it. */
  readonly armRun: number
}

/**
 * Deals runs to the arms in proportion to their shares, as evenly as whole runs allow, so that paired arms meet the same
 * weather (smooth weighted round robin, as nginx deals requests). Within an arm, partitions go round in turn.
 */
export class RunPlanner {
  readonly #scenario: Scenario
  readonly #credits: { arm: Arm; credit: number; runs: number }[]

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#credits = scenario.arms.filter((arm) => arm.share > 0).map((arm) => ({ arm, credit: 0, runs: 0 }))
  }

  next(): RunPlan {
    for (const entry of this.#credits) entry.credit += entry.arm.share
    const chosen = this.#credits.reduce((best, entry) => (entry.credit > best.credit + 1e-9 ? entry : best))
    chosen.credit -= 1
    const armRun = chosen.runs++
    return { arm: chosen.arm, partition: armRun % this.#scenario.partitions, armRun }
  }
}

/**
 * One value of a sweep for this run. The values shift by one each time the partitions have gone round, so that every
 * partition meets every value even where the two counts have a common divisor.
 */
export function sweptValue<T>(values: readonly T[], plan: RunPlan, partitions: number): T {
  const round = Math.floor(plan.armRun / partitions)
  return values[(plan.armRun + round) % values.length]!
}
