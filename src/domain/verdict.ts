import type { Claim } from './context.ts'
import type { FailureReason, ReadResult } from './observation.ts'

/** `unordered`: nothing was carried to the hop, so nothing was promised to its reader. */
export const verdicts = ['fresh', 'stale', 'missing', 'undetermined', 'failed', 'unordered'] as const
export type Verdict = (typeof verdicts)[number]

/** A verdict with its reason, as data. */
export type Judgement =
  | { readonly verdict: 'fresh' }
  | { readonly verdict: 'stale'; readonly versionsBehind: number }
  /** `undeleted`: the document is still there although its delete is claimed. */
  | { readonly verdict: 'missing'; readonly detail: 'not-found' | 'undeleted' }
  | { readonly verdict: 'undetermined'; readonly detail: 'indeterminate-write' | 'another-writer' | 'before-this-run' }
  | { readonly verdict: 'failed'; readonly reason: FailureReason }
  | { readonly verdict: 'unordered' }

/**
 * Judges one read of one document (verdicts.md). Versions give the order, never clocks.
 * `owner` is the writer whose versions count; a document written by anybody else is not ours to judge.
 */
export function judgeRead(claim: Claim | undefined, result: ReadResult, owner: string): Judgement {
  if (result.kind === 'failed') return { verdict: 'failed', reason: result.reason }
  if (claim === undefined) return { verdict: 'unordered' }
  if (result.kind === 'found' && result.owner !== owner) return { verdict: 'undetermined', detail: 'another-writer' }
  const { certain, indeterminate } = claim
  if (certain === undefined) return { verdict: 'undetermined', detail: 'indeterminate-write' }

  if (result.kind === 'not-found') {
    if (!certain.present) return { verdict: 'fresh' }
    const mayBeDeleted = indeterminate.some((write) => !write.present)
    return mayBeDeleted
      ? { verdict: 'undetermined', detail: 'indeterminate-write' }
      : { verdict: 'missing', detail: 'not-found' }
  }

  const { version } = result
  const isFresh = certain.present ? version >= certain.version : version > certain.version
  if (isFresh) return { verdict: 'fresh' }
  // An indeterminate write may land after a later acknowledged one, and then is no older state but a newer one.
  const mayHaveLandedLate = indeterminate.some((write) => write.present && write.version === version)
  if (mayHaveLandedLate) return { verdict: 'undetermined', detail: 'indeterminate-write' }
  return certain.present
    ? { verdict: 'stale', versionsBehind: certain.version - version }
    : { verdict: 'missing', detail: 'undeleted' }
}

/**
 * Judges a read that finding nothing tells little: of the changes that a run has made, or of a document that earlier runs have
 * deleted and made anew. Then nothing found says nothing of a version that was there before the run, for what is not
 * there may be newer than that version. `firstVersion` is the first that the run itself may have written.
 */
export function judgeSinceRunBegan(
  claim: Claim | undefined,
  result: ReadResult,
  owner: string,
  firstVersion: number,
): Judgement {
  const isOlder = claim?.certain !== undefined && claim.certain.version < firstVersion
  if (result.kind === 'not-found' && isOlder) return { verdict: 'undetermined', detail: 'before-this-run' }
  return judgeRead(claim, result, owner)
}

/** The numerator of the stale-read rate. */
export const isStale = (verdict: Verdict): boolean => verdict === 'stale' || verdict === 'missing'
/** Its denominator. */
export const isJudged = (verdict: Verdict): boolean => verdict === 'fresh' || isStale(verdict)
