/** How far runs are held back after 429, as data. Times in milliseconds on one clock. */
export interface ThrottleState {
  /** Share of the planned runs that may start, in `leastShare`…1. */
  readonly share: number
  /** When `share` was true. */
  readonly atMs: number
  /** Until then a further 429 speaks of the same congestion. */
  readonly heldUntilMs: number
}

/** A trickle always goes on: it is what tells that the container has room again. */
export const leastShare = 1 / 32
/** Runs in flight meet the same congestion within about so long; one back-off for all of them. */
const sameCongestionMs = 1000
/** From a half to the whole in 25 seconds. */
const recoveryPerMs = 0.02 / 1000

export const unthrottled: ThrottleState = { share: 1, atMs: 0, heldUntilMs: 0 }

/** Additive recovery up to now. */
export const shareAt = ({ share, atMs }: ThrottleState, nowMs: number): number =>
  Math.min(1, share + Math.max(0, nowMs - atMs) * recoveryPerMs)

/**
 * After a run that met 429: half as many runs (additive increase, multiplicative decrease; Chiu and Jain, 1989, which converges on
 * fair shares however many others do the same on this container).
 */
export function afterThrottled(state: ThrottleState, nowMs: number): ThrottleState {
  if (nowMs < state.heldUntilMs) return state
  return {
    share: Math.max(leastShare, shareAt(state, nowMs) / 2),
    atMs: nowMs,
    heldUntilMs: nowMs + sameCongestionMs,
  }
}
