import type { Objectives } from './scenario.ts'
import { clopperPearson, type Interval } from './statistics.ts'

/** What was measured in the arms that carry the token. */
export interface Measured {
  readonly judgedReads: number
  readonly staleReads: number
  readonly claimedReads: number
  readonly uncoveredReads: number
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
  /** Clopper-Pearson, 95 %; only of rates. */
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
    rate('staleReads', staleReads, measured.staleReads, measured.judgedReads),
    rate('tokenLoss', tokenLoss, measured.uncoveredReads, measured.claimedReads),
    level('p95Ms', p95Ms, measured.p95Ms),
    level('retriesPerRead', retriesPerRead, measured.retriesPerRead),
  ].filter((result) => result !== undefined)
}

/** A rate is broken only when even the lower end of its interval lies beyond the limit: a gate must not accuse by accident. */
function rate(
  objective: keyof Objectives,
  declared: number | undefined,
  events: number,
  total: number,
): ObjectiveResult | undefined {
  const interval = clopperPearson(events, total)
  const isDefault = declared === undefined
  if (isDefault && interval === undefined) return undefined
  const limit = declared ?? defaultShare
  const status =
    interval === undefined
      ? 'unmeasured'
      : interval.point <= limit
        ? 'met'
        : interval.low > limit
          ? 'broken'
          : 'undecided'
  return { objective, limit, isDefault, measured: interval?.point, interval, status }
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
