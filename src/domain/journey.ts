import type { CanaryState } from './canary.ts'
import type { Finding } from './finding.ts'
import type { GuaranteeViolation } from './guarantees.ts'
import type { Observation, WriteOutcome } from './observation.ts'
import type { RetryReason } from './retries.ts'
import type { AccountChange, CarrierKind, FaultKind, Polling } from './scenario.ts'
import type { TokenState } from './token-state.ts'
import type { Judgement } from './verdict.ts'

/** What happened in a run, in order. */
export type JourneyEvent =
  | WriteEvent
  | ReadEvent
  | CarryEvent
  | WaitEvent
  | VisibilityEvent
  | PollEvent
  | ReconnectEvent
  | OfflineEvent
  | ParallelEvent
  | SimulateEvent

export interface WriteEvent {
  readonly kind: 'write'
  readonly observation: Observation
  readonly region: string
  readonly outcome: WriteOutcome
  readonly version: number
  readonly requestUnits: number
  readonly retries: readonly RetryReason[]
  /**
   * Only where other branches went on meanwhile: how many of the run's events had happened when it began. It knew nothing of
   * those after them.
   */
  readonly begunAfter?: number | undefined
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
  /** The document that came back is not this instance's. */
  readonly isAnotherWriters?: true | undefined
  readonly requestUnits: number
  readonly retries: readonly RetryReason[]
  /** Only where a canary was sent to the hop. */
  readonly canary?: CanaryState | undefined
  /**
   * Only where other branches went on meanwhile: how many of the run's events had happened when it began. It knew nothing of
   * those after them.
   */
  readonly begunAfter?: number | undefined
}

/** What arrived of what was sent. */
export const carriedTokens = [
  'intact',
  'lost',
  'behind',
  'foreign',
  'malformed',
  'unknown',
  'nothing-to-carry',
] as const
export type CarriedToken = (typeof carriedTokens)[number]

export interface CarryEvent {
  readonly kind: 'carry'
  readonly from: string
  readonly to: string
  readonly carrier: CarrierKind
  readonly token: CarriedToken
  /** Size of what was sent. */
  readonly tokenBytes: number
  /** Why something else arrived than was sent; undefined where it arrived as it was, or nobody knows. */
  readonly cause?: CarryCause | undefined
  /** As of a write: it left `from` with what was known there by then. */
  readonly begunAfter?: number | undefined
  /** As of an observation. Absent where nobody timed it. */
  readonly startedAtMs?: number
  readonly durationMs?: number
  /** As of an observation. */
  readonly spanId?: string
}

/**
 * Besides the faults that the scenario injects. `withheld`: by the arm. `not-carried`: the carrier is none.
 * `over-limit`: it outgrew what the way takes. `kept-older`: the receiver was left with an earlier token than this carry's.
 * `unreadable`: what arrived could not be decoded. `expired`: the store had forgotten it.
 * Of a hop elsewhere: `stripped`, `changed`: by something on the way. `hop-unreachable`: the user did not arrive at all.
 */
export type CarryCause =
  | FaultKind
  | 'withheld'
  | 'not-carried'
  | 'over-limit'
  | 'kept-older'
  | 'unreadable'
  | 'expired'
  | 'store-unavailable'
  | 'device-unavailable'
  | 'stripped'
  | 'changed'
  | 'hop-unreachable'

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
 * `shown`: the write showed. `not-shown`: the bound passed first. `failed`: the last try got no answer. `undetermined`: there was
 * nothing certain to wait for, or what came may be newer.
 */
export const pollOutcomes = ['shown', 'not-shown', 'failed', 'undetermined'] as const
export type PollOutcome = (typeof pollOutcomes)[number]

/** A query repeated until the write showed. Its reads are not judged one by one: waiting is what it is for. */
export interface PollEvent {
  readonly kind: 'poll'
  readonly hop: string
  readonly region: string
  readonly operation: Polling['read']
  readonly outcome: PollOutcome
  /** From the start of the poll to the answer that showed the write. */
  readonly shownAfterMs: number | undefined
  readonly claimedVersion: number | undefined
  /** One a try. */
  readonly observations: readonly Observation[]
  readonly finding: Finding | undefined
  readonly requestUnits: number
  readonly retries: readonly RetryReason[]
  /**
   * Only where other branches went on meanwhile: how many of the run's events had happened when it began. It knew nothing of
   * those after them.
   */
  readonly begunAfter?: number | undefined
}

/** The hop's client, its session tokens and what it was handed are gone, but for what was kept for it. */
export interface ReconnectEvent {
  readonly kind: 'reconnect'
  readonly hop: string
  /** Size of the token that a carrier had kept for the hop; 0: none. */
  readonly keptBytes: number
}

/** The upload that follows is in the write events after it. */
export interface OfflineEvent {
  readonly kind: 'offline'
  readonly hop: string
  readonly offlineMs: number
  readonly bufferedWrites: number
}

/** All branches have ended; their events stand before it, in the order in which they happened. */
export interface ParallelEvent {
  readonly kind: 'parallel'
  readonly branches: number
}

export interface SimulateEvent {
  readonly kind: 'simulate'
  readonly change: AccountChange['change']
  /** Why the simulator refused; undefined: it is done. */
  readonly problem: string | undefined
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
  /** Of the session guarantees, over the whole run; none for a run that did not come to its end. */
  readonly violations: readonly GuaranteeViolation[]
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
