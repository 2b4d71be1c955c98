/** Over how long the runs of a scenario are looked for, by how often it runs. */
export interface Watch {
  /** At least five periods. */
  readonly window: string
  /** How long none must have been seen: at least a period, so that a start does not alarm. */
  readonly absentFor: string
  /** How long too few must have been seen: as long as the window takes to fill after a start. */
  readonly lateFor: string
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

const watches: readonly (Watch & { readonly longestPeriodMs: number })[] = [
  { longestPeriodMs: minuteMs, window: '5m', absentFor: '2m', lateFor: '10m' },
  { longestPeriodMs: 6 * minuteMs, window: '30m', absentFor: '10m', lateFor: '30m' },
  { longestPeriodMs: 24 * minuteMs, window: '2h', absentFor: '30m', lateFor: '2h' },
  { longestPeriodMs: 72 * minuteMs, window: '6h', absentFor: '90m', lateFor: '6h' },
  { longestPeriodMs: 4.8 * hourMs, window: '1d', absentFor: '6h', lateFor: '1d' },
  { longestPeriodMs: 14.4 * hourMs, window: '3d', absentFor: '18h', lateFor: '3d' },
  { longestPeriodMs: 48 * hourMs, window: '10d', absentFor: '2d', lateFor: '10d' },
]

/** Undefined for what runs too seldom for a Prometheus of the usual retention to miss it. */
export const watchOf = (periodMs: number | undefined): Watch | undefined =>
  periodMs === undefined ? undefined : watches.find(({ longestPeriodMs }) => periodMs <= longestPeriodMs)

/** Those in use, shortest first; none where no scenario can be missed. */
export function watchesOf(periodsMs: readonly (number | undefined)[]): readonly Watch[] {
  const used = new Set(periodsMs.map((periodMs) => watchOf(periodMs)?.window))
  return watches.filter(({ window }) => used.has(window))
}
