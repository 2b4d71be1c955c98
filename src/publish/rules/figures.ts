import { findings } from '../../domain/finding.ts'
import { readKinds } from '../../domain/scenario.ts'
import { isKnownState, tokenStates, uncovering } from '../../domain/token-state.ts'
import { isJudged, isStale, verdicts } from '../../domain/verdict.ts'
import { oneLine, type RecordingRule } from './rule.ts'

/** A label's matcher for several of hopwatch's own words. */
const oneOf = (words: readonly string[]): string => `=~"${words.join('|')}"`

const stale = oneOf(verdicts.filter(isStale))
const judged = oneOf(verdicts.filter(isJudged))
const uncovered = oneOf([...uncovering])
const claimed = oneOf(tokenStates.filter(isKnownState))
/** What arrived of a token that was sent; `unknown` and `nothing-to-carry` say neither. */
const carried = oneOf(['intact', ...uncovering])

export const matchers = {
  stale: `verdict${stale}`,
  lostCarry: `token${uncovered}`,
  /** Within a template, where quotes would end the string. */
  reads: `operation=~'${[...readKinds, 'request'].join('|')}'`,
  unfinished: `result${oneOf(['failed', 'undetermined', 'abandoned', 'crashed'])}`,
  brokenPromise: `finding="${findings[0]}"`,
}

/** How often the rates are recorded. Counts over long windows are sums of recorded rates times this, so it is fixed. */
export const recordedEverySeconds = 15

/** Reads that broke a promise, of those that could have. */
export interface Share {
  readonly bad: string
  readonly all: string
  readonly ratio: (window: string) => string
  /** How many were bad. */
  readonly count: (window: string) => string
  /** Largest share that the scenario allows. */
  readonly allowed: string
}

export const staleReads: Share = {
  bad: 'scenario:hopwatch_stale_reads:rate5m',
  all: 'scenario:hopwatch_judged_reads:rate5m',
  ratio: (window) => `scenario:hopwatch_stale_reads:ratio_rate${window}`,
  count: (window) => `scenario:hopwatch_stale_reads:count${window}`,
  allowed: 'scenario:hopwatch_stale_reads:allowed_ratio',
}

export const tokenLoss: Share = {
  bad: 'scenario:hopwatch_uncovered_reads:rate5m',
  all: 'scenario:hopwatch_claimed_reads:rate5m',
  ratio: (window) => `scenario:hopwatch_token_loss:ratio_rate${window}`,
  count: (window) => `scenario:hopwatch_uncovered_reads:count${window}`,
  allowed: 'scenario:hopwatch_token_loss:allowed_ratio',
}

export const carries = {
  lost: 'carry:hopwatch_tokens_lost:rate5m',
  all: 'carry:hopwatch_tokens_carried:rate5m',
  ratio: 'carry:hopwatch_token_loss:ratio_rate5m',
  /** Of two minutes: nearer to how bad it is just now, and soon 0 when it has ended. */
  ratioNow: 'carry:hopwatch_token_loss:ratio_rate2m',
  /** Of the day that ended ten minutes ago. */
  past: 'carry:hopwatch_token_loss:ratio_past1d',
  /** Below which no share of lost tokens is a regression. */
  floor: 'scenario:hopwatch_token_loss:floor_ratio',
  /** The greater of the past and the floor. */
  expected: 'carry:hopwatch_token_loss:expected_ratio',
}

export const control = {
  stale: 'scenario:hopwatch_control_stale_reads:rate5m',
  judged: 'scenario:hopwatch_control_judged_reads:rate5m',
  staleCount: 'scenario:hopwatch_control_stale_reads:count6h',
  judgedCount: 'scenario:hopwatch_control_judged_reads:count6h',
}

export const allowed = {
  p95Seconds: 'scenario:hopwatch_read_p95:allowed_seconds',
  retriesPerRead: 'scenario:hopwatch_retries_per_read:allowed',
  plannedRuns: 'scenario:hopwatch_runs:planned_rate',
}

/** By which a rate per carry is kept apart. */
export const carryLabels = 'scenario, from, to, carrier'

const reads = (arm: string, wanted: string) =>
  `sum by (scenario) (rate(hopwatch_reads_total{arm="${arm}", ${wanted}}[5m]))`
const moved = (wanted: string, window = '5m') =>
  `sum by (${carryLabels}) (rate(hopwatch_token_carries_total{arm="propagated", ${wanted}}[${window}]))`

/** The rates of the last five minutes, of the arm that carries the token: control and canary lose it on purpose. */
export const recentFigures: readonly RecordingRule[] = [
  { record: staleReads.bad, expr: reads('propagated', matchers.stale) },
  { record: staleReads.all, expr: reads('propagated', `verdict${judged}`) },
  { record: tokenLoss.bad, expr: reads('propagated', `token${uncovered}`) },
  { record: tokenLoss.all, expr: reads('propagated', `token${claimed}`) },
  { record: staleReads.ratio('5m'), expr: `${staleReads.bad} / (${staleReads.all} > 0)` },
  { record: tokenLoss.ratio('5m'), expr: `${tokenLoss.bad} / (${tokenLoss.all} > 0)` },
  { record: carries.lost, expr: moved(matchers.lostCarry) },
  { record: carries.all, expr: moved(`token${carried}`) },
  { record: carries.ratio, expr: `${carries.lost} / (${carries.all} > 0)` },
  {
    record: carries.ratioNow,
    expr: `${moved(matchers.lostCarry, '2m')} / (${moved(`token${carried}`, '2m')} > 0)`,
  },
  {
    record: carries.expected,
    expr: oneLine(`
      (${carries.past} > on (scenario) group_left () ${carries.floor})
      or (0 * ${carries.all} + on (scenario) group_left () ${carries.floor})`),
  },
  { record: control.stale, expr: reads('control', matchers.stale) },
  { record: control.judged, expr: reads('control', `verdict${judged}`) },
]

/** The least number of carries that make a past. */
const carriesOfAPast = 100

/** How many there were, of a rate that was recorded all along. */
const counted = (rate: string, window: string) => `sum_over_time(${rate}[${window}]) * ${recordedEverySeconds}`

/** Numerator and denominator are summed apart, so that a busy hour weighs more than a quiet one. */
const overLong = ({ bad, all, ratio, count }: Share, window: string): RecordingRule[] => [
  { record: count(window), expr: counted(bad, window) },
  { record: ratio(window), expr: `${count(window)} / (${counted(all, window)} > 0)` },
]

/** Built of the recorded rates, because days of raw series would cost Prometheus more than they are worth. */
export const longFigures: readonly RecordingRule[] = [
  ...['30m', '1h', '2h', '6h', '1d', '3d'].flatMap((window) =>
    [staleReads, tokenLoss].flatMap((share) => overLong(share, window)),
  ),
  {
    record: carries.past,
    expr: oneLine(`
      sum_over_time(${carries.lost}[1d] offset 10m)
      / (sum_over_time(${carries.all}[1d] offset 10m) > (${carriesOfAPast} / ${recordedEverySeconds}))`),
  },
  { record: control.staleCount, expr: counted(control.stale, '6h') },
  { record: control.judgedCount, expr: counted(control.judged, '6h') },
]
