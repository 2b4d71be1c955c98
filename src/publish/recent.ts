import type { Histogram } from 'hdr-histogram-js'
import type { Clock } from '../base/clock.ts'
import type { FinishedRun, JourneyEvent, Sink } from '../domain/journey.ts'
import type { OperationKind } from '../domain/observation.ts'
import type { Scenario } from '../domain/scenario.ts'
import { isKnownState, uncovering } from '../domain/token-state.ts'
import { isJudged, isStale } from '../domain/verdict.ts'
import { createLatencies, latencyQuantileMs, recordLatency } from './latency.ts'
import { SlidingWindow, WindowFigure } from './window.ts'

export const recentQuantiles = [0.5, 0.9, 0.95, 0.99] as const

/** One arm over the last five minutes. A ratio without samples is undefined, never 0. */
export interface RecentArm {
  readonly scenario: string
  readonly arm: string
  readonly staleRatio: number | undefined
  readonly tokenLossRatio: number | undefined
  readonly requestUnitsPerSecond: number
  readonly counts: Readonly<RecentCounts>
}

/** One operation at one hop over the last five minutes, all arms together; only where there were any. */
export interface RecentOperation {
  readonly scenario: string
  readonly hop: string
  readonly operation: OperationKind
  readonly quantilesMs: readonly { readonly quantile: number; readonly ms: number }[]
}

export interface RecentCounts {
  reads: number
  judged: number
  /** Stale or missing. */
  stale: number
  brokenPromises: number
  /** Reads with a claim and a known token state. */
  claimed: number
  uncovered: number
  /** Silent downgrades: the SDK removed the token and retried. */
  dropped: number
  failed: number
  /** Polls that ended without the write. */
  neverShown: number
  /** Reads that should have carried a token which nothing can satisfy; those that went without it; those answered all the same. */
  canaries: number
  canariesLost: number
  canariesIgnored: number
  requestUnits: number
}

const noCounts = (): RecentCounts => ({
  reads: 0,
  judged: 0,
  stale: 0,
  brokenPromises: 0,
  claimed: 0,
  uncovered: 0,
  dropped: 0,
  failed: 0,
  neverShown: 0,
  canaries: 0,
  canariesLost: 0,
  canariesIgnored: 0,
  requestUnits: 0,
})
const countKeys = Object.keys(noCounts()) as (keyof RecentCounts)[]
const countSlices = { create: noCounts, clear: (counts: RecentCounts) => Object.assign(counts, noCounts()) }
const latencySlices = { create: createLatencies, clear: (latencies: Histogram) => latencies.reset() }

interface ScenarioWindow {
  readonly arms: ReadonlyMap<string, ReturnType<typeof countsSince>>
  /** By hop, then operation. */
  readonly operations: Map<string, Map<OperationKind, ReturnType<typeof latenciesSince>>>
}

type Quantiles = RecentOperation['quantilesMs']

/** To merge the slices takes longer than all else at a scrape. */
const latenciesSince = (clock: Clock) => new WindowFigure(new SlidingWindow(clock, latencySlices), quantilesOf)
const countsSince = (clock: Clock) => new WindowFigure(new SlidingWindow(clock, countSlices), sumOf)

/** The last five minutes of every loaded scenario: what the ratio gauges and the quantiles are read from. */
export class Recent implements Sink {
  readonly #clock: Clock
  readonly #scenarios = new Map<string, ScenarioWindow>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  addScenario(scenario: Scenario): void {
    this.#scenarios.set(scenario.name, {
      arms: new Map(scenario.arms.map((arm) => [arm.name, countsSince(this.#clock)])),
      operations: new Map(scenario.hops.map((hop) => [hop.name, new Map()])),
    })
  }

  removeScenario(name: string): void {
    this.#scenarios.delete(name)
  }

  record(run: FinishedRun): void {
    const scenario = this.#scenarios.get(run.scenario)
    const counts = scenario?.arms.get(run.arm)?.current()
    if (scenario === undefined || counts === undefined) return
    for (const event of run.events) this.#take(event, scenario, counts)
  }

  missed(): void {
    // A run that did not happen has no latency and no verdict.
  }

  #take(event: JourneyEvent, scenario: ScenarioWindow, counts: RecentCounts): void {
    if (!('requestUnits' in event)) return
    counts.requestUnits += event.requestUnits
    if (event.kind === 'visibility') return
    if (event.kind === 'poll') {
      if (event.outcome === 'not-shown') counts.neverShown++
      return
    }
    const { hop, operation, durationMs } = event.observation
    const atHop = scenario.operations.get(hop)
    if (atHop) {
      const latencies = atHop.get(operation) ?? latenciesSince(this.#clock)
      atHop.set(operation, latencies)
      recordLatency(latencies.current(), durationMs)
    }
    if (event.kind === 'write') return
    if (event.canary) {
      counts.canaries++
      if (event.canary === 'lost') counts.canariesLost++
      if (event.canary === 'ignored') counts.canariesIgnored++
      return
    }
    const { verdict } = event.judgement
    counts.reads++
    if (verdict === 'failed') counts.failed++
    if (isJudged(verdict)) counts.judged++
    if (isStale(verdict)) counts.stale++
    if (isKnownState(event.token)) counts.claimed++
    if (uncovering.has(event.token)) counts.uncovered++
    if (event.token === 'dropped') counts.dropped++
    if (event.finding === 'broken-promise') counts.brokenPromises++
  }

  arms(): RecentArm[] {
    return [...this.#scenarios].flatMap(([scenario, { arms }]) =>
      [...arms].map(([arm, window]) => {
        const sum = window.figure()
        return {
          scenario,
          arm,
          staleRatio: ratio(sum.stale, sum.judged),
          tokenLossRatio: ratio(sum.uncovered, sum.claimed),
          requestUnitsPerSecond: sum.requestUnits / (window.coveredMs() / 1000),
          counts: sum,
        }
      }),
    )
  }

  operations(): RecentOperation[] {
    return [...this.#scenarios].flatMap(([scenario, { operations }]) =>
      [...operations].flatMap(([hop, atHop]) =>
        [...atHop].flatMap(([operation, latencies]) => {
          const quantilesMs = latencies.figure()
          return quantilesMs.length === 0 ? [] : [{ scenario, hop, operation, quantilesMs }]
        }),
      ),
    )
  }
}

function quantilesOf(slices: readonly Histogram[]): Quantiles {
  const merged = createLatencies()
  for (const slice of slices) if (slice.totalCount > 0) merged.add(slice)
  return recentQuantiles.flatMap((quantile) => {
    const ms = latencyQuantileMs(merged, quantile)
    return ms === undefined ? [] : [{ quantile, ms }]
  })
}

function sumOf(slices: readonly RecentCounts[]): RecentCounts {
  const sum = noCounts()
  for (const slice of slices) for (const key of countKeys) sum[key] += slice[key]
  return sum
}

const ratio = (events: number, total: number): number | undefined => (total === 0 ? undefined : events / total)
