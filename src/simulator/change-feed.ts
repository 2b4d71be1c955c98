import {
  chooseState,
  fromRange,
  type ItemRequest,
  isReply,
  isWaiting,
  notAdmitted,
  visibleItem,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { type ItemChain, type ItemVersion, versionAt } from './item-store.ts'
import { wholeItem } from './item-view.ts'
import { joinStates, type LogPosition, type LogState, reaches, shows, stateOf } from './log-state.ts'
import type { ItemOperation, Json, Reply } from './operation.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { targetPartitions, targetRanges } from './target-ranges.ts'

type Changes = Extract<ItemOperation, { kind: 'readChanges' }>

interface Change {
  readonly chain: ItemChain
  readonly version: ItemVersion
}

const defaultPageItems = 100

/** What changed since an ETag, as the chosen replica knows it: 200 with the items as they are now, or 304. */
export function readChanges(request: ItemRequest, operation: Changes): Reply | Waiting {
  const { container, level } = request
  const ranges = targetRanges(request, operation)
  if (isReply(ranges)) return ranges
  const [range] = ranges
  if (range === undefined || ranges.length > 1) {
    const message = 'The change feed needs a whole partition key or the id of a partition key range.'
    return withOwner(refusal(400, message), container)
  }
  const busy = notAdmitted(request, range)
  if (busy) return busy
  const state = chooseState(request, range)
  if (isWaiting(state) || isReply(state)) return state
  const since = readEtag(operation.since, state)
  if (since === undefined) return withOwner(refusal(400, 'The ETag is not one of a change feed.'), container)
  const changes = reaches(since, state) ? [] : changesBetween(request, operation, range, since, state)
  const page = cutPage(changes, operation.maxItemCount ?? defaultPageItems)
  // A replica behind the reader has nothing for it, and must not send it back.
  const progress = page.length === changes.length ? joinStates(since, state) : upTo(page.at(-1)!.version, since, state)
  const etag = printEtag(progress)
  if (page.length === 0) {
    const reply = { status: 304, requestCharge: requestCharge.notFound(level), etag }
    return fromRange(request, range, state, reply)
  }
  const bytes = page.reduce((sum, { version }) => sum + version.bytes, 0)
  const documents = page.map(
    ({ chain, version }): Json => ({ ...wholeItem(request, chain, version), _lsn: version.lsn }),
  )
  return fromRange(request, range, state, {
    status: 200,
    body: { _rid: container.rid, Documents: documents, _count: documents.length },
    requestCharge: requestCharge.query({ items: documents.length, bytes }, level),
    itemCount: documents.length,
    etag,
  })
}

/** In the order of the log, with several write regions one log after the other; an item that changed several times shows once, at its latest change. */
function changesBetween(
  request: ItemRequest,
  operation: Changes,
  range: PartitionKeyRange,
  since: LogState,
  state: LogState,
): Change[] {
  const { container, nowMs, world } = request
  const fromMs = (operation.sinceWallMs ?? Number.NEGATIVE_INFINITY) - world.settings.wallOriginMs
  const changes: Change[] = []
  for (const partition of targetPartitions(request, operation, range)) {
    for (const chain of partition.chains()) {
      const version = versionAt(chain, state)
      if (version === undefined || shows(since, version) || version.committedAtMs < fromMs) continue
      if (visibleItem(container, version, nowMs) !== undefined) changes.push({ chain, version })
    }
  }
  return changes.toSorted(({ version: a, chain: left }, { version: b, chain: right }) => {
    return a.log - b.log || a.lsn - b.lsn || left.number - right.number
  })
}

/** A commit is never cut in two: what one batch wrote comes together, even past the size asked for. */
function cutPage(changes: readonly Change[], most: number): readonly Change[] {
  let end = Math.min(most, changes.length)
  while (end > 0 && end < changes.length && isSameCommit(changes[end]!.version, changes[end - 1]!.version)) end++
  return changes.slice(0, end)
}

const isSameCommit = (a: LogPosition, b: LogPosition): boolean => a.lsn === b.lsn && a.log === b.log

/** How far the feed has come after this commit: the logs before its own are done, those after it not begun. */
function upTo(last: LogPosition, since: LogState, state: LogState): LogState {
  if (state.locals === undefined) return { lsn: last.lsn }
  return stateOf(
    state.locals.map((lsn, log) => {
      const from = since.locals?.[log] ?? 0
      if (log === last.log) return last.lsn
      return log < last.log ? Math.max(lsn, from) : from
    }),
  )
}

const printEtag = ({ lsn, locals }: LogState): string => `"${locals === undefined ? lsn : locals.join('.')}"`

/** After what the feed goes on; undefined: no ETag of ours. */
function readEtag(since: string | undefined, now: LogState): LogState | undefined {
  if (since === '*') return now
  const isSingle = now.locals === undefined
  if (since === undefined) return isSingle ? { lsn: 0 } : stateOf([0])
  if (!/^"\d{1,15}(\.\d{1,15})*"$/.test(since)) return undefined
  const lsns = since.slice(1, -1).split('.').map(Number)
  if (!isSingle) return stateOf(lsns)
  return lsns.length === 1 ? { lsn: lsns[0]! } : undefined
}
