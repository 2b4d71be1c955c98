import type { Histogram, Meter } from '@opentelemetry/api'
import { AggregationType, InstrumentType, type ViewOptions } from '@opentelemetry/sdk-metrics'
import { catalogue, type MetricDefinition } from '../catalogue.ts'
import type { MetricFamily } from '../metric-family.ts'
import { type MetricAttributes, metricAttributes } from './names.ts'

/** Durations spread over orders of magnitude that nobody knows beforehand; what has natural bounds keeps those of Prometheus. */
const isExponential = ({ unit }: MetricDefinition): boolean => unit === 's'

/** One view an exponential histogram: 160 buckets hold a duration at most 4 % off over four orders of magnitude. */
export const histogramViews = (): ViewOptions[] =>
  Object.values<MetricDefinition>(catalogue).flatMap((definition) => {
    const names = definition.kind === 'histogram' && isExponential(definition) ? [definition.otelName] : []
    return [...names, ...(definition.otelHistogram ? [definition.otelHistogram] : [])].map((instrumentName) => ({
      instrumentName,
      instrumentType: InstrumentType.HISTOGRAM,
      aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
    }))
  })

/** Feeds the SDK's histograms with each value that the families take, and with nothing else. Call what comes back to end that. */
export function feedHistograms(families: readonly MetricFamily<readonly string[]>[], meter: Meter): () => void {
  const fed = families.filter(({ definition }) => definition.kind === 'histogram' || definition.otelHistogram)
  for (const family of fed) {
    const { definition } = family
    const histogram = instrument(meter, definition)
    const known = new Map<string, MetricAttributes>()
    family.onMeasured = (values, amount) => {
      const key = values.join('\0')
      const attributes = known.get(key) ?? metricAttributes(definition, values)
      known.set(key, attributes)
      histogram.record(amount, attributes)
    }
  }
  return () => {
    for (const family of fed) family.onMeasured = undefined
  }
}

function instrument(meter: Meter, { otelName, otelHistogram, unit, help, buckets }: MetricDefinition): Histogram {
  return meter.createHistogram(otelHistogram ?? otelName, {
    unit,
    description: help,
    ...(otelHistogram === undefined && buckets && { advice: { explicitBucketBoundaries: [...buckets] } }),
  })
}
