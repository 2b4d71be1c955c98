import type { LogState } from './log-state.ts'
import type { StalenessBound } from './range-log.ts'
import type { RangeView, Served } from './read-policy.ts'
import type { Region } from './topology.ts'

/** One read: where, when, and by which replica if chance has its way. */
export interface ReadAt {
  readonly region: Region
  readonly nowMs: number
  readonly chosen: number
  readonly demand: LogState | undefined
  readonly bound: StalenessBound
}

/** What a range tells of its replicas. */
interface ViewedRange {
  readonly newest: LogState
  position(region: Region, replica: number, nowMs: number): Served
  boundState(bound: StalenessBound, nowMs: number): LogState
}

/** A range as a region sees it at one moment. */
export class ViewFrom implements RangeView {
  readonly chosen: number
  readonly demand: LogState | undefined
  readonly #range: ViewedRange
  readonly #at: ReadAt

  constructor(range: ViewedRange, at: ReadAt) {
    this.chosen = at.chosen
    this.demand = at.demand
    this.#range = range
    this.#at = at
  }

  newest(): LogState {
    return this.#range.newest
  }

  position(replica: number): Served {
    return this.#range.position(this.#at.region, replica, this.#at.nowMs)
  }

  bound(): LogState {
    return this.#range.boundState(this.#at.bound, this.#at.nowMs)
  }
}
