import type { AlarmKind } from './alarm-observation.ts'
import type { Objectives } from './scenario.ts'
import { clopperPearson, type Interval } from './statistics.ts'

/** Runs with reads that count, and how many of them went wrong: a run of which half the reads did counts half. */
export interface RunShare {
  readonly runs: number
  readonly wrong: number
}

/** What was measured in the arms that carry the token. */
export interface Measured {
  readonly judgedReads: number
  readonly staleReads: number
  readonly claimedReads: number
  readonly uncoveredReads: number
  readonly byRun: Readonly<Record<AlarmKind, RunShare>>
  /** 95th percentile of the reads; undefined when there were none. */
  readonly p95Ms: number | undefined
  readonly retriesPerRead: number | undefined
}

/**
 * `met`: what was measured is within the objective. `broken`: it is not, and chance does not explain it.
 * `undecided`: it is not, but so few reads do not prove it. `unmeasured`: there was nothing to measure.
 */
export type ObjectiveStatus = 'met' | 'broken' | 'undecided' | 'unmeasured'

export interface ObjectiveResult {
  readonly objective: keyof Objectives
  readonly limit: number
  /** The file declares none for it. */
  readonly isDefault: boolean
  readonly measured: number | undefined
  /** Clopper-Pearson, 95 %, by run: the reads of a run share one fate, and are not so many trials. Only of rates. */
  readonly interval: Interval | undefined
  readonly status: ObjectiveStatus
}

/**
 * What the file leaves unsaid: a verdict that passes whatever is stale would not be believed, and the alarm within takes it for granted
 * as well (docs/decisions/0016-objectives-that-nobody-declared.md).
 */
const defaultShare = 0

/** Each declared objective against what was measured, and the two of every scenario where there was something to measure. */
export function judgeObjectives(objectives: Objectives, measured: Measured): ObjectiveResult[] {
  const { staleReads, tokenLoss, p95Ms, retriesPerRead } = objectives
  return [
    rate('staleReads', staleReads, measured.staleReads / measured.judgedReads, measured.byRun.staleReads),
    rate('tokenLoss', tokenLoss, measured.uncoveredReads / measured.claimedReads, measured.byRun.tokenLoss),
    level('p95Ms', p95Ms, measured.p95Ms),
    level('retriesPerRead', retriesPerRead, measured.retriesPerRead),
  ].filter((result) => result !== undefined)
}

/**
 * A rate is broken only when even the lower end of its interval lies beyond the limit: a gate must not accuse by accident. Where nothing at all is
 * allowed there is no accident: a single read proves it.
 */
function rate(
  objective: keyof Objectives,
  declared: number | undefined,
  point: number,
  byRun: RunShare,
): ObjectiveResult | undefined {
  const isDefault = declared === undefined
  const limit = declared ?? defaultShare
  const interval = intervalOf(point, byRun)
  if (interval === undefined)
    return isDefault ? undefined : { objective, limit, isDefault, measured: undefined, interval, status: 'unmeasured' }
  const isBroken = limit === 0 || interval.low > limit
  const status = point <= limit ? 'met' : isBroken ? 'broken' : 'undecided'
  return { objective, limit, isDefault, measured: point, interval, status }
}

/**
 * Of runs that went wrong in part, whole ones are counted against either bound: rounded down for the lower, up for the upper. Exact where
 * the reads of a run go wrong together; wider than it need be where they do not.
 */
function intervalOf(point: number, { runs, wrong }: RunShare): Interval | undefined {
  // A sum of thirds must not fall short of its whole number.
  const rounding = 1e-9
  const lower = clopperPearson(Math.floor(wrong + rounding), runs)
  const upper = clopperPearson(Math.ceil(wrong - rounding), runs)
  return lower && upper && { low: Math.min(lower.low, point), point, high: Math.max(upper.high, point) }
}

function level(
  objective: keyof Objectives,
  limit: number | undefined,
  measured: number | undefined,
): ObjectiveResult | undefined {
  if (limit === undefined) return undefined
  const status = measured === undefined ? 'unmeasured' : measured <= limit ? 'met' : 'broken'
  return { objective, limit, isDefault: false, measured, interval: undefined, status }
}
