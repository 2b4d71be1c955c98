import type { Clock } from '../base/clock.ts'
import { shareOut } from './share-out.ts'

/** A budget holds so many seconds of its rate, so that a pause may be followed by a burst. */
const heldSeconds = 10

/**
 * A request-unit budget that several members share: buckets that fill at the budgeted rate, each with an equal part of it, and
 * with what the others have no room for. Who runs often takes nothing from who runs rarely.
 *
 * A run starts only when its bucket holds what the dearest of the member's last runs cost. Over any time, all members
 * together spend no more than the rate, the held seconds and one run each.
 */
export class RequestUnitBudget {
  #unitsPerMs: number
  readonly #clock: Clock
  readonly #members = new Set<BudgetMember>()
  #filledAtMs: number

  constructor(requestUnitsPerSecond: number, clock: Clock) {
    this.#unitsPerMs = requestUnitsPerSecond / 1000
    this.#clock = clock
    this.#filledAtMs = clock.nowMs()
  }

  /** The first member finds a full bucket; one that comes later, what the others' smaller buckets no longer hold. */
  join(): BudgetMember {
    this.#fill()
    const held = sum([...this.#members].map((member) => member.units))
    const member = new BudgetMember(() => {
      this.#fill()
      return this.#capacity()
    })
    this.#members.add(member)
    for (const each of this.#members) each.units = Math.min(each.units, this.#capacity())
    const left = this.#members.size === 1 ? this.#capacity() : held - sum([...this.#members].map((each) => each.units))
    member.units = Math.max(0, Math.min(this.#capacity(), left))
    return member
  }

  leave(member: BudgetMember): void {
    this.#members.delete(member)
  }

  /** From now on. What the buckets hold beyond their new size is gone. */
  changeRate(requestUnitsPerSecond: number): void {
    this.#fill()
    this.#unitsPerMs = requestUnitsPerSecond / 1000
    for (const member of this.#members) member.units = Math.min(member.units, this.#capacity())
  }

  #capacity(): number {
    return (this.#unitsPerMs * 1000 * heldSeconds) / this.#members.size
  }

  #fill(): void {
    const nowMs = this.#clock.nowMs()
    const members = [...this.#members]
    const units = (nowMs - this.#filledAtMs) * this.#unitsPerMs
    const parts = shareOut(
      members.map((member) => Math.max(0, this.#capacity() - member.units)),
      units,
    )
    for (const [index, member] of members.entries()) member.units += parts[index]!
    this.#filledAtMs = nowMs
  }
}

/** One who spends from a budget. */
export class BudgetMember {
  /** What its bucket holds; below 0 after a run dearer than it held. The budget's to fill. */
  units = 0
  readonly #fillUp: () => number
  #recentCosts: readonly number[] = []

  /** `fillUp` brings the bucket up to now and returns what it can hold. */
  constructor(fillUp: () => number) {
    this.#fillUp = fillUp
  }

  /** A run dearer than a full bucket may start from a full bucket; it then pays its debt in waiting. */
  allowsRun(): boolean {
    const capacity = this.#fillUp()
    // Additions of small parts may leave a full bucket a hair below full.
    return this.units >= Math.min(Math.max(0, ...this.#recentCosts), capacity) - 1e-6
  }

  spend(requestUnits: number): void {
    this.#fillUp()
    this.units -= requestUnits
    this.#recentCosts = [...this.#recentCosts.slice(-9), requestUnits]
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
