import { ROOT_CONTEXT, type Tracer } from '@opentelemetry/api'
import type { Clock } from '../../base/clock.ts'
import type { FinishedRun, Sink } from '../../domain/journey.ts'
import type { Scenario } from '../../domain/scenario.ts'
import { runTraceId } from '../../protocol/trace-context.ts'
import { isNotable } from '../history.ts'
import type { FingerprintOf } from './operation-span.ts'
import { runSpans } from './run-spans.ts'
import { type PlannedIds, writeSpan } from './span-writer.ts'

export interface TraceSinkOptions {
  readonly tracer: Tracer
  readonly ids: PlannedIds
  readonly clock: Clock
  /** Whether the trace with this id is recorded whatever comes of its run. */
  readonly sampleTrace: (traceId: string) => boolean
  readonly scenarioOf: (name: string) => Scenario | undefined
  readonly fingerprintOf: FingerprintOf
}

/** Tells each run as a trace, once it is over: then it is known whether it found something, and such a run is always told. */
export class TraceSink implements Sink {
  readonly #options: TraceSinkOptions

  constructor(options: TraceSinkOptions) {
    this.#options = options
  }

  record(run: FinishedRun): void {
    const { tracer, ids, clock, sampleTrace, scenarioOf, fingerprintOf } = this.#options
    const scenario = scenarioOf(run.scenario)
    const traceId = runTraceId(run.id)
    if (scenario === undefined || !(isNotable(run) || sampleTrace(traceId))) return
    const wallOffsetMs = clock.wallMs() - clock.nowMs()
    writeSpan(tracer, ids, runSpans(run, scenario, { wallOffsetMs, fingerprintOf }), ROOT_CONTEXT, traceId)
  }

  missed(): void {
    // A run that did not happen has no trace; it is counted.
  }
}
