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
  readonly #total: RequestUnitBudget | undefined
  readonly #throttles = new Map<string, ThrottleState>()
  readonly #containers = new Map<string, string>()

  /** `requestUnitsPerSecond` for everything on the account; undefined: only the scenarios' own budgets. */
  constructor(requestUnitsPerSecond: number | undefined, clock: Clock) {
    this.#clock = clock
    this.#total = requestUnitsPerSecond === undefined ? undefined : new RequestUnitBudget(requestUnitsPerSecond, clock)
  }

  admit({ name, container, budget }: Governed): Allowance {
    const own = budget && new RequestUnitBudget(budget.requestUnitsPerSecond, this.#clock)
    const shared = this.#total?.join()
    const members = [own?.join(), shared].filter((member): member is BudgetMember => member !== undefined)
    const place = `${container.database}/${container.container}`
    this.#containers.set(name, place)
    // Adds up to one run each time; so any share of the planned runs is let through evenly.
    let credit = 0
    return {
      admits: () => {
        if (!members.every((member) => member.allowsRun())) return false
        credit += this.#shareOf(place)
        if (credit < 1 - 1e-9) return false
        credit -= 1
        return true
      },
      settle: (run) => {
        const spent = runRequestUnits(run)
        for (const member of members) member.spend(spent)
        if (!run.events.some(metThrottling)) return
        this.#throttles.set(place, afterThrottled(this.#throttles.get(place) ?? unthrottled, this.#clock.nowMs()))
      },
      leave: () => {
        if (shared) this.#total?.leave(shared)
        if (this.#containers.get(name) === place) this.#containers.delete(name)
      },
    }
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
