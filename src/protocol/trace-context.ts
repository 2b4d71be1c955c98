import { createHash } from 'node:crypto'
import { remember } from './remember.ts'

/** W3C Trace Context, level 1: what a request says of the trace that it belongs to. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits: the span under which the request is made. */
  readonly spanId: string
  /** Whether the caller records the trace. */
  readonly isSampled: boolean
}

const digest = remember((text) => createHash('sha256').update(text).digest('hex').slice(0, 16), {
  entries: 1024,
  longestText: 64,
})

const isSpanId = (text: string): boolean => /^[0-9a-f]{16}$/.test(text) && text !== '0000000000000000'

/** Of the span that is the whole run: the run's id, where that is one. */
export const runSpanId = (run: string): string => (isSpanId(run) ? run : digest(run))

/**
 * The trace id of a run ends with the run's id, so that a run is found in the tracing of every service that it met. The first half is a
 * digest of the second: samplers that fold the halves together, as OpenTelemetry's for JavaScript does, would take a repeated id for
 * the same number each time.
 */
export const runTraceId = (run: string): string => `${digest(`trace ${run}`)}${runSpanId(run)}`

export const printTraceparent = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`

/** Undefined: there is none, or none that can be read. Of a later version the parts of this one count, as the standard says. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text?.trim() ?? '')
  const [, version, traceId = '', spanId = '', flags = '', more] = match ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (/^0+$/.test(traceId) || !isSpanId(spanId)) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
