import type { Container } from './container.ts'
import {
  chooseState,
  fromRange,
  type ItemRequest,
  isReply,
  isWaiting,
  notAdmitted,
  noteServed,
  visibleItem,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { versionAt } from './item-store.ts'
import { problemWithKey, wholeItem } from './item-view.ts'
import type { ItemWrite } from './item-write.ts'
import type { LogState } from './log-state.ts'
import type { BatchedOperation, ItemOperation, PartitionKeyValue, Reply } from './operation.ts'
import { extractPartitionKey, printPartitionKey } from './partition-key.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { Transaction } from './transaction.ts'

type ItemRead = Extract<BatchedOperation, { kind: 'readItem' }>

export function readItem(
  request: ItemRequest,
  operation: Extract<ItemOperation, { kind: 'readItem' }>,
): Reply | Waiting {
  const { container, trace } = request
  const problem = problemWithKey(container, operation.partitionKey)
  if (problem) return problem
  const key = printPartitionKey(operation.partitionKey)
  trace.partitionKey = key
  trace.id = operation.id
  const range = container.rangeOf(operation.partitionKey, key)
  const busy = notAdmitted(request, range)
  if (busy) return busy
  const state = chooseState(request, range)
  if (isWaiting(state) || isReply(state)) return state
  return fromRange(request, range, state, itemAt(request, range, state, key, operation))
}

/** The item as the range has it in this state. */
export function itemAt(
  request: ItemRequest,
  range: PartitionKeyRange,
  state: LogState,
  key: string,
  { id, ifNoneMatch }: Pick<ItemRead, 'id' | 'ifNoneMatch'>,
): Reply {
  const { container, level, nowMs } = request
  const chain = range.items.chain(key, id)
  const version = versionAt(chain, state)
  if (chain === undefined || version === undefined || visibleItem(container, version, nowMs) === undefined) {
    return refusal(404, 'The item does not exist.', { requestCharge: requestCharge.notFound(level) })
  }
  const body = wholeItem(request, chain, version)
  const etag = body._etag
  if (ifNoneMatch === etag) return { status: 304, requestCharge: requestCharge.notFound(level), etag }
  return { status: 200, body, requestCharge: requestCharge.pointRead(version.bytes, level), etag }
}

export function writeItem(request: ItemRequest, operation: ItemWrite): Reply {
  const { container, trace, world } = request
  const placed = placeWrite(container, operation)
  if (isReply(placed)) return withOwner(placed, container)
  const { key, id } = placed
  trace.partitionKey = key
  trace.id = id
  const range = container.rangeOf(placed.partitionKey, key)
  const busy = notAdmitted(request, range) ?? backlogged(request, range)
  if (busy) return busy
  const transaction = new Transaction(request, range)
  const reply = transaction.write(operation, key, id)
  const state = transaction.commit()
  if (world.journal.isOn) noteServed(request, range, state, undefined)
  return fromRange(request, range, state, reply)
}

/** 429/3075 while too many commits wait for a region whose replication is paused. */
export function backlogged(request: ItemRequest, range: PartitionKeyRange): Reply | undefined {
  const { region, container, world } = request
  const { topology, settings } = world
  if (!topology.hasPaused) return undefined
  const log = range.logOf(region)
  const isFull = topology.regions.some(
    (to) =>
      topology.isPaused(region, to) && log.replication.heldFor(to, log.committedLsn) >= settings.replicationBufferMax,
  )
  if (!isFull) return undefined
  const more = { substatus: 3075, retryAfterMs: 1000 }
  return withOwner(refusal(429, 'Too many commits wait for a region whose replication is paused.', more), container)
}

/** Where a write goes: its partition key and id, or why it goes nowhere. */
export function placeWrite(
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
