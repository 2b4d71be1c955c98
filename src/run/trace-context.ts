import { randomBytes } from 'node:crypto'
import { runTraceId, type TraceContext } from '../protocol/trace-context.ts'

/** Whether the trace with this id is recorded; asked when its run begins to make requests. */
export type SampleTrace = (traceId: string) => boolean

/**
 * For one request of a run: each goes out under a span of its own. Where nobody records the traces of hopwatch it is not marked as sampled,
 * so that a probe costs the tracing of the services nothing.
 */
export function requestTrace(run: string, sampleTrace: SampleTrace | undefined): TraceContext {
  const traceId = runTraceId(run)
  return { traceId, spanId: randomBytes(8).toString('hex'), isSampled: sampleTrace?.(traceId) ?? false }
}
