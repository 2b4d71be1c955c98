import type { Operation } from './operation.ts'

/** A misfortune that befalls matching requests. Of several matching rules the first that strikes counts. */
export interface FaultRule {
  /** Default: all operations. */
  readonly operations?: readonly Operation['kind'][]
  /** Default: all regions. */
  readonly region?: string
  /** The share of matching requests that it strikes, 0 to 1. Default: 1. */
  readonly share?: number
  /** How often it may strike before it removes itself. Default: without end. */
  readonly count?: number
  /** Seeds the rule's own chance. Default: drawn from the account's. */
  readonly seed?: number | string
  /** `before`: the operation is not executed. `after`: it is, and a write is committed, but its answer suffers. Default: before. */
  readonly when?: 'before' | 'after'
  /** The answer's status instead of the true one. With `connection` or `delayMs` alone: none. */
  readonly status?: number
  readonly substatus?: number
  readonly retryAfterMs?: number
  /** Holds the answer back. By itself it does not keep the operation from being executed. */
  readonly delayMs?: number
  /** `truncate` needs an answer to cut: it always executes the operation. */
  readonly connection?: 'reset' | 'hang' | 'truncate'
}
