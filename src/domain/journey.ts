import type { Finding } from './finding.ts'
import type { Observation, WriteOutcome } from './observation.ts'
import type { RetryReason } from './retries.ts'
import type { CarrierKind } from './scenario.ts'
import type { TokenState } from './token-state.ts'
import type { Judgement } from './verdict.ts'

/** What happened in a run, in order. */
export type JourneyEvent = WriteEvent | ReadEvent | CarryEvent | WaitEvent | VisibilityEvent

export interface WriteEvent {
  readonly kind: 'write'
  readonly observation: Observation
  readonly region: string
  readonly outcome: WriteOutcome
  readonly version: number
  readonly requestUnits: number
  readonly retries: readonly RetryReason[]
}

export interface ReadEvent {
  readonly kind: 'read'
  readonly observation: Observation
  readonly region: string
  readonly judgement: Judgement
  readonly token: TokenState
  readonly finding: Finding | undefined
  readonly claimedVersion: number | undefined
  readonly returnedVersion: number | undefined
  readonly requestUnits: number
  readonly retries: readonly RetryReason[]
}

/** What arrived of what was sent. */
export type CarriedToken = 'intact' | 'lost' | 'behind' | 'foreign' | 'malformed' | 'unknown' | 'nothing-to-carry'

export interface CarryEvent {
  readonly kind: 'carry'
  readonly from: string
  readonly to: string
  readonly carrier: CarrierKind
  readonly token: CarriedToken
  /** Size of what was sent. */
  readonly tokenBytes: number
}

export interface WaitEvent {
  readonly kind: 'wait'
  readonly waitedMs: number
}

/** Re-reads after a stale read. */
export interface VisibilityEvent {
  readonly kind: 'visibility'
  readonly hop: string
  readonly region: string
  /** From the acknowledgement to the first answer that showed the write; undefined when the bound passed first. */
  readonly visibleAfterMs: number | undefined
  readonly observations: readonly Observation[]
  readonly requestUnits: number
}

/**
 * `kept`: every claim was judged and held. `found`: at least one finding other than kept. `failed`: no finding, but an
 * operation failed. `undetermined`: nothing failed, nothing could be judged. `abandoned`: the deadline passed.
 * `crashed`: hopwatch itself failed.
 */
export const runResults = ['kept', 'found', 'failed', 'undetermined', 'abandoned', 'crashed'] as const
export type RunResult = (typeof runResults)[number]

export interface FinishedRun {
  readonly id: string
  readonly scenario: string
  readonly arm: string
  /** False in arms that withhold the token on purpose: what they find is measurement, not alarm. */
  readonly carriesToken: boolean
  readonly startedAtWallMs: number
  readonly durationMs: number
  /** How late the run started against its plan. */
  readonly scheduleLagMs: number
  readonly result: RunResult
  /** The worst one. */
  readonly finding: Finding | undefined
  readonly events: readonly JourneyEvent[]
  /** For `crashed` and `abandoned`: what happened, without secrets. */
  readonly problem: string | undefined
}

/** `overlap`: the run before was still going. `late`: planned too long ago to be the run it should be. */
export const missedReasons = ['overlap', 'budget', 'late', 'paused'] as const
export type MissedReason = (typeof missedReasons)[number]

/** The one gate to everything that publishes. A sink never throws and never waits. */
export interface Sink {
  record(run: FinishedRun): void
  missed(scenario: string, reason: MissedReason, count: number): void
}

/** What a run cost in all, its re-reads included. */
export const runRequestUnits = (run: FinishedRun): number =>
  run.events.reduce((sum, event) => sum + ('requestUnits' in event ? event.requestUnits : 0), 0)
