import { type Interval, wilson } from './statistics.ts'

/** A rate as it was counted. */
export interface Counted {
  readonly events: number
  readonly total: number
}

/**
 * Rate of `left` minus rate of `right`, with Newcombe's hybrid score interval (R. G. Newcombe, 1998, method 10), built from
 * the two Wilson intervals: sound near 0 and 1, where the plain normal interval is empty. In −1…1.
 * Undefined when either side was never sampled.
 */
export function rateDifference(left: Counted, right: Counted): Interval | undefined {
  const a = wilson(left.events, left.total)
  const b = wilson(right.events, right.total)
  if (a === undefined || b === undefined) return undefined
  const point = a.point - b.point
  return {
    low: Math.max(-1, point - Math.hypot(a.point - a.low, b.high - b.point)),
    point,
    high: Math.min(1, point + Math.hypot(a.high - a.point, b.point - b.low)),
  }
}
