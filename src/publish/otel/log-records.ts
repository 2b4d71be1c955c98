import {
  type Attributes,
  type Logger,
  type LogRecord,
  ROOT_CONTEXT,
  SeverityNumber,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { attributeOf } from './names.ts'

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
}

/** A line of the log, as it was printed and scrubbed, so that nothing can leave this way that the log would not show. */
export function writeLogRecord(logger: Logger, line: string): void {
  const record = logRecord(line)
  if (record) logger.emit(record)
}

export function logRecord(line: string): LogRecord | undefined {
  const { level, time, msg, trace_id: traceId, span_id: spanId, err, ...fields } = parsed(line)
  if (typeof level !== 'string') return undefined
  const attributes: Attributes = { ...exception(err) }
  for (const [name, value] of Object.entries(fields)) attributes[attributeOf(snakeCase(name))] = attributeValue(value)
  const isTraced = typeof traceId === 'string' && typeof spanId === 'string'
  return {
    ...(typeof time === 'string' && { timestamp: Date.parse(time) }),
    severityNumber: severities[level] ?? SeverityNumber.UNSPECIFIED,
    severityText: level.toUpperCase(),
    body: typeof msg === 'string' ? msg : '',
    attributes,
    ...(isTraced && {
      context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
    }),
  }
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** What is more than a list of words is told as JSON. */
function attributeValue(value: unknown): string | number | boolean | string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : JSON.stringify(value)
}

function exception(err: unknown): Attributes {
  if (typeof err !== 'object' || err === null) return {}
  const { type, message, stack } = err as Record<string, unknown>
  return {
    ...(typeof type === 'string' && { 'exception.type': type }),
    ...(typeof message === 'string' && { 'exception.message': message }),
    ...(typeof stack === 'string' && { 'exception.stacktrace': stack }),
  }
}
