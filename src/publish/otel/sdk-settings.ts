import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources'

type Environment = Readonly<Record<string, string | undefined>>

/** A number above 0 of a standard variable; undefined leaves the SDK's default, which is the standard's. */
export function positive(env: Environment, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Number(env[name]?.trim() || Number.NaN)
    if (value > 0) return value
  }
  return undefined
}

/** Of both kinds of batch processors: `OTEL_BSP_…` for spans, `OTEL_BLRP_…` for log records. */
export const batchSettings = (env: Environment, prefix: 'OTEL_BSP' | 'OTEL_BLRP') => ({
  ...given('maxQueueSize', positive(env, `${prefix}_MAX_QUEUE_SIZE`)),
  ...given('scheduledDelayMillis', positive(env, `${prefix}_SCHEDULE_DELAY`)),
  ...given('exportTimeoutMillis', positive(env, `${prefix}_EXPORT_TIMEOUT`)),
  ...given('maxExportBatchSize', positive(env, `${prefix}_MAX_EXPORT_BATCH_SIZE`)),
})

export function metricSettings(env: Environment) {
  const exportIntervalMillis = positive(env, 'OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000
  const exportTimeoutMillis = Math.min(exportIntervalMillis, positive(env, 'OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000)
  return { exportIntervalMillis, exportTimeoutMillis }
}

export const spanLimits = (env: Environment) => ({
  ...given('attributeCountLimit', positive(env, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT')),
  ...given(
    'attributeValueLengthLimit',
    positive(env, 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
  ),
  ...given('eventCountLimit', positive(env, 'OTEL_SPAN_EVENT_COUNT_LIMIT')),
  ...given('attributePerEventCountLimit', positive(env, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT')),
})

export const logRecordLimits = (env: Environment) => ({
  ...given('attributeCountLimit', positive(env, 'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT')),
  ...given(
    'attributeValueLengthLimit',
    positive(env, 'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
  ),
})

/** What sends: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` beat what hopwatch knows of itself. */
export const createResource = (serviceName: string, version: string, instance: string): Resource =>
  defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': serviceName,
        'service.version': version,
        'service.instance.id': instance,
      }),
    )
    .merge(detectResources({ detectors: [hostDetector, osDetector, envDetector] }))

const given = <Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } =>
  value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: number })
