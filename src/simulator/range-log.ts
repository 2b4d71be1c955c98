import type { RangeRef } from './journal.ts'
import { Replication, type ReplicationWorld } from './replication.ts'
import type { Region } from './topology.ts'

export interface StalenessBound {
  readonly maxVersions: number
  readonly maxIntervalMs: number
}

/** One log of a range: its commits have LSNs from 1 without a gap, and follow to the replicas of every region. */
export class RangeLog {
  readonly replication: Replication
  #committedLsn: number
  /** When each commit after `#timesAfterLsn` was made, for bounded staleness. */
  #commitTimesMs: number[] = []
  #timesAfterLsn: number

  constructor(replication: Replication, committedLsn = 0) {
    this.replication = replication
    this.#committedLsn = committedLsn
    this.#timesAfterLsn = committedLsn
  }

  static empty(world: ReplicationWorld, where: RangeRef, home: () => Region): RangeLog {
    return new RangeLog(new Replication(world, where, home))
  }

  get committedLsn(): number {
    return this.#committedLsn
  }

  /** The same commits, on their way to the same replicas, as the log of a child range. */
  continuedAs(where: RangeRef): RangeLog {
    const child = new RangeLog(this.replication.continuedAs(where), this.#committedLsn)
    child.#commitTimesMs = [...this.#commitTimesMs]
    child.#timesAfterLsn = this.#timesAfterLsn
    return child
  }

  append(nowMs: number): number {
    this.#commitTimesMs.push(nowMs)
    return ++this.#committedLsn
  }

  cut(lsn: number, nowMs: number): void {
    this.replication.cut(lsn, nowMs)
    this.#commitTimesMs.length = Math.max(0, lsn - this.#timesAfterLsn)
    this.#committedLsn = lsn
  }

  /** At most `maxVersions` commits and `maxIntervalMs` behind the newest acknowledged one. */
  boundLsn(bound: StalenessBound, nowMs: number): number {
    const oldEnoughMs = nowMs - bound.maxIntervalMs
    let lsn = this.#timesAfterLsn
    while (lsn < this.#committedLsn && this.#commitTimesMs[lsn - this.#timesAfterLsn]! <= oldEnoughMs) lsn++
    return Math.max(lsn, this.#committedLsn - bound.maxVersions)
  }

  /** Commits that every replica has are within any bound. */
  forgetTimes(leastLsn: number): void {
    const surplus = leastLsn - this.#timesAfterLsn
    if (surplus < 256 || surplus * 2 < this.#commitTimesMs.length) return
    this.#commitTimesMs = this.#commitTimesMs.slice(surplus)
    this.#timesAfterLsn = leastLsn
  }
}
