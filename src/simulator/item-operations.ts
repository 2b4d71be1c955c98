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
import { type ItemChain, versionAt } from './item-store.ts'
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
  const version = versionAt(range.items.chain(key, operation.id), state.lsn)
  const item = visibleItem(container, version, nowMs)
  if (item === undefined || version === undefined) {
    const charge = requestCharge.notFound(level)
    return fromRange(request, range, state.lsn, refusal(404, 'The item does not exist.', { requestCharge: charge }))
  }
  if (operation.ifNoneMatch === version.etag) {
    const reply = { status: 304, requestCharge: requestCharge.notFound(level), etag: version.etag }
    return fromRange(request, range, state.lsn, reply)
  }
  const charge = requestCharge.pointRead(version.bytes, level)
  return fromRange(request, range, state.lsn, { status: 200, body: item, requestCharge: charge, etag: version.etag })
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
  const found = item && newest ? { item, etag: newest.etag } : undefined
  const decision = decideWrite(operation, found, {
    matches: (document, condition) => matchesCondition(document, condition),
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
  const etag = etagOf(container, range)
  if (decision.next === undefined) {
    const bytes = before.chain?.newest.bytes ?? 0
    range.commit(key, id, { item: undefined, etag, bytes: 0 }, nowMs, expiry)
    return { status: 204, requestCharge: requestCharge.remove(bytes) }
  }
  const number = before.chain?.number ?? range.items.nextItemNumber
  const item = withSystemProperties(request, decision.next, itemResourceId(container.rid, range.id, number), etag)
  const bytes = Buffer.byteLength(JSON.stringify(item))
  if (bytes > itemBytesMax) {
    return refusal(413, 'The item is larger than 2 MB.', { requestCharge: requestCharge.refusedWrite() })
  }
  range.commit(key, id, { item, etag, bytes }, nowMs, expiry)
  const isNew = before.found === undefined
  const charge = isNew ? requestCharge.create(bytes) : requestCharge.replace(bytes)
  return { status: decision.status, body: item, requestCharge: charge, etag }
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

function withSystemProperties(request: ItemRequest, item: Item, rid: string, etag: string): Item {
  const { container, world, nowMs } = request
  const stored = {
    ...item,
    _rid: rid,
    _self: `${container.self}docs/${rid}/`,
    _etag: etag,
    _attachments: 'attachments/',
    _ts: Math.floor((world.settings.wallOriginMs + nowMs) / 1000),
  }
  // Replies hand out the stored item itself: nobody may change it afterwards.
  return freezeDeep(stored)
}

/** A commit has its own: the version tells apart LSNs that a forced failover gave out twice. */
const etagOf = (container: Container, range: PartitionKeyRange): string =>
  `"${container.rid}-${range.id}-${range.version}-${range.committedLsn + 1}"`

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
