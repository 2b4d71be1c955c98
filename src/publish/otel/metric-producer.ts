import { type HrTime, ValueType } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  InstrumentType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import type { Clock } from '../../base/clock.ts'
import type { MetricFamily } from '../metric-family.ts'
import { metricAttributes } from './names.ts'

export const scope = { name: 'hopwatch' } as const

/** What was told of a series before. */
interface Told {
  readonly value: number
  readonly sinceMs: number
}

/**
 * Counters and gauges as they stand in the catalogue's families, which `/metrics` prints too: the two cannot differ. The SDK's own instruments would
 * go on telling of a ratio that has no samples any more, and of scenarios that are gone.
 */
export class FamilyProducer implements MetricProducer {
  readonly #clock: Clock
  readonly #read: () => readonly MetricFamily<readonly string[]>[]
  readonly #temporality: (type: InstrumentType) => AggregationTemporality
  readonly #startedMs: number
  #toldMs: number
  #told = new Map<string, Told>()

  constructor(
    clock: Clock,
    read: () => readonly MetricFamily<readonly string[]>[],
    temporality: (type: InstrumentType) => AggregationTemporality,
  ) {
    this.#clock = clock
    this.#read = read
    this.#temporality = temporality
    this.#startedMs = clock.wallMs()
    this.#toldMs = this.#startedMs
  }

  async collect(): Promise<CollectionResult> {
    const nowMs = this.#clock.wallMs()
    const told = new Map<string, Told>()
    const metrics = this.#read().flatMap((family) => this.#metricOf(family, nowMs, told))
    this.#told = told
    this.#toldMs = nowMs
    return { resourceMetrics: { resource: noResource, scopeMetrics: [{ scope, metrics }] }, errors: [] }
  }

  #metricOf(family: MetricFamily<readonly string[]>, nowMs: number, told: Map<string, Told>): MetricData[] {
    const { kind, otelName, unit, help } = family.definition
    if (kind === 'histogram') return []
    const descriptor = { name: otelName, description: help, unit, valueType: ValueType.DOUBLE }
    const endTime = hrTime(nowMs)
    if (kind !== 'counter') {
      const dataPoints = [...family.samples()].map(({ values, value }) => ({
        startTime: hrTime(this.#startedMs),
        endTime,
        attributes: metricAttributes(family.definition, values),
        value,
      }))
      if (dataPoints.length === 0) return []
      const aggregationTemporality = AggregationTemporality.CUMULATIVE
      return [{ descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints }]
    }
    const aggregationTemporality = this.#temporality(InstrumentType.OBSERVABLE_COUNTER)
    const isDelta = aggregationTemporality === AggregationTemporality.DELTA
    const dataPoints: DataPoint<number>[] = []
    for (const { values, value } of family.samples()) {
      const key = `${otelName}\0${values.join('\0')}`
      const before = this.#told.get(key)
      // A counter that fell is another one: its scenario was removed and came back.
      const isSame = before !== undefined && before.value <= value
      const sinceMs = isSame ? before.sinceMs : this.#toldMs
      told.set(key, { value, sinceMs })
      dataPoints.push({
        startTime: hrTime(isDelta ? this.#toldMs : sinceMs),
        endTime,
        attributes: metricAttributes(family.definition, values),
        value: isDelta && isSame ? value - before.value : value,
      })
    }
    if (dataPoints.length === 0) return []
    return [{ descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }]
  }
}

/** The reader takes the resource from the SDK's own provider. */
const noResource = resourceFromAttributes({})

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
