import type { Clock } from '../base/clock.ts'

/**
 * A scenario's request-unit budget: a bucket that fills at the budgeted rate and holds ten seconds of it. A run starts only
 * when the bucket holds what the dearest of the last runs cost, so that the rate is kept in the long run and exceeded in
 * the short run by one run at most.
 */
export class RequestUnitBudget {
  readonly #unitsPerMs: number
  readonly #capacity: number
  readonly #clock: Clock
  #units: number
  #filledAtMs: number
  #recentCosts: number[] = []

  constructor(requestUnitsPerSecond: number, clock: Clock) {
    this.#unitsPerMs = requestUnitsPerSecond / 1000
    this.#capacity = requestUnitsPerSecond * 10
    this.#units = this.#capacity
    this.#clock = clock
    this.#filledAtMs = clock.nowMs()
  }

  /** A run dearer than a full bucket may start from a full bucket; it then pays its debt in waiting. */
  allowsRun(): boolean {
    this.#fill()
    return this.#units >= Math.min(Math.max(0, ...this.#recentCosts), this.#capacity)
  }

  spend(requestUnits: number): void {
    this.#fill()
    this.#units -= requestUnits
    this.#recentCosts = [...this.#recentCosts.slice(-9), requestUnits]
  }

  #fill(): void {
    const nowMs = this.#clock.nowMs()
    this.#units = Math.min(this.#capacity, this.#units + (nowMs - this.#filledAtMs) * this.#unitsPerMs)
    this.#filledAtMs = nowMs
  }
}
