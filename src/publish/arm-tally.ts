import type { Histogram } from 'hdr-histogram-js'
import { type AlarmKind, alarmKinds, observeRun, printSuspect } from '../domain/alarm-observation.ts'
import { type CanaryState, canaryStates } from '../domain/canary.ts'
import { type Finding, findings } from '../domain/finding.ts'
import { type Guarantee, guarantees } from '../domain/guarantees.ts'
import {
  type FinishedRun,
  type JourneyEvent,
  type PollEvent,
  type PollOutcome,
  pollOutcomes,
  type ReadEvent,
  type RunResult,
  runResults,
} from '../domain/journey.ts'
import type { RunShare } from '../domain/objectives.ts'
import type { WriteOutcome } from '../domain/observation.ts'
import { type RetryReason, retryReasons } from '../domain/retries.ts'
import { type Arm, type ArmRole, armRole } from '../domain/scenario.ts'
import { type Interval, wilson } from '../domain/statistics.ts'
import { isKnownState, type TokenState, uncovering } from '../domain/token-state.ts'
import { isJudged, isStale, type Verdict } from '../domain/verdict.ts'
import { createLatencies, type LatencyFigures, latencyFigures, recordLatency } from './latency.ts'
import { type Setback, Setbacks } from './setbacks.ts'

/** The read that a run is remembered by. */
export interface LastFinding {
  readonly runId: string
  readonly finding: Finding
  /** When the run started. */
  readonly atWallMs: number
  readonly hop: string
  readonly region: string
  /** Undefined for a poll, which has an outcome in its place. */
  readonly verdict: Verdict | undefined
  readonly versionsBehind: number | undefined
  readonly token: TokenState | undefined
}

/** One arm's figures since the start. A rate that nobody sampled is undefined. */
export interface ArmTotals {
  readonly arm: string
  /** False where something else than the token travels on purpose: nothing, a canary. */
  readonly carriesToken: boolean
  readonly role: ArmRole
  readonly runs: Readonly<Record<RunResult, number>>
  /** Reads by verdict and token state; only what occurred. */
  readonly reads: readonly { readonly verdict: Verdict; readonly token: TokenState; readonly count: number }[]
  readonly readsTotal: number
  readonly judgedReads: number
  /** Stale or missing. */
  readonly staleReads: number
  readonly staleRate: Interval | undefined
  /** Reads with a claim and a known token state. */
  readonly claimedReads: number
  /** Of those, without a covering token. */
  readonly uncoveredReads: number
  readonly tokenLossRate: Interval | undefined
  /** Where, and in how many runs: the carry that did not bring the token, or the hop that read without it; most often first. */
  readonly lossPlaces: readonly { readonly place: string; readonly runs: number }[]
  /**
   * The same two rates by run, for whoever concludes from them: the reads of a run share one fate, and are not so many trials. A run
   * of which half the reads went wrong counts half.
   */
  readonly byRun: Readonly<Record<AlarmKind, RunShare>>
  readonly failedReads: number
  /** Writes and reads that did not do what they were asked for, the commonest first; canaries left out. */
  readonly setbacks: readonly Setback[]
  readonly writes: Readonly<Record<WriteOutcome, number>>
  /** Charged for hopwatch's own operations; undefined where it made none, because what an endpoint's service spends nobody tells. */
  readonly requestUnits: number | undefined
  /** What a run costs in this arm. */
  readonly requestUnitsPerRun: number | undefined
  readonly retries: Readonly<Record<RetryReason, number>>
  /** Retries of reads ÷ reads, of those that hopwatch made itself: what an endpoint's service retries nobody tells. */
  readonly retriesPerRead: number | undefined
  readonly readLatency: LatencyFigures | undefined
  readonly writeLatency: LatencyFigures | undefined
  readonly polls: Readonly<Record<PollOutcome, number>>
  /** From the start of a poll until the write showed. */
  readonly pollLatency: LatencyFigures | undefined
  /** Reads that should have carried a token which nothing can satisfy, by what became of it. */
  readonly canaries: Readonly<Record<CanaryState, number>>
  /** Reads and polls by finding. */
  readonly findings: Readonly<Record<Finding, number>>
  /** Reads that show a session guarantee violated. */
  readonly violations: Readonly<Record<Guarantee, number>>
  /** The latest run that shows one. */
  readonly lastViolation: { readonly runId: string; readonly guarantee: Guarantee } | undefined
  readonly lastFinding: LastFinding | undefined
}

const zeros = <Key extends string>(keys: readonly Key[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>

/** Counts one arm of one scenario. */
export class ArmTally {
  readonly #arm: Arm
  readonly #runs = zeros(runResults)
  readonly #reads = new Map<Verdict, Map<TokenState, number>>()
  readonly #writes: Record<WriteOutcome, number> = { succeeded: 0, refused: 0, indeterminate: 0 }
  readonly #retries = zeros(retryReasons)
  readonly #findings = zeros(findings)
  readonly #violations = zeros(guarantees)
  readonly #readLatency: Histogram = createLatencies()
  readonly #writeLatency: Histogram = createLatencies()
  readonly #pollLatency: Histogram = createLatencies()
  readonly #polls = zeros(pollOutcomes)
  readonly #canaries = zeros(canaryStates)
  readonly #byRun = { tokenLoss: { runs: 0, wrong: 0 }, staleReads: { runs: 0, wrong: 0 } }
  readonly #setbacks = new Setbacks()
  /** As many as the scenario's file has carries and hops, at most. */
  readonly #lossPlaces = new Map<string, number>()
  #readRetries = 0
  #judgedReads = 0
  #staleReads = 0
  #requestUnits: number | undefined
  #ownReads = 0
  #last: LastFinding | undefined
  #lastViolation: ArmTotals['lastViolation']

  constructor(arm: Arm) {
    this.#arm = arm
  }

  get carriesToken(): boolean {
    return this.#arm.token === 'carried'
  }

  get role(): ArmRole {
    return armRole(this.#arm)
  }

  get judgedReads(): number {
    return this.#judgedReads
  }

  get staleReads(): number {
    return this.#staleReads
  }

  record(run: FinishedRun): void {
    this.#runs[run.result]++
    for (const event of run.events) this.#take(event)
    for (const kind of alarmKinds) this.#countRun(kind, run)
    this.#last = lastFindingOf(run) ?? this.#last
    for (const { guarantee } of run.violations) {
      this.#violations[guarantee]++
      this.#lastViolation = { runId: run.id, guarantee }
    }
  }

  #countRun(kind: AlarmKind, run: FinishedRun): void {
    const observed = observeRun(run, kind)
    if (observed === undefined) return
    this.#byRun[kind].runs++
    this.#byRun[kind].wrong += observed.wrong
    if (kind !== 'tokenLoss' || !this.carriesToken) return
    // Once a run, however many of its reads or carries went wrong there.
    for (const place of new Set(observed.suspects.map(printSuspect)))
      this.#lossPlaces.set(place, (this.#lossPlaces.get(place) ?? 0) + 1)
  }

  #take(event: JourneyEvent): void {
    if (!('requestUnits' in event)) return
    const [asked] = 'observation' in event ? [event.observation] : event.observations
    const isOwn = asked?.operation !== 'request'
    if (isOwn) this.#requestUnits = (this.#requestUnits ?? 0) + event.requestUnits
    if (event.kind === 'visibility') return
    for (const reason of event.retries) this.#retries[reason]++
    if (event.kind === 'write') {
      this.#writes[event.outcome]++
      this.#setbacks.record(event)
      recordLatency(this.#writeLatency, event.observation.durationMs)
      return
    }
    if (event.finding !== undefined) this.#findings[event.finding]++
    if (event.kind === 'poll') {
      this.#polls[event.outcome]++
      if (event.shownAfterMs !== undefined) recordLatency(this.#pollLatency, event.shownAfterMs)
      return
    }
    if (event.canary) {
      // What comes back to a token that nothing can satisfy says nothing about the token's worth.
      this.#canaries[event.canary]++
      return
    }
    this.#setbacks.record(event)
    const { verdict } = event.judgement
    if (isJudged(verdict)) this.#judgedReads++
    if (isStale(verdict)) this.#staleReads++
    const states = this.#reads.get(verdict) ?? new Map<TokenState, number>()
    this.#reads.set(verdict, states.set(event.token, (states.get(event.token) ?? 0) + 1))
    if (isOwn) this.#ownReads++
    this.#readRetries += event.retries.length
    recordLatency(this.#readLatency, event.observation.durationMs)
  }

  snapshot(): ArmTotals {
    const reads = [...this.#reads].flatMap(([verdict, states]) =>
      [...states].map(([token, count]) => ({ verdict, token, count })),
    )
    const sum = (includes: (read: (typeof reads)[number]) => boolean) =>
      reads.reduce((total, read) => (includes(read) ? total + read.count : total), 0)
    const readsTotal = sum(() => true)
    const { carriesToken, role, judgedReads, staleReads } = this
    const runs = Object.values(this.#runs).reduce((total, count) => total + count, 0)
    const claimedReads = sum((read) => isKnownState(read.token))
    const uncoveredReads = sum((read) => uncovering.has(read.token))
    return {
      arm: this.#arm.name,
      carriesToken,
      role,
      runs: { ...this.#runs },
      reads,
      readsTotal,
      judgedReads,
      staleReads,
      staleRate: wilson(staleReads, judgedReads),
      claimedReads,
      uncoveredReads,
      tokenLossRate: wilson(uncoveredReads, claimedReads),
      lossPlaces: [...this.#lossPlaces]
        .map(([place, count]) => ({ place, runs: count }))
        .toSorted((a, b) => b.runs - a.runs),
      byRun: { tokenLoss: { ...this.#byRun.tokenLoss }, staleReads: { ...this.#byRun.staleReads } },
      failedReads: sum((read) => read.verdict === 'failed'),
      setbacks: this.#setbacks.snapshot(),
      writes: { ...this.#writes },
      requestUnits: this.#requestUnits,
      requestUnitsPerRun: this.#requestUnits === undefined ? undefined : this.#requestUnits / runs,
      retries: { ...this.#retries },
      retriesPerRead: this.#ownReads === 0 ? undefined : this.#readRetries / this.#ownReads,
      readLatency: latencyFigures(this.#readLatency),
      writeLatency: latencyFigures(this.#writeLatency),
      polls: { ...this.#polls },
      pollLatency: latencyFigures(this.#pollLatency),
      canaries: { ...this.#canaries },
      findings: { ...this.#findings },
      violations: { ...this.#violations },
      lastViolation: this.#lastViolation,
      lastFinding: this.#last,
    }
  }
}

/** Undefined for a run that found nothing, or only kept promises. */
function lastFindingOf(run: FinishedRun): LastFinding | undefined {
  if (run.finding === undefined || run.finding === 'kept') return undefined
  const found = run.events.find(
    (event): event is ReadEvent | PollEvent =>
      (event.kind === 'read' || event.kind === 'poll') && event.finding === run.finding,
  )
  if (found === undefined) return undefined
  const of = { runId: run.id, finding: run.finding, atWallMs: run.startedAtWallMs, region: found.region }
  if (found.kind === 'poll')
    return { ...of, hop: found.hop, verdict: undefined, versionsBehind: undefined, token: undefined }
  return {
    ...of,
    hop: found.observation.hop,
    verdict: found.judgement.verdict,
    versionsBehind: found.judgement.verdict === 'stale' ? found.judgement.versionsBehind : undefined,
    token: found.token,
  }
}
