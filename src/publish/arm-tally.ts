import type { Histogram } from 'hdr-histogram-js'
import { type Finding, findings } from '../domain/finding.ts'
import { type FinishedRun, type JourneyEvent, type ReadEvent, type RunResult, runResults } from '../domain/journey.ts'
import type { WriteOutcome } from '../domain/observation.ts'
import { type RetryReason, retryReasons } from '../domain/retries.ts'
import type { Arm } from '../domain/scenario.ts'
import { type Interval, wilson } from '../domain/statistics.ts'
import { isKnownState, type TokenState, uncovering } from '../domain/token-state.ts'
import { isJudged, isStale, type Verdict } from '../domain/verdict.ts'
import { createLatencies, type LatencyFigures, latencyFigures, recordLatency } from './latency.ts'

/** The read that a run is remembered by. */
export interface LastFinding {
  readonly runId: string
  readonly finding: Finding
  /** When the run started. */
  readonly atWallMs: number
  readonly hop: string
  readonly region: string
  readonly verdict: Verdict
  readonly versionsBehind: number | undefined
  readonly token: TokenState
}

/** One arm's figures since the start. A rate that nobody sampled is undefined. */
export interface ArmTotals {
  readonly arm: string
  /** False where the token is withheld on purpose. */
  readonly carriesToken: boolean
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
  readonly failedReads: number
  readonly writes: Readonly<Record<WriteOutcome, number>>
  readonly requestUnits: number
  readonly retries: Readonly<Record<RetryReason, number>>
  /** Retries of reads ÷ reads. */
  readonly retriesPerRead: number | undefined
  readonly readLatency: LatencyFigures | undefined
  readonly writeLatency: LatencyFigures | undefined
  /** Reads by finding. */
  readonly findings: Readonly<Record<Finding, number>>
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
  readonly #readLatency: Histogram = createLatencies()
  readonly #writeLatency: Histogram = createLatencies()
  #readRetries = 0
  #judgedReads = 0
  #staleReads = 0
  #requestUnits = 0
  #last: LastFinding | undefined

  constructor(arm: Arm) {
    this.#arm = arm
  }

  get carriesToken(): boolean {
    return this.#arm.token === 'carried'
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
    this.#last = lastFindingOf(run) ?? this.#last
  }

  #take(event: JourneyEvent): void {
    if (event.kind === 'wait' || event.kind === 'carry') return
    this.#requestUnits += event.requestUnits
    if (event.kind === 'visibility') return
    for (const reason of event.retries) this.#retries[reason]++
    if (event.kind === 'write') {
      this.#writes[event.outcome]++
      recordLatency(this.#writeLatency, event.observation.durationMs)
      return
    }
    const { verdict } = event.judgement
    if (isJudged(verdict)) this.#judgedReads++
    if (isStale(verdict)) this.#staleReads++
    const states = this.#reads.get(verdict) ?? new Map<TokenState, number>()
    this.#reads.set(verdict, states.set(event.token, (states.get(event.token) ?? 0) + 1))
    this.#readRetries += event.retries.length
    recordLatency(this.#readLatency, event.observation.durationMs)
    if (event.finding !== undefined) this.#findings[event.finding]++
  }

  snapshot(): ArmTotals {
    const reads = [...this.#reads].flatMap(([verdict, states]) =>
      [...states].map(([token, count]) => ({ verdict, token, count })),
    )
    const sum = (includes: (read: (typeof reads)[number]) => boolean) =>
      reads.reduce((total, read) => (includes(read) ? total + read.count : total), 0)
    const readsTotal = sum(() => true)
    const { carriesToken, judgedReads, staleReads } = this
    const claimedReads = sum((read) => isKnownState(read.token))
    const uncoveredReads = sum((read) => uncovering.has(read.token))
    return {
      arm: this.#arm.name,
      carriesToken,
      runs: { ...this.#runs },
      reads,
      readsTotal,
      judgedReads,
      staleReads,
      staleRate: wilson(staleReads, judgedReads),
      claimedReads,
      uncoveredReads,
      tokenLossRate: wilson(uncoveredReads, claimedReads),
      failedReads: sum((read) => read.verdict === 'failed'),
      writes: { ...this.#writes },
      requestUnits: this.#requestUnits,
      retries: { ...this.#retries },
      retriesPerRead: readsTotal === 0 ? undefined : this.#readRetries / readsTotal,
      readLatency: latencyFigures(this.#readLatency),
      writeLatency: latencyFigures(this.#writeLatency),
      findings: { ...this.#findings },
      lastFinding: this.#last,
    }
  }
}

/** Undefined for a run that found nothing, or only kept promises. */
function lastFindingOf(run: FinishedRun): LastFinding | undefined {
  if (run.finding === undefined || run.finding === 'kept') return undefined
  const read = run.events.find((event): event is ReadEvent => event.kind === 'read' && event.finding === run.finding)
  if (read === undefined) return undefined
  return {
    runId: run.id,
    finding: run.finding,
    atWallMs: run.startedAtWallMs,
    hop: read.observation.hop,
    region: read.region,
    verdict: read.judgement.verdict,
    versionsBehind: read.judgement.verdict === 'stale' ? read.judgement.versionsBehind : undefined,
    token: read.token,
  }
}
