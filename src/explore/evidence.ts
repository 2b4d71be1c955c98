import type { Attempt } from '../domain/observation.ts'
import type { JournalEntry, RequestEntry } from '../simulator/journal.ts'

/** What the journal saw of one operation. */
export interface OperationEvidence {
  readonly entries: readonly JournalEntry[]
  readonly requests: readonly RequestEntry[]
  /** It came upon a document that somebody else had written. */
  readonly isAnothers: boolean
}

/**
 * One run's, by the list of attempts that the observation of each operation holds. It goes with its run: a weak map of a whole
 * world would keep what it holds through the next collections of garbage, which cost a tenth of a campaign.
 */
export type Evidence = ReadonlyMap<readonly Attempt[], OperationEvidence>

export const operationEvidence = (entries: readonly JournalEntry[], isAnothers = false): OperationEvidence => ({
  entries,
  requests: entries.filter((entry) => entry.kind === 'request'),
  isAnothers,
})
