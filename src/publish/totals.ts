import { type FinishedRun, type MissedReason, missedReasons, type Sink } from '../domain/journey.ts'
import { rateDifference } from '../domain/rate-difference.ts'
import type { ArmRole, Scenario } from '../domain/scenario.ts'
import type { Interval } from '../domain/statistics.ts'
import type { PairStaleness } from '../domain/visibility.ts'
import { ArmTally, type ArmTotals } from './arm-tally.ts'
import { StalenessTally } from './staleness-tally.ts'

/** One scenario's figures since it was loaded. */
export interface ScenarioTotals {
  readonly scenario: string
  readonly missed: Readonly<Record<MissedReason, number>>
  /** In the order of the file. */
  readonly arms: readonly ArmTotals[]
  /** What the token is worth; undefined while it cannot be identified. */
  readonly protection: Interval | undefined
  /** t-visibility and k-staleness, by write region and read region; only where a read without a covering token was judged. */
  readonly staleness: readonly PairStaleness[]
}

/**
 * Stale rate of the control minus stale rate where it is carried. Undefined when either was never judged, and
 * when withholding the token made nothing stale: then the scenario proves nothing about protection (verdicts.md, Arms).
 */
function tokenProtection(
  arms: readonly Pick<ArmTotals, 'role' | 'staleReads' | 'judgedReads'>[],
): Interval | undefined {
  const pooled = (role: ArmRole) => {
    const chosen = arms.filter((arm) => arm.role === role)
    return {
      events: chosen.reduce((sum, arm) => sum + arm.staleReads, 0),
      total: chosen.reduce((sum, arm) => sum + arm.judgedReads, 0),
    }
  }
  const withheld = pooled('control')
  return withheld.events === 0 ? undefined : rateDifference(withheld, pooled('propagated'))
}

interface ScenarioTally {
  readonly arms: ReadonlyMap<string, ArmTally>
  readonly missed: Record<MissedReason, number>
  readonly staleness: StalenessTally
}

/** Every loaded scenario's figures since the start, for the status page and `check`. Runs of other scenarios are ignored. */
export class Totals implements Sink {
  readonly #scenarios = new Map<string, ScenarioTally>()

  addScenario(scenario: Scenario): void {
    this.#scenarios.set(scenario.name, {
      arms: new Map(scenario.arms.map((arm) => [arm.name, new ArmTally(arm)])),
      missed: Object.fromEntries(missedReasons.map((reason) => [reason, 0])) as Record<MissedReason, number>,
      staleness: new StalenessTally(scenario),
    })
  }

  removeScenario(name: string): void {
    this.#scenarios.delete(name)
  }

  record(run: FinishedRun): void {
    const tally = this.#scenarios.get(run.scenario)
    tally?.arms.get(run.arm)?.record(run)
    tally?.staleness.record(run)
  }

  missed(scenario: string, reason: MissedReason, count: number): void {
    const tally = this.#scenarios.get(scenario)
    if (tally) tally.missed[reason] += count
  }

  /** What the token is worth, for each scenario where it can be identified. */
  protections(): Map<string, Interval> {
    const found = new Map<string, Interval>()
    for (const [scenario, { arms }] of this.#scenarios) {
      const protection = tokenProtection([...arms.values()])
      if (protection) found.set(scenario, protection)
    }
    return found
  }

  snapshot(): ScenarioTotals[] {
    return [...this.#scenarios].map(([scenario, tally]) => {
      const arms = [...tally.arms.values()].map((arm) => arm.snapshot())
      return {
        scenario,
        missed: { ...tally.missed },
        arms,
        protection: tokenProtection(arms),
        staleness: tally.staleness.snapshot(),
      }
    })
  }
}
