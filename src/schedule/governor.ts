import type { Clock } from '../base/clock.ts'
import { type FinishedRun, type JourneyEvent, runRequestUnits } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import { type BudgetMember, RequestUnitBudget } from './request-unit-budget.ts'
import { afterThrottled, shareAt, type ThrottleState, unthrottled } from './throttle.ts'

type Governed = Pick<Scenario, 'name' | 'container' | 'budget'>

/** One scenario's leave to run. */
export interface Allowance {
  /** Whether a planned run may start now. To be asked once a planned run, when nothing else stands in its way. */
  admits(): boolean
  /** What the run has cost and met. */
  settle(run: FinishedRun): void
  /** The scenario is gone: what it would have spent is the others'. */
  leave(): void
}

/**
 * Keeps hopwatch a good neighbour on one account: each scenario within its own budget, all together within the account's,
 * and fewer runs on a container that answers 429. What it withholds is for the scheduler to count.
 */
export class Governor {
  readonly #clock: Clock
  #total: RequestUnitBudget | undefined
  /** By allowance, its part of the account's budget. */
  readonly #parts = new Map<object, BudgetMember | undefined>()
  readonly #throttles = new Map<string, ThrottleState>()
  readonly #containers = new Map<string, string>()

  /** `requestUnitsPerSecond` for everything on the account; undefined: only the scenarios' own budgets. */
  constructor(requestUnitsPerSecond: number | undefined, clock: Clock) {
    this.#clock = clock
    this.#total = requestUnitsPerSecond === undefined ? undefined : new RequestUnitBudget(requestUnitsPerSecond, clock)
  }

  admit({ name, container, budget }: Governed): Allowance {
    const own = budget && new RequestUnitBudget(budget.requestUnitsPerSecond, this.#clock)
    const ownPart = own?.join()
    const key = {}
    this.#parts.set(key, this.#total?.join())
    const members = () => [ownPart, this.#parts.get(key)].filter((member) => member !== undefined)
    const place = `${container.database}/${container.container}`
    this.#containers.set(name, place)
    // Adds up to one run each time; so any share of the planned runs is let through evenly.
    let credit = 0
    return {
      admits: () => {
        if (!members().every((member) => member.allowsRun())) return false
        credit += this.#shareOf(place)
        if (credit < 1 - 1e-9) return false
        credit -= 1
        return true
      },
      settle: (run) => {
        const spent = runRequestUnits(run)
        for (const member of members()) member.spend(spent)
        if (!run.events.some(metThrottling)) return
        this.#throttles.set(place, afterThrottled(this.#throttles.get(place) ?? unthrottled, this.#clock.nowMs()))
      },
      leave: () => {
        const part = this.#parts.get(key)
        if (part) this.#total?.leave(part)
        this.#parts.delete(key)
        if (this.#containers.get(name) === place) this.#containers.delete(name)
      },
    }
  }

  /** For everything on the account, from now on; undefined: only the scenarios' own budgets. */
  changeBudget(requestUnitsPerSecond: number | undefined): void {
    if (requestUnitsPerSecond !== undefined && this.#total) {
      this.#total.changeRate(requestUnitsPerSecond)
      return
    }
    const total =
      requestUnitsPerSecond === undefined ? undefined : new RequestUnitBudget(requestUnitsPerSecond, this.#clock)
    this.#total = total
    for (const key of this.#parts.keys()) this.#parts.set(key, total?.join())
  }

  /** Share of the planned runs that back-off lets start, by scenario. */
  admittedShares(): ReadonlyMap<string, number> {
    return new Map([...this.#containers].map(([scenario, place]) => [scenario, this.#shareOf(place)]))
  }

  #shareOf(place: string): number {
    return shareAt(this.#throttles.get(place) ?? unthrottled, this.#clock.nowMs())
  }
}

const metThrottling = (event: JourneyEvent): boolean => {
  const observations = 'observation' in event ? [event.observation] : 'observations' in event ? event.observations : []
  return observations.some(({ attempts }) => attempts.some(({ status }) => status === 429))
}
