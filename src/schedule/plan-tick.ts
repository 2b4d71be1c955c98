import type { MissedReason } from '../domain/journey.ts'

/** What is known when a scenario's timer fires. Times on one clock, in milliseconds. */
export interface Tick {
  /** The newest tick that is due. */
  readonly dueMs: number
  readonly nowMs: number
  /** How many older ticks have come due since the timer was set: it fired late. */
  readonly olderTicks: number
  readonly isRunning: boolean
  readonly isPaused: boolean
  readonly hasBudget: boolean
}

export interface TickDecision {
  readonly run: boolean
  /** How late the run starts against its own tick. */
  readonly lagMs: number
  /** Every tick that does not become a run, by reason. */
  readonly missed: readonly { readonly reason: MissedReason; readonly count: number }[]
}

/** The newest due tick is the one to run; older ones are too late to be the runs they should have been. */
export function planTick(tick: Tick): TickDecision {
  const late = tick.olderTicks > 0 ? [{ reason: 'late' as const, count: tick.olderTicks }] : []
  const obstacle: MissedReason | undefined = tick.isPaused
    ? 'paused'
    : tick.isRunning
      ? 'overlap'
      : tick.hasBudget
        ? undefined
        : 'budget'
  const missed = obstacle === undefined ? late : [...late, { reason: obstacle, count: 1 }]
  return { run: obstacle === undefined, lagMs: Math.max(0, tick.nowMs - tick.dueMs), missed }
}
