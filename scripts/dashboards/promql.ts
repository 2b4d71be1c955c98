import type { MetricDefinition } from '../../src/publish/catalogue.ts'

/** Exactly this, one of these, or none of these. A value that begins with `$` is a variable, and may stand for several. */
type Match = string | readonly string[] | { readonly not: readonly string[] }
type LabelsOf<Metric extends MetricDefinition> = Metric['labels'][number] | 'quantile'
export type Matches<Metric extends MetricDefinition> = Partial<Record<LabelsOf<Metric>, Match>>

/** How far back the tables and the big figures look: chosen by whoever looks. */
export const window = '$window'
/** How far back a point of a line looks: as far as the one before it, and never less than four scrapes. */
export const sincePoint = '$__rate_interval'

/** The series of a metric, of the chosen job and scenarios only. A label that the metric has not is a type error. */
export function series<const Metric extends MetricDefinition>(
  metric: Metric,
  matches: Matches<Metric> = {},
  suffix: '' | '_bucket' | '_sum' | '_count' = '',
): string {
  const chosen: Record<string, Match | undefined> = {
    job: '$job',
    ...(metric.labels.includes('scenario') ? { scenario: '$scenario' } : {}),
    ...(matches as Record<string, Match | undefined>),
  }
  const printed = Object.entries(chosen).flatMap(([label, match]) => (match === undefined ? [] : [print(label, match)]))
  return `${metric.name}${suffix}{${printed.join(', ')}}`
}

function print(label: string, match: Match): string {
  if (typeof match === 'string') return match.startsWith('$') ? `${label}=~"${match}"` : `${label}="${match}"`
  return 'not' in match ? `${label}!~"${match.not.join('|')}"` : `${label}=~"${match.join('|')}"`
}

export const increase = (of: string, over: string = window): string => `increase(${of}[${over}])`
export const rate = (of: string, over: string = sincePoint): string => `rate(${of}[${over}])`
export const sumBy = (labels: readonly string[], of: string): string =>
  labels.length === 0 ? `sum(${of})` : `sum by (${labels.join(', ')}) (${of})`
export const maxBy = (labels: readonly string[], of: string): string =>
  labels.length === 0 ? `max(${of})` : `max by (${labels.join(', ')}) (${of})`
export const quantileBy = (quantile: number, labels: readonly string[], buckets: string): string =>
  `histogram_quantile(${quantile}, ${sumBy([...labels, 'le'], buckets)})`

/** Absent, rather than 0 or NaN, where there was nothing to divide by. */
export const ratio = (part: string, whole: string): string => `${part} / (${whole} > 0)`

/** Ends of the 95 % interval of a share (E. B. Wilson, 1927), as `src/domain/statistics.ts` has it. Counts, not rates. */
export const wilson = (end: 'low' | 'high', part: string, whole: string): string => {
  const spread = `1.96 * sqrt(clamp_min(${part} * (${whole} - ${part}) / (${whole} > 0), 0) + 0.9604)`
  return `clamp_min((${part} + 1.9208 ${end === 'low' ? '-' : '+'} ${spread}) / (${whole} + 3.8416), 0)`
}
