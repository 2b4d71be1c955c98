import type { Clock } from '../base/clock.ts'
import type { Scenario } from '../domain/scenario.ts'
import { type Allowance, Governor } from '../schedule/governor.ts'

/** One governor an account: what one account is asked to bear is nothing to another. */
export class Governors {
  readonly #byTarget = new Map<string, Governor>()
  #requestUnitsPerSecond: number | undefined
  readonly #clock: Clock

  /** `requestUnitsPerSecond` for each account; undefined: only the scenarios' own budgets. */
  constructor(requestUnitsPerSecond: number | undefined, clock: Clock) {
    this.#requestUnitsPerSecond = requestUnitsPerSecond
    this.#clock = clock
  }

  admit(scenario: Scenario): Allowance {
    const governor = this.#byTarget.get(scenario.target) ?? new Governor(this.#requestUnitsPerSecond, this.#clock)
    this.#byTarget.set(scenario.target, governor)
    return governor.admit(scenario)
  }

  /** For each account, from now on; undefined: only the scenarios' own budgets. */
  changeBudget(requestUnitsPerSecond: number | undefined): void {
    this.#requestUnitsPerSecond = requestUnitsPerSecond
    for (const governor of this.#byTarget.values()) governor.changeBudget(requestUnitsPerSecond)
  }

  admittedShares(): ReadonlyMap<string, number> {
    return new Map([...this.#byTarget.values()].flatMap((governor) => [...governor.admittedShares()]))
  }
}
