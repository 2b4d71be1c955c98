import type { DocumentVersion } from '../domain/context.ts'
import type { WriteOutcome } from '../domain/observation.ts'

/** One probe document, as its only writer knows it between runs. */
export interface PooledDocument {
  readonly id: string
  /** The highest version that may have happened. */
  readonly version: number
  readonly present: boolean
}

/**
 * The reused documents of a scenario, one a partition. After an indeterminate write, or a run that was abandoned with
 * one in flight, the document is retired: a write that may still land must not be judged in a later run.
 */
export class DocumentPool {
  readonly #prefix: string
  readonly #documents = new Map<number, PooledDocument>()
  #born = 0

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The partition's document, or a new one that does not exist yet. */
  take(partition: number, reuse: boolean): PooledDocument {
    const known = reuse ? this.#documents.get(partition) : undefined
    return known ?? { id: `${this.#prefix}-${partition}-${this.#born++}`, version: 0, present: false }
  }

  giveBack(partition: number, document: PooledDocument): void {
    this.#documents.set(partition, document)
  }

  retire(partition: number): void {
    this.#documents.delete(partition)
  }
}

/**
 * The document after one write of `written`. A refused write certainly did not happen: its version is free again, so that
 * the distance between two versions counts the writes between them.
 */
export function afterAttempt(before: PooledDocument, written: DocumentVersion, outcome: WriteOutcome): PooledDocument {
  if (outcome === 'refused') return before
  return { ...before, version: written.version, present: outcome === 'succeeded' ? written.present : before.present }
}
