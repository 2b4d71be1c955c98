import type { Interval } from '../domain/statistics.ts'

/** For what nobody has measured yet; never a 0. */
export const unknownFigure = '–'

export const printCount = (count: number): string => count.toLocaleString('en', { maximumFractionDigits: 0 })

/** Three significant digits; what is nearly nothing or nearly all is not rounded to it. */
export function printShare(share: number): string {
  const percent = share * 100
  if (percent === 0) return '0\u00a0%'
  if (percent < 0.01) return '<\u00a00.01\u00a0%'
  if (percent > 99.99 && percent < 100) return '>\u00a099.99\u00a0%'
  return `${percent.toLocaleString('en', { maximumSignificantDigits: percent > 99 ? 4 : 3 })}\u00a0%`
}

/** `0–1.2 %`. */
export const printInterval = ({ low, high }: Interval): string =>
  `${printShare(low).replace('\u00a0%', '')}–${printShare(high)}`

export function printMs(ms: number | undefined): string {
  if (ms === undefined) return unknownFigure
  if (ms >= 1000) return `${(ms / 1000).toLocaleString('en', { maximumFractionDigits: 2 })}\u00a0s`
  return `${ms.toLocaleString('en', { maximumFractionDigits: ms < 10 ? 1 : 0 })}\u00a0ms`
}

export const printRate = (rate: number | undefined): string =>
  rate === undefined ? unknownFigure : rate.toLocaleString('en', { maximumSignificantDigits: 3 })

/** `12 s`, `5 min`, `3 h`, `9 d`: enough to know whether something is over. */
export function printAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000))
  if (seconds < 90) return `${seconds} s`
  if (seconds < 90 * 60) return `${Math.floor(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
