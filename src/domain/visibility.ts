import type { FinishedRun, JourneyEvent, ReadEvent, VisibilityEvent, WriteEvent } from './journey.ts'
import type { Observation } from './observation.ts'
import { type Interval, wilson } from './statistics.ts'
import { type TokenState, uncovering } from './token-state.ts'
import { isJudged } from './verdict.ts'

/**
 * When one write showed in one region to readers whom no token protected. Times from the write's acknowledgement to
 * the start of the exchange that answered, in milliseconds.
 */
export interface VisibilitySample {
  /** The regions that the two hops declare. */
  readonly writeRegion: string
  readonly readRegion: string
  readonly firstReadMs: number
  /** The latest read that missed the write; undefined: none did. */
  readonly missedMs: number | undefined
  /** The earliest read that saw it; undefined: none did. */
  readonly seenMs: number | undefined
  /** Of the first read; undefined: it found nothing. */
  readonly versionsBehind: number | undefined
}

/** A token that covers the claim makes the service wait, which would show in the figures as fast replication. */
const unprotected = (state: TokenState): boolean =>
  uncovering.has(state) || state === 'dropped' || state === 'unsupported'

/** One sample for each write of a run and each region that read it, from the first read at a hop that counts and its re-reads. */
export function visibilitySamples(
  { events }: Pick<FinishedRun, 'events'>,
  counts: (hop: string) => boolean,
): VisibilitySample[] {
  const samples = new Map<string, VisibilitySample>()
  for (const [step, event] of events.entries()) {
    if (event.kind !== 'read' || !isJudged(event.judgement.verdict) || !unprotected(event.token)) continue
    if (!counts(event.observation.hop)) continue
    const write = events.find((each): each is WriteEvent => isWriteOf(each, event))
    const key = `${event.claimedVersion} ${event.region}`
    if (write === undefined || samples.has(key)) continue
    const ackMs = write.observation.startedAtMs + write.observation.durationMs
    const firstReadMs = answeredFromMs(event.observation) - ackMs
    // Another process keeps its own clock.
    if (firstReadMs < 0) continue
    const isFresh = event.judgement.verdict === 'fresh'
    const again = isFresh ? undefined : rereadsOf(events, step, event)
    const rereadsMs = (again?.observations ?? []).filter(isAnswered).map((each) => answeredFromMs(each) - ackMs)
    const hasShown = again?.visibleAfterMs !== undefined
    samples.set(key, {
      writeRegion: write.region,
      readRegion: event.region,
      firstReadMs,
      missedMs: isFresh ? undefined : ((hasShown ? rereadsMs.at(-2) : rereadsMs.at(-1)) ?? firstReadMs),
      seenMs: isFresh ? firstReadMs : hasShown ? rereadsMs.at(-1) : undefined,
      versionsBehind:
        event.returnedVersion === undefined ? undefined : Math.max(0, event.claimedVersion! - event.returnedVersion),
    })
  }
  return [...samples.values()]
}

/** The write whose showing these re-reads waited for: the one that the read before them claimed. */
export function awaitedWrite(events: readonly JourneyEvent[], awaiting: VisibilityEvent): WriteEvent | undefined {
  const read = events
    .slice(0, events.indexOf(awaiting))
    .findLast((each): each is ReadEvent => each.kind === 'read' && each.observation.hop === awaiting.hop)
  return read && events.find((each): each is WriteEvent => isWriteOf(each, read))
}

const isWriteOf = (event: JourneyEvent, { claimedVersion }: ReadEvent): boolean =>
  event.kind === 'write' && event.outcome === 'succeeded' && event.version === claimedVersion

const rereadsOf = (events: readonly JourneyEvent[], step: number, read: ReadEvent): VisibilityEvent | undefined =>
  events
    .slice(step + 1)
    .find((each): each is VisibilityEvent => each.kind === 'visibility' && each.hop === read.observation.hop)

const isAnswered = ({ status, substatus }: Observation): boolean =>
  status !== undefined && (status < 400 || (status === 404 && !substatus))

/** Retries before it are not part of the read that was answered. */
const answeredFromMs = ({ startedAtMs, durationMs, attempts }: Observation): number =>
  startedAtMs + durationMs - Math.min(durationMs, attempts.at(-1)?.durationMs ?? durationMs)

/** The times for which the curve is kept; what lies between two is read off neither. */
const curveMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const
const lastVersions = [1, 2, 3, 5, 10] as const

/** Probabilistically bounded staleness of one region pair (P. Bailis et al., VLDB 2012), without a token. */
export interface PairStaleness {
  readonly writeRegion: string
  readonly readRegion: string
  /**
   * t-visibility: the probability that a read starting `afterMs` after the acknowledgement sees the write, from the `writes` that were
   * first read by then. Of `undecided` among them it is not known, because their re-reads left it
   * open: the interval holds whichever way they went.
   */
  readonly visibility: readonly {
    readonly afterMs: number
    readonly probability: Interval
    readonly writes: number
    readonly undecided: number
  }[]
  /** k-staleness: the probability that the first read returned one of the last `versions` versions. */
  readonly staleness: readonly { readonly versions: number; readonly probability: Interval }[]
  readonly reads: number
}

interface CurvePoint {
  writes: number
  seen: number
  undecided: number
  /** Of the undecided, the part that would have been seen, were they as likely at any time between two re-reads. */
  likelySeen: number
}

/** Sums up the samples of one region pair; memory does not grow. */
export class StalenessCurve {
  readonly #points: readonly CurvePoint[] = curveMs.map(() => ({ writes: 0, seen: 0, undecided: 0, likelySeen: 0 }))
  readonly #within = lastVersions.map(() => 0)
  #reads = 0

  record({ firstReadMs, missedMs, seenMs, versionsBehind }: VisibilitySample): void {
    this.#reads++
    for (const [index, versions] of lastVersions.entries())
      if (versionsBehind !== undefined && versionsBehind < versions) this.#within[index]!++
    for (const [index, afterMs] of curveMs.entries()) {
      // A run that began to read later says nothing of this time when it read fresh, and would when it read stale.
      if (firstReadMs > afterMs) continue
      const point = this.#points[index]!
      point.writes++
      if (seenMs !== undefined && seenMs <= afterMs) point.seen++
      else if (missedMs !== undefined && missedMs < afterMs) {
        point.undecided++
        if (seenMs !== undefined) point.likelySeen += (afterMs - missedMs) / (seenMs - missedMs)
      }
    }
  }

  estimate(): Omit<PairStaleness, 'writeRegion' | 'readRegion'> {
    return {
      visibility: curveMs.flatMap((afterMs, index) => {
        const { writes, seen, undecided, likelySeen } = this.#points[index]!
        const low = wilson(seen, writes)?.low
        const high = wilson(seen + undecided, writes)?.high
        if (low === undefined || high === undefined) return []
        return [{ afterMs, probability: { low, point: (seen + likelySeen) / writes, high }, writes, undecided }]
      }),
      staleness: lastVersions.flatMap((versions, index) => {
        const probability = wilson(this.#within[index]!, this.#reads)
        return probability ? [{ versions, probability }] : []
      }),
      reads: this.#reads,
    }
  }
}
