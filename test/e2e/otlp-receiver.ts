import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

const require = createRequire(import.meta.url)
/** The generated classes of the protocol, to decode what was really sent. */
const { opentelemetry } = require('otlp-proto/build/src/generated/root.js') as {
  opentelemetry: {
    proto: { collector: Record<'trace' | 'metrics' | 'logs', { v1: Readonly<Record<RequestName, MessageClass>> }> }
  }
}

type RequestName = 'ExportTraceServiceRequest' | 'ExportMetricsServiceRequest' | 'ExportLogsServiceRequest'

interface MessageClass {
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): Record<string, unknown>
}

const kinds = {
  '/v1/traces': { message: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest, list: 'resourceSpans' },
  '/v1/metrics': {
    message: opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest,
    list: 'resourceMetrics',
  },
  '/v1/logs': { message: opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest, list: 'resourceLogs' },
} as const
type Path = keyof typeof kinds

type Attributes = Readonly<Record<string, unknown>>

export interface SeenSpan {
  readonly service: string
  readonly instance: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly atMs: number; readonly attributes: Attributes }[]
  readonly status: { readonly code: number; readonly message: string }
}

export interface SeenLog {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  readonly severity: string
  readonly body: string
  readonly attributes: Attributes
}

export interface SeenPoint {
  readonly metric: string
  readonly unit: string
  readonly kind: 'sum' | 'gauge' | 'histogram' | 'exponentialHistogram'
  readonly temporality: number
  readonly attributes: Readonly<Record<string, string>>
  /** Of a histogram, the sum. */
  readonly value: number
  readonly count: number
  readonly startMs: number
}

/** An OpenTelemetry Collector of the test's own: takes requests, keeps them, and decodes them when asked. */
export async function startReceiver() {
  const requests: { readonly path: Path; readonly body: Buffer; readonly headers: Record<string, unknown> }[] = []
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const path = request.url as Path
    if (path in kinds) {
      requests.push({
        path,
        body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
        headers: request.headers,
      })
    }
    response.writeHead(path in kinds ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end()
  }
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const decoded = (path: Path) =>
    requests
      .filter((request) => request.path === path)
      .flatMap(({ body }) => {
        const { message, list } = kinds[path]
        const decodedMessage = message.toObject(message.decode(body), { longs: Number, defaults: true, arrays: true })
        return decodedMessage[list] as ResourceData[]
      })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: (): SeenSpan[] => decoded('/v1/traces').flatMap(spansOf),
    logs: (): SeenLog[] => decoded('/v1/logs').flatMap(logsOf),
    /** Of each request, in order. */
    points: (): SeenPoint[][] =>
      requests
        .filter(({ path }) => path === '/v1/metrics')
        .map(({ body }) => {
          const { message, list } = kinds['/v1/metrics']
          const request = message.toObject(message.decode(body), { longs: Number, defaults: true, arrays: true })
          return (request[list] as ResourceData[]).flatMap(pointsOf)
        }),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>

type Value = Record<string, unknown>
type Status = { readonly code?: number; readonly message?: string }
type KeyValue = { readonly key: string; readonly value: Value }

interface ResourceData {
  readonly resource: { readonly attributes: readonly KeyValue[] }
  readonly scopeSpans?: readonly { readonly spans: readonly Value[] }[]
  readonly scopeLogs?: readonly { readonly logRecords: readonly Value[] }[]
  readonly scopeMetrics?: readonly { readonly metrics: readonly Value[] }[]
}

function plainValue(value: Value): unknown {
  for (const kind of ['stringValue', 'boolValue', 'intValue', 'doubleValue'] as const)
    if (Object.hasOwn(value, kind)) return value[kind]
  const list = value.arrayValue as { values: Value[] } | undefined
  return list?.values.map(plainValue)
}

const attributesOf = (list: readonly KeyValue[]): Attributes =>
  Object.fromEntries(list.map(({ key, value }) => [key, plainValue(value)]))

const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex')
const ms = (nanos: unknown): number => Number(nanos) / 1e6

const spansOf = ({ resource, scopeSpans = [] }: ResourceData): SeenSpan[] => {
  const of = attributesOf(resource.attributes)
  return scopeSpans.flatMap(({ spans }) =>
    spans.map((span) => ({
      service: String(of['service.name']),
      instance: String(of['service.instance.id']),
      traceId: hex(span.traceId),
      spanId: hex(span.spanId),
      parentSpanId: hex(span.parentSpanId),
      name: String(span.name),
      kind: Number(span.kind),
      startMs: ms(span.startTimeUnixNano),
      endMs: ms(span.endTimeUnixNano),
      attributes: attributesOf(span.attributes as KeyValue[]),
      events: (span.events as Value[]).map((event) => ({
        name: String(event.name),
        atMs: ms(event.timeUnixNano),
        attributes: attributesOf(event.attributes as KeyValue[]),
      })),
      status: {
        code: (span.status as Status | null)?.code ?? 0,
        message: (span.status as Status | null)?.message ?? '',
      },
    })),
  )
}

const logsOf = ({ resource, scopeLogs = [] }: ResourceData): SeenLog[] => {
  const of = attributesOf(resource.attributes)
  return scopeLogs.flatMap(({ logRecords }) =>
    logRecords.map((record) => ({
      service: String(of['service.name']),
      traceId: hex(record.traceId),
      spanId: hex(record.spanId),
      severity: String(record.severityText),
      body: String(plainValue(record.body as Value)),
      attributes: attributesOf(record.attributes as KeyValue[]),
    })),
  )
}

const pointsOf = ({ scopeMetrics = [] }: ResourceData): SeenPoint[] =>
  scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap((metric) => {
      const kind = (['sum', 'gauge', 'histogram', 'exponentialHistogram'] as const).find((name) => metric[name])!
      const data = metric[kind] as { dataPoints: Value[]; aggregationTemporality?: number }
      return data.dataPoints.map((point) => ({
        metric: String(metric.name),
        unit: String(metric.unit),
        kind,
        temporality: data.aggregationTemporality ?? 0,
        attributes: attributesOf(point.attributes as KeyValue[]) as Record<string, string>,
        value: Number(point.asDouble ?? point.sum ?? point.asInt),
        count: Number(point.count ?? 1),
        startMs: ms(point.startTimeUnixNano),
      }))
    }),
  )
