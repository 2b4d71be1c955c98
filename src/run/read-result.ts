import type { DocumentVersion } from '../domain/context.ts'
import { failureReason, type OperationKind, type ReadResult } from '../domain/observation.ts'
import type { HopAnswer } from './hop.ts'

/** The surfaced status that says "no such document", by operation; elsewhere an answer without it. */
const notFoundStatus: Partial<Record<OperationKind, number>> = { point: 404, 'batch-of-points': 404, changeFeed: 304 }

export function readResult({ observation, document, failure }: HopAnswer): ReadResult {
  if (failure !== undefined) return { kind: 'failed', reason: failure }
  const { status, substatus, attempts, operation } = observation
  if (document) return { kind: 'found', version: document.version, owner: document.owner }
  // Other substatuses of 404 speak of the session or of a missing container, not of the document.
  const isNotFound = status === (notFoundStatus[operation] ?? 200) && (status !== 404 || !substatus)
  if (isNotFound) return { kind: 'not-found' }
  return { kind: 'failed', reason: failureReason(status, substatus, attempts.at(-1)?.failure) }
}

/** What the reader has seen of this owner's versions. */
export const seenVersion = (result: ReadResult, owner: string): DocumentVersion | undefined =>
  result.kind === 'found' && result.owner === owner ? { version: result.version, present: true } : undefined
