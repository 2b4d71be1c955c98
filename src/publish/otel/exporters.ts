import type { LogRecordExporter } from '@opentelemetry/sdk-logs'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { ExporterName, Protocol } from './signals.ts'

/** The OTLP exporters by protocol; each reads its own standard variables, and is loaded when it is asked for. */
const traceExporters: Readonly<Record<Protocol, () => Promise<SpanExporter>>> = {
  'http/protobuf': async () => new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter(),
  'http/json': async () => new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter(),
  grpc: async () => new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter(),
}
const metricExporters: Readonly<Record<Protocol, () => Promise<PushMetricExporter>>> = {
  'http/protobuf': async () => new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter(),
  'http/json': async () => new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter(),
  grpc: async () => new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter(),
}
const logExporters: Readonly<Record<Protocol, () => Promise<LogRecordExporter>>> = {
  'http/protobuf': async () => new (await import('@opentelemetry/exporter-logs-otlp-proto')).OTLPLogExporter(),
  'http/json': async () => new (await import('@opentelemetry/exporter-logs-otlp-http')).OTLPLogExporter(),
  grpc: async () => new (await import('@opentelemetry/exporter-logs-otlp-grpc')).OTLPLogExporter(),
}

export const createTraceExporter = async (name: ExporterName, protocol: Protocol): Promise<SpanExporter> =>
  name === 'otlp' ? traceExporters[protocol]() : new (await import('@opentelemetry/sdk-trace')).ConsoleSpanExporter()

export const createMetricExporter = async (name: ExporterName, protocol: Protocol): Promise<PushMetricExporter> =>
  name === 'otlp'
    ? metricExporters[protocol]()
    : new (await import('@opentelemetry/sdk-metrics')).ConsoleMetricExporter()

export const createLogExporter = async (name: ExporterName, protocol: Protocol): Promise<LogRecordExporter> =>
  name === 'otlp' ? logExporters[protocol]() : new (await import('@opentelemetry/sdk-logs')).ConsoleLogRecordExporter()
