import type { ReadEvent, WriteEvent } from '../domain/journey.ts'
import type { FailureReason, OperationKind, WriteOutcome } from '../domain/observation.ts'

/** An operation that did not do what it was asked for, by how it ended. */
export interface Setback {
  readonly kind: 'write' | 'read'
  readonly hop: string
  readonly operation: OperationKind
  readonly outcome: Exclude<WriteOutcome, 'succeeded'> | FailureReason
  /** The surfaced answer; undefined when there was none. */
  readonly status: number | undefined
  readonly substatus: number | undefined
  readonly count: number
}

/** Counts what fails alike together: whoever made a mistake in a file looks for the answer, and not for each run's. */
export class Setbacks {
  readonly #counts = new Map<string, Setback>()

  record(event: WriteEvent | ReadEvent): void {
    const outcome = outcomeOf(event)
    if (outcome === undefined) return
    const { hop, operation, status, substatus } = event.observation
    const key = JSON.stringify([event.kind, hop, operation, outcome, status, substatus])
    const count = (this.#counts.get(key)?.count ?? 0) + 1
    this.#counts.set(key, { kind: event.kind, hop, operation, outcome, status, substatus, count })
  }

  /** The commonest first. */
  snapshot(): readonly Setback[] {
    return [...this.#counts.values()].toSorted((a, b) => b.count - a.count)
  }
}

function outcomeOf(event: WriteEvent | ReadEvent): Setback['outcome'] | undefined {
  if (event.kind === 'write') return event.outcome === 'succeeded' ? undefined : event.outcome
  return event.judgement.verdict === 'failed' ? event.judgement.reason : undefined
}
