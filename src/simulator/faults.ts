import { type Random, seededRandom } from '../base/random.ts'
import { sameRegion } from '../protocol/region.ts'
import type { Operation, Outcome, Reply } from './operation.ts'
import { refusal } from './replies.ts'

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

/** The rules in force, each with its own chance, so that adding or removing one never changes what another does. */
export class FaultRules {
  readonly #random: Random
  readonly #rules = new Map<string, { rule: FaultRule; random: Random; left: number }>()
  #number = 0

  constructor(random: Random) {
    this.#random = random
  }

  add(rule: FaultRule): string {
    const id = `fault-${++this.#number}`
    const random = rule.seed === undefined ? this.#random.fork(id) : seededRandom(rule.seed)
    this.#rules.set(id, { rule, random, left: rule.count ?? Number.POSITIVE_INFINITY })
    return id
  }

  remove(id: string): boolean {
    return this.#rules.delete(id)
  }

  /** The rule that strikes this operation, if any. Asked once an operation, not at each look of a waiting read. */
  strike(operation: Operation['kind'], region: string): FaultRule | undefined {
    if (this.#rules.size === 0) return undefined
    for (const [id, entry] of this.#rules) {
      const { rule, random } = entry
      if (rule.operations && !rule.operations.includes(operation)) continue
      if (rule.region !== undefined && !sameRegion(rule.region, region)) continue
      if (rule.share !== undefined && random.next() >= rule.share) continue
      entry.left -= 1
      if (entry.left <= 0) this.#rules.delete(id)
      return rule
    }
    return undefined
  }
}

/** Whether the rule keeps the operation from being executed. */
export const prevents = (rule: FaultRule): boolean =>
  rule.when !== 'after' &&
  rule.connection !== 'truncate' &&
  (rule.status !== undefined || rule.connection !== undefined)

/** The answer as the rule leaves it. */
export function befall(rule: FaultRule, reply: Reply | undefined): Extract<Outcome, { kind: 'reply' }> {
  const status = rule.status ?? (reply === undefined ? 503 : undefined)
  const left =
    status === undefined
      ? reply!
      : refusal(status, 'A fault rule of the simulator gave this answer.', {
          substatus: rule.substatus,
          retryAfterMs: rule.retryAfterMs,
        })
  const { delayMs, connection } = rule
  const fault = delayMs === undefined && connection === undefined ? undefined : { delayMs, connection }
  return { kind: 'reply', reply: left, fault }
}
