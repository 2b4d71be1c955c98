import { runSpanId, runTraceId } from '../protocol/trace-context.ts'

/** How a line of the log names the run that it is about, in the words that log pipelines look for. */
export const runReference = (run: string) => ({ run, trace_id: runTraceId(run), span_id: runSpanId(run) })
