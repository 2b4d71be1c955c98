/** A value of an attribute; what is undefined is not there. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface SpanEvent {
  readonly name: string
  readonly atMs: number
  readonly attributes: SpanAttributes
}

/** A span with all below it, as it is to be told once everything is over. Times are milliseconds since the Unix epoch, with a fraction. */
export interface SpanPlan {
  readonly name: string
  readonly kind: 'internal' | 'client' | 'server'
  /** 16 hexadecimal digits, where others know it already; undefined: any. */
  readonly spanId?: string | undefined
  readonly startMs: number
  readonly endMs: number
  readonly attributes: SpanAttributes
  readonly events: readonly SpanEvent[]
  /** What went wrong; undefined: nothing. */
  readonly error?: string | undefined
  readonly children: readonly SpanPlan[]
}
