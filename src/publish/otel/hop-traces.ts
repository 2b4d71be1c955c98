import { ROOT_CONTEXT, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api'
import type { Sampler } from '@opentelemetry/sdk-trace'
import type { Clock } from '../../base/clock.ts'
import { failureReason, type Observation } from '../../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../../domain/scenario.ts'
import type { ConsistencyLevel } from '../../protocol/consistency-level.ts'
import { parseTraceparent } from '../../protocol/trace-context.ts'
import type { WireToken } from '../../protocol/wire-token.ts'
import { conventions } from './names.ts'
import { type FingerprintOf, operationSpan, tokenAttributes } from './operation-span.ts'
import { samples } from './sampler.ts'
import type { SpanPlan } from './span-plan.ts'
import { type PlannedIds, writeSpan } from './span-writer.ts'

/** A request that a hop has answered. */
export interface HopVisit {
  readonly method: string
  readonly route: string
  /** The header, as it arrived. */
  readonly traceparent: string | undefined
  readonly status: number
  readonly startedAtMs: number
  readonly durationMs: number
  /** What arrived in the carrier's part of the request. */
  readonly token: WireToken | undefined
  readonly carrier: string
  /** Undefined: somebody only arrived. */
  readonly operation?: {
    readonly scenario: Pick<Scenario, 'name' | 'container'>
    readonly hop: Pick<HopDeclaration, 'name' | 'region'>
    readonly consistency: ConsistencyLevel
    readonly observation: Observation
  }
}

export interface HopTracesOptions {
  readonly tracer: Tracer
  readonly ids: PlannedIds
  readonly clock: Clock
  readonly sampler: Sampler
  readonly fingerprintOf: FingerprintOf
}

/**
 * Tells what a hop did for a caller elsewhere, in the caller's trace. Whether it is told is decided by what the caller said when it asked; what
 * the run finds later, nobody here gets to know.
 */
export class HopTraces {
  readonly #options: HopTracesOptions

  constructor(options: HopTracesOptions) {
    this.#options = options
  }

  /** On the clock of the visits. */
  nowMs(): number {
    return this.#options.clock.nowMs()
  }

  record(visit: HopVisit): void {
    const { tracer, ids, clock, sampler } = this.#options
    const caller = parseTraceparent(visit.traceparent)
    const traceId = caller?.traceId ?? ids.newTraceId()
    const parent =
      caller === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId: caller.spanId,
            traceFlags: caller.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
            isRemote: true,
          })
    const plan = this.#plan(visit, clock.wallMs() - clock.nowMs())
    if (samples(sampler, parent, traceId, plan.name, SpanKind.SERVER)) writeSpan(tracer, ids, plan, parent, traceId)
  }

  #plan(visit: HopVisit, wallOffsetMs: number): SpanPlan {
    const { fingerprintOf } = this.#options
    const { method, route, status, startedAtMs, durationMs, token, carrier, operation } = visit
    const startMs = startedAtMs + wallOffsetMs
    return {
      name: `${method} ${route}`,
      kind: 'server',
      startMs,
      endMs: startMs + durationMs,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        [conventions.httpStatus]: status,
        'hopwatch.scenario': operation?.scenario.name,
        'hopwatch.hop': operation?.hop.name,
        'hopwatch.region': operation?.hop.region,
        'hopwatch.carrier': carrier,
        ...tokenAttributes('hopwatch.token', token, fingerprintOf),
      },
      events: [],
      error: status >= 500 ? String(status) : undefined,
      children: operation === undefined ? [] : [this.#operation(operation, wallOffsetMs)],
    }
  }

  #operation(
    { scenario, consistency, observation }: NonNullable<HopVisit['operation']>,
    wallOffsetMs: number,
  ): SpanPlan {
    const { status, substatus, attempts } = observation
    const isAnswered = status !== undefined && status < 400
    return operationSpan(
      observation,
      {
        container: scenario.container,
        place: 'here',
        consistency,
        wallOffsetMs,
        fingerprintOf: this.#options.fingerprintOf,
      },
      { errorType: isAnswered ? undefined : failureReason(status, substatus, attempts.at(-1)?.failure) },
    )
  }
}
