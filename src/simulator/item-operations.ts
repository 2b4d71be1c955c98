import type { Container } from './container.ts'
import {
  chooseState,
  expiryOf,
  fromRange,
  type ItemRequest,
  isReply,
  isWaiting,
  noteServed,
  throttled,
  visibleItem,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { type ItemChain, type ItemVersion, versionAt } from './item-store.ts'
import { decideWrite, type Found, type ItemWrite, itemBytesMax, type WriteDecision } from './item-write.ts'
import type { Item, ItemOperation, Json, PartitionKeyValue, Reply } from './operation.ts'
import { extractPartitionKey, printPartitionKey } from './partition-key.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { itemResourceId } from './resource-id.ts'
import { compiledQuery } from './sql/cache.ts'

export function readItem(
  request: ItemRequest,
  operation: Extract<ItemOperation, { kind: 'readItem' }>,
): Reply | Waiting {
  const { container, level, nowMs, trace } = request
  const problem = problemWithKey(container, operation.partitionKey)
  if (problem) return problem
  const key = printPartitionKey(operation.partitionKey)
  trace.partitionKey = key
  trace.id = operation.id
  const range = container.rangeOf(operation.partitionKey, key)
  const busy = throttled(request, range)
  if (busy) return busy
  const state = chooseState(request, range)
  if (isWaiting(state) || isReply(state)) return state
  const chain = range.items.chain(key, operation.id)
  const version = versionAt(chain, state.lsn)
  if (chain === undefined || version === undefined || visibleItem(container, version, nowMs) === undefined) {
    const charge = requestCharge.notFound(level)
    return fromRange(request, range, state.lsn, refusal(404, 'The item does not exist.', { requestCharge: charge }))
  }
  const item = wholeItem(request, range, chain.number, version)
  const etag = item._etag
  if (operation.ifNoneMatch === etag) {
    const reply = { status: 304, requestCharge: requestCharge.notFound(level), etag }
    return fromRange(request, range, state.lsn, reply)
  }
  const charge = requestCharge.pointRead(version.bytes, level)
  return fromRange(request, range, state.lsn, { status: 200, body: item, requestCharge: charge, etag })
}

export function writeItem(request: ItemRequest, operation: ItemWrite): Reply {
  const { world, container, region, nowMs, trace } = request
  const placed = placeWrite(container, operation)
  if (isReply(placed)) return withOwner(placed, container)
  const { key, id } = placed
  trace.partitionKey = key
  trace.id = id
  const range = container.rangeOf(placed.partitionKey, key)
  const busy = throttled(request, range)
  if (busy) return busy
  const { topology, settings } = world
  const isBacklogged = topology.regions.some(
    (to) =>
      topology.isPaused(region, to) &&
      range.replication.heldFor(to, range.committedLsn) >= settings.replicationBufferMax,
  )
  if (isBacklogged) {
    const more = { substatus: 3075, retryAfterMs: 1000 }
    return withOwner(refusal(429, 'Too many commits wait for a region whose replication is paused.', more), container)
  }
  const chain = range.items.chain(key, id)
  const newest = chain?.newest
  const item = visibleItem(container, newest, nowMs)
  const found = item && newest ? { item, etag: etagOf(container, range, newest.lsn) } : undefined
  const decision = decideWrite(operation, found, {
    matches: (condition) => matchesCondition(wholeItem(request, range, chain!.number, newest!), condition),
    fixedProperties: ['id', ...systemProperties, ...container.partitionKeyPaths.map((names) => names[0]!)],
  })
  const reply = carryOut(request, range, key, id, decision, { chain, found, kind: operation.kind })
  const lsn = range.committedLsn
  if (world.journal.isOn) noteServed(request, range, { lsn }, undefined)
  return fromRange(request, range, lsn, reply)
}

function carryOut(
  request: ItemRequest,
  range: PartitionKeyRange,
  key: string,
  id: string,
  decision: WriteDecision,
  before: { chain: ItemChain | undefined; found: Found | undefined; kind: ItemWrite['kind'] },
): Reply {
  const { container, nowMs } = request
  if ('message' in decision) {
    const { status, message, substatus } = decision
    return refusal(status, message, { substatus, requestCharge: requestCharge.refusedWrite() })
  }
  const expiry = expiryOf(container)
  if (decision.next === undefined) {
    const bytes = before.chain?.newest.bytes ?? 0
    range.commit(key, id, { item: undefined, bytes: 0 }, nowMs, expiry)
    return { status: 204, requestCharge: requestCharge.remove(bytes) }
  }
  // Replies hand out parts of the stored item: nobody may change it afterwards.
  const item = freezeDeep({ ...decision.next })
  const number = before.chain?.number ?? range.items.nextItemNumber
  const body = wholeItem(request, range, number, { item, lsn: range.committedLsn + 1, committedAtMs: nowMs })
  const bytes = Buffer.byteLength(JSON.stringify(body))
  if (bytes > itemBytesMax) {
    return refusal(413, 'The item is larger than 2 MB.', { requestCharge: requestCharge.refusedWrite() })
  }
  range.commit(key, id, { item, bytes }, nowMs, expiry)
  const isNew = before.found === undefined
  const charge = isNew ? requestCharge.create(bytes) : requestCharge.replace(bytes)
  return { status: decision.status, body, requestCharge: charge, etag: body._etag }
}

/** Where a write goes: its partition key and id, or why it goes nowhere. */
function placeWrite(
  container: Container,
  operation: ItemWrite,
): { readonly partitionKey: PartitionKeyValue; readonly key: string; readonly id: string } | Reply {
  const given = operation.partitionKey
  const problem = given && problemWithKey(container, given)
  if (problem) return problem
  if (operation.kind === 'deleteItem' || operation.kind === 'patchItem') {
    return { partitionKey: operation.partitionKey, key: printPartitionKey(operation.partitionKey), id: operation.id }
  }
  const extracted = extractPartitionKey(operation.item, container.partitionKeyPaths)
  if ('problem' in extracted) return refusal(400, extracted.problem, { substatus: 1001 })
  const key = printPartitionKey(extracted.key)
  if (given !== undefined && printPartitionKey(given) !== key) {
    const message = 'The partition key in the item differs from the one in the request.'
    return refusal(400, message, { substatus: 1001 })
  }
  const { id } = operation.kind === 'replaceItem' ? operation : operation.item
  if (typeof id !== 'string') return refusal(400, 'The item has no id that is a string.')
  return { partitionKey: extracted.key, key, id }
}

export function problemWithKey(container: Container, key: PartitionKeyValue): Reply | undefined {
  if (key.length === container.partitionKeyPaths.length) return undefined
  const message = `The partition key has ${key.length} levels; the container's has ${container.partitionKeyPaths.length}.`
  return withOwner(refusal(400, message, { substatus: 1001 }), container)
}

const systemProperties = ['_rid', '_self', '_etag', '_attachments', '_ts']

/**
 * The item as a reader gets it. System properties are made anew each time: keeping them would double the memory of a
 * small document.
 */
export function wholeItem(
  { container, world }: ItemRequest,
  range: PartitionKeyRange,
  number: number,
  version: Pick<ItemVersion, 'item' | 'lsn' | 'committedAtMs'>,
) {
  const rid = itemResourceId(container.rid, range.id, number)
  return {
    ...version.item!,
    _rid: rid,
    _self: `${container.self}docs/${rid}/`,
    _etag: etagOf(container, range, version.lsn),
    _attachments: 'attachments/',
    _ts: Math.floor((world.settings.wallOriginMs + version.committedAtMs) / 1000),
  }
}

/** A commit has its own: the version tells apart LSNs that a forced failover gave out twice. */
function etagOf(container: Container, range: PartitionKeyRange, lsn: number): string {
  const version = lsn > range.committedLsn ? range.version : range.versionOfCommit(lsn)
  return `"${container.rid}-${range.id}-${version}-${lsn}"`
}

function matchesCondition(item: Item, condition: string): boolean {
  return (
    compiledQuery(`SELECT * ${condition}`).run([{ item, place: [0, 0] }], [], { maxItemCount: 1 }).results.length > 0
  )
}

function freezeDeep<T extends Json>(value: T): T {
  if (value === null || typeof value !== 'object') return value
  for (const inner of Object.values(value)) if (inner !== null && typeof inner === 'object') freezeDeep(inner as Json)
  return Object.freeze(value)
}
