import type { OperationKind } from '../domain/observation.ts'
import type { RequestEntry } from '../simulator/journal.ts'
import type { Knowledge } from './knowledge.ts'
import { isAnswered } from './true-answers.ts'
import type { TrueLog, TrueVersion } from './true-log.ts'

/** One read as the journal saw it. */
export interface TrueRead {
  readonly operation: OperationKind
  readonly documentId: string
  readonly requests: readonly RequestEntry[]
  /** The read came upon somebody else's document. */
  readonly isAnothers: boolean
}

/** What may be in the store for all that the clients of a run know. */
export interface Doubts {
  readonly run: string
  /** The first version that the run itself may have written. */
  readonly firstVersion: number
  readonly doubtful: readonly number[]
  /** Versions of the deletes that happened, may have happened, or were under way while something else was. */
  readonly deletes: readonly number[]
}

export interface TrueVerdict {
  readonly verdict: string
  /** The judge, who does not see the journal, may rightly say that it cannot know. */
  readonly mayBeUndetermined: boolean
  readonly versionsBehind?: number
  /** What was missing, or why nothing can be concluded. */
  readonly detail?: string
  /** The version that the answering replica held. */
  readonly seen?: number | undefined
}

/** What the replica held that answered for the document; undefined where none did. */
export function appliedOf(log: TrueLog, requests: readonly RequestEntry[]): readonly TrueVersion[] | undefined {
  const last = requests.at(-1)
  if (last === undefined || !isAnswered(last)) return undefined
  for (let index = requests.length - 1; index >= 0; index--) {
    const applied = isAnswered(requests[index]!) ? log.appliedBy(requests[index]!) : undefined
    if (applied !== undefined) return applied
  }
  return []
}

/** `returned`: the version that came back; `untold` where only what came of it was kept. */
export function trueVerdict(
  log: TrueLog,
  read: TrueRead,
  returned: number | undefined | 'untold',
  hop: Knowledge,
  { run, firstVersion, doubtful, deletes }: Doubts,
): TrueVerdict {
  const applied = appliedOf(log, read.requests)
  if (applied === undefined) return { verdict: 'failed', mayBeUndetermined: false }
  const state = applied.at(-1)
  // A change feed shows what the run itself has changed.
  const isThere = state?.present === true && (read.operation !== 'changeFeed' || state.run === run)
  const seen = isThere ? state.version : undefined
  const { version } = hop
  if (!hop.isClaimed) return { verdict: 'unordered', mayBeUndetermined: false, seen }
  if (read.isAnothers) return { verdict: 'undetermined', detail: 'another-writer', mayBeUndetermined: false }
  if (version === undefined) {
    return { verdict: 'undetermined', detail: 'indeterminate-write', mayBeUndetermined: true, seen }
  }
  if (returned !== 'untold' && returned !== seen) {
    return { verdict: `impossible: the replica held ${state?.version ?? 'nothing'}`, mayBeUndetermined: false }
  }
  const isBeforeTheRun = !isThere && version < firstVersion && (returned === undefined || returned === 'untold')
  const detail = isBeforeTheRun ? 'before-this-run' : 'indeterminate-write'
  if (read.operation === 'changeFeed' && isBeforeTheRun) {
    return { verdict: 'undetermined', detail, mayBeUndetermined: true, seen }
  }
  // What was in doubt and came late lies on top of what is claimed: the store is not behind, and no reader can tell.
  const isLate =
    state !== undefined &&
    state.version < version &&
    doubtful.includes(state.version) &&
    log.landedAfter(read.documentId, state.version, version)
  if (isLate && (isThere || hop.present)) return { verdict: 'undetermined', detail, mayBeUndetermined: true, seen }
  const mayBeUndetermined = isThere
    ? doubtful.includes(state.version)
    : isBeforeTheRun || doubtful.length > 0 || deletes.some((deleted) => deleted > version)
  const truth = { mayBeUndetermined, seen, detail }
  if (!hop.present) {
    const isFresh = !isThere || state.version > version
    return { ...truth, verdict: isFresh ? 'fresh' : 'missing' }
  }
  // A document that is gone because of a delete that the hop has not heard of is newer than its claim.
  if (!isThere) {
    const isFresh = state !== undefined && state.version > version
    return { ...truth, verdict: isFresh ? 'fresh' : 'missing' }
  }
  const versionsBehind = version - state.version
  return { ...truth, verdict: versionsBehind > 0 ? 'stale' : 'fresh', versionsBehind }
}

/** What was missing, or why nothing can be concluded. */
export const trueDetail = (judged: string, { seen, detail }: TrueVerdict): string =>
  judged === 'missing' ? (seen === undefined ? 'not-found' : 'undeleted') : (detail ?? 'indeterminate-write')
