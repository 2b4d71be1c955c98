import { ROOT_CONTEXT } from '@opentelemetry/api'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { AlwaysOnSampler, BatchSpanProcessor, type Sampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Clock } from '../../base/clock.ts'
import type { Scenario } from '../../domain/scenario.ts'
import type { Logger } from '../logger.ts'
import type { PrometheusMetrics } from '../prometheus.ts'
import { RateLimit } from '../rate-limit.ts'
import { countFailures } from './counting-exporter.ts'
import { forgetDiagnostics, routeDiagnostics } from './diagnostics.ts'
import { createLogExporter, createMetricExporter, createTraceExporter } from './exporters.ts'
import { feedHistograms, histogramViews } from './histograms.ts'
import { HopTraces } from './hop-traces.ts'
import { writeLogRecord } from './log-records.ts'
import { FamilyProducer, scope } from './metric-producer.ts'
import { fingerprinting } from './operation-span.ts'
import { createSampler, samples } from './sampler.ts'
import { batchSettings, createResource, logRecordLimits, metricSettings, spanLimits } from './sdk-settings.ts'
import type { Signal, SignalsOn } from './signals.ts'
import { PlannedIds } from './span-writer.ts'
import { TraceSink } from './trace-sink.ts'

export interface TelemetryOptions {
  readonly signals: SignalsOn
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly logger: Logger
  readonly serviceName: string
  readonly version: string
  readonly instance: string
  readonly fingerprintKey: Uint8Array | string
}

/** OpenTelemetry at work. */
export interface Telemetry {
  /** Whether the trace with this id is recorded whatever comes of it; undefined: traces are off. */
  readonly sampleTrace: ((traceId: string) => boolean) | undefined
  /** Undefined: traces are off. */
  openTraces(scenarioOf: (name: string) => Scenario | undefined): TraceSink | undefined
  readonly hopTraces: HopTraces | undefined
  /** Secret of this process, under which tokens are fingerprinted. */
  readonly fingerprintKey: Uint8Array | string
  /** For each line of the log; undefined: logs are off. */
  readonly writeLine: ((line: string) => void) | undefined
  /** From here on the metrics are sent, and what fails is counted in them. */
  attach(metrics: PrometheusMetrics): void
  /** Sends what is left. False: it was not all gone in time, and something may still be under way. */
  close(withinMs: number): Promise<boolean>
}

/** Starts the parts of the SDK that the signals need. What the receiver does not take costs a count, and a line a minute. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { signals, env, clock, logger, fingerprintKey } = options
  routeDiagnostics(logger, clock, env.OTEL_LOG_LEVEL)
  const resource = createResource(options.serviceName, options.version, options.instance)
  const failures = watchFailures(logger, clock)
  const closers: (() => Promise<void>)[] = []

  const openTracing = async () => {
    if (signals.traces === undefined) return undefined
    const { exporters, protocol } = signals.traces
    const ids = new PlannedIds()
    const spanProcessors = await Promise.all(
      exporters.map(
        async (name) =>
          new BatchSpanProcessor({
            exporter: countFailures(await createTraceExporter(name, protocol), failures.of('traces')),
            ...batchSettings(env, 'OTEL_BSP'),
          }),
      ),
    )
    // Which runs are told is decided by whoever tells them, who knows how they ended.
    const provider = new TracerProvider({
      resource,
      spanProcessors,
      sampler: new AlwaysOnSampler(),
      idGenerator: ids,
      spanLimits: spanLimits(env),
    })
    closers.push(() => provider.shutdown())
    const sampler = createSampler(env, (problem) =>
      logger.warn({ problem }, 'a variable of OpenTelemetry cannot be used'),
    )
    const fingerprintOf = fingerprinting(fingerprintKey)
    return { tracer: provider.getTracer(scope.name, options.version), ids, sampler, clock, fingerprintOf }
  }

  const openLogs = async () => {
    if (signals.logs === undefined) return undefined
    const { exporters, protocol } = signals.logs
    const processors = await Promise.all(
      exporters.map(
        async (name) =>
          new BatchLogRecordProcessor({
            exporter: countFailures(await createLogExporter(name, protocol), failures.of('logs')),
            ...batchSettings(env, 'OTEL_BLRP'),
          }),
      ),
    )
    const provider = new LoggerProvider({ resource, processors, logRecordLimits: logRecordLimits(env) })
    closers.push(() => provider.shutdown())
    const records = provider.getLogger(scope.name, options.version)
    return (line: string) => writeLogRecord(records, line)
  }

  const openMetrics = async () => {
    const { exporters, protocol } = signals.metrics ?? { exporters: [], protocol: 'http/protobuf' as const }
    return Promise.all(
      exporters.map(async (name) => countFailures(await createMetricExporter(name, protocol), failures.of('metrics'))),
    )
  }

  const [tracing, writeLine, metricExporters] = await Promise.all([openTracing(), openLogs(), openMetrics()])
  const sampleTrace = tracing && sampleRoots(tracing.sampler)
  return {
    sampleTrace,
    openTraces: (scenarioOf) => tracing && sampleTrace && new TraceSink({ ...tracing, sampleTrace, scenarioOf }),
    hopTraces: tracing && new HopTraces(tracing),
    fingerprintKey,
    writeLine,
    attach: (metrics) => {
      failures.countIn(metrics, Object.keys(signals))
      if (metricExporters.length > 0) closers.push(sendMetrics(metrics, metricExporters, resource, options))
    },
    close: async (withinMs) => {
      const enough = new AbortController()
      const isSent = await Promise.race([
        Promise.allSettled(closers.map((close) => close())).then(() => true),
        clock.sleep(withinMs, enough.signal).then(() => false),
      ])
      enough.abort()
      if (!isSent) logger.warn({ withinMs }, 'what OpenTelemetry had left to send was not taken in time')
      forgetDiagnostics()
      return isSent
    },
  }
}

const sampleRoots = (sampler: Sampler) => (traceId: string) => samples(sampler, ROOT_CONTEXT, traceId, 'run')

function sendMetrics(
  metrics: PrometheusMetrics,
  exporters: readonly PushMetricExporter[],
  resource: ReturnType<typeof createResource>,
  { env, clock, version }: TelemetryOptions,
): () => Promise<void> {
  // hopwatch caps its series itself; the SDK's cap would fold the rest into one and the figures would no longer be those of /metrics.
  const cardinalityLimits = { default: Number.MAX_SAFE_INTEGER }
  const readers = exporters.map((exporter) => {
    const reader: PeriodicExportingMetricReader = new PeriodicExportingMetricReader({
      exporter,
      ...metricSettings(env),
      cardinalityLimits,
      metricProducers: [
        new FamilyProducer(
          clock,
          () => metrics.readFamilies(),
          (type) => reader.selectAggregationTemporality(type),
        ),
      ],
    })
    return reader
  })
  const provider = new MeterProvider({ resource, readers, views: histogramViews() })
  const stopFeeding = feedHistograms(metrics.families, provider.getMeter(scope.name, version))
  return async () => {
    await provider.shutdown()
    stopFeeding()
  }
}

/** Each batch that the receiver did not take is counted, and told once a minute a signal. */
function watchFailures(logger: Logger, clock: Clock) {
  const limit = new RateLimit(clock, 1, 60_000)
  let counted: PrometheusMetrics | undefined
  return {
    of: (signal: Signal) => (error: Error | undefined) => {
      counted?.countExportError(signal)
      limit.takeExpired()
      if (limit.passes(signal))
        logger.warn(
          { signal, problem: error?.message.slice(0, 200) },
          'OpenTelemetry data was not taken by its receiver; counted in hopwatch_export_errors_total, told once a minute',
        )
    },
    countIn: (metrics: PrometheusMetrics, names: readonly string[]) => {
      counted = metrics
      for (const name of names) metrics.declareExport(name)
    },
  }
}
