import {
  type Attributes,
  type Context,
  type HrTime,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace'
import type { SpanAttributes, SpanPlan } from './span-plan.ts'

/** Gives the next span the ids that others know it by already, and any to those that nobody knows. */
export class PlannedIds implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  #spanId: string | undefined
  #traceId: string | undefined

  plan(spanId: string | undefined, traceId: string | undefined): void {
    this.#spanId = spanId
    this.#traceId = traceId
  }

  newTraceId(): string {
    return this.#random.generateTraceId()
  }

  generateSpanId(): string {
    const spanId = this.#spanId ?? this.#random.generateSpanId()
    this.#spanId = undefined
    return spanId
  }

  generateTraceId(): string {
    const traceId = this.#traceId ?? this.#random.generateTraceId()
    this.#traceId = undefined
    return traceId
  }
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, server: SpanKind.SERVER } as const

/** Tells a span, and all below it, under `parent`. `traceId` is for one without a parent. */
export function writeSpan(tracer: Tracer, ids: PlannedIds, plan: SpanPlan, parent: Context, traceId?: string): void {
  ids.plan(plan.spanId, traceId)
  const span = tracer.startSpan(
    plan.name,
    { kind: kinds[plan.kind], startTime: hrTime(plan.startMs), attributes: present(plan.attributes) },
    parent,
  )
  for (const { name, atMs, attributes } of plan.events) span.addEvent(name, present(attributes), hrTime(atMs))
  if (plan.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: plan.error })
  const context = trace.setSpan(parent, span)
  for (const child of plan.children) writeSpan(tracer, ids, child, context)
  span.end(hrTime(plan.endMs))
}

function present(attributes: SpanAttributes): Attributes {
  const told: Attributes = {}
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined) told[name] = typeof value === 'object' ? [...value] : value
  }
  return told
}

/** The SDK takes a number below its own start for one of another clock, so that times are handed over as what they are. */
const hrTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}
