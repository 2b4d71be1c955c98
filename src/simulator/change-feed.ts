import {
  chooseState,
  fromRange,
  type ItemRequest,
  isReply,
  isWaiting,
  throttled,
  visibleItem,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { type ItemChain, type ItemVersion, versionAt } from './item-store.ts'
import { wholeItem } from './item-view.ts'
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
  const busy = throttled(request, range)
  if (busy) return busy
  const state = chooseState(request, range)
  if (isWaiting(state) || isReply(state)) return state
  const since = readEtag(operation.since, state.lsn)
  if (since === undefined) return withOwner(refusal(400, 'The ETag is not one of a change feed.'), container)
  const changes = since < state.lsn ? changesBetween(request, operation, range, since, state.lsn) : []
  const page = cutPage(changes, operation.maxItemCount ?? defaultPageItems)
  const isLast = page.length === changes.length
  // A replica behind the reader has nothing for it, and must not send it back.
  const etag = `"${isLast ? Math.max(since, state.lsn) : page.at(-1)!.version.lsn}"`
  if (page.length === 0) {
    const reply = { status: 304, requestCharge: requestCharge.notFound(level), etag }
    return fromRange(request, range, state.lsn, reply)
  }
  const bytes = page.reduce((sum, { version }) => sum + version.bytes, 0)
  const documents = page.map(
    ({ chain, version }): Json => ({ ...wholeItem(request, range, chain.number, version), _lsn: version.lsn }),
  )
  return fromRange(request, range, state.lsn, {
    status: 200,
    body: { _rid: container.rid, Documents: documents, _count: documents.length },
    requestCharge: requestCharge.query({ items: documents.length, bytes }, level),
    itemCount: documents.length,
    etag,
  })
}

/** In the order of the log; an item that changed several times shows once, at its latest change. */
function changesBetween(
  request: ItemRequest,
  operation: Changes,
  range: PartitionKeyRange,
  afterLsn: number,
  lsn: number,
): Change[] {
  const { container, nowMs, world } = request
  const fromMs = (operation.sinceWallMs ?? Number.NEGATIVE_INFINITY) - world.settings.wallOriginMs
  const changes: Change[] = []
  for (const partition of targetPartitions(request, operation, range)) {
    for (const chain of partition.chains()) {
      const version = versionAt(chain, lsn)
      if (version === undefined || version.lsn <= afterLsn || version.committedAtMs < fromMs) continue
      if (visibleItem(container, version, nowMs) !== undefined) changes.push({ chain, version })
    }
  }
  return changes.sort((a, b) => a.version.lsn - b.version.lsn || a.chain.number - b.chain.number)
}

/** A commit is never cut in two: what one batch wrote comes together, even past the size asked for. */
function cutPage(changes: readonly Change[], most: number): readonly Change[] {
  let end = Math.min(most, changes.length)
  while (end > 0 && end < changes.length && changes[end]!.version.lsn === changes[end - 1]!.version.lsn) end++
  return changes.slice(0, end)
}

/** The LSN after which the feed goes on: 0 from the beginning; undefined: no ETag of ours. */
function readEtag(since: string | undefined, nowLsn: number): number | undefined {
  if (since === undefined) return 0
  if (since === '*') return nowLsn
  const digits = /^"(\d{1,15})"$/.exec(since)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
