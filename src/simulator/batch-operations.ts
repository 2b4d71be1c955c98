import {
  chooseState,
  fromRange,
  type ItemRequest,
  isReply,
  isWaiting,
  notAdmitted,
  noteServed,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { backlogged, itemAt, placeWrite } from './item-operations.ts'
import { problemWithKey } from './item-view.ts'
import { isWrite } from './item-write.ts'
import type { LogState } from './log-state.ts'
import type { BatchedOperation, ItemOperation, Json, Reply } from './operation.ts'
import { printPartitionKey } from './partition-key.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { QueryProblem } from './sql/syntax.ts'
import { rangeGone } from './target-ranges.ts'
import { Transaction } from './transaction.ts'

type Batch = Extract<ItemOperation, { kind: 'batchItems' }>
type Bulk = Extract<ItemOperation, { kind: 'bulkItems' }>
type ItemRead = Extract<BatchedOperation, { kind: 'readItem' }>

/** Azure's documented limit of operations in a batch and in one bulk request. */
const operationsMax = 100

/** All or nothing: one commit, or none and 207 with what failed; the others are 424. */
export function batchItems(request: ItemRequest, batch: Batch): Reply | Waiting {
  const { container, trace } = request
  const problem = problemWithCount(request, batch.operations) ?? problemWithKey(container, batch.partitionKey)
  if (problem) return problem
  const key = printPartitionKey(batch.partitionKey)
  trace.partitionKey = key
  const range = container.rangeOf(batch.partitionKey, key)
  const busy = notAdmitted(request, range) ?? (isWrite(batch) ? backlogged(request, range) : undefined)
  if (busy) return busy
  if (!isWrite(batch))
    return onlyReads(request, range, batch, (operation, state) => itemAt(request, range, state, key, operation))
  const transaction = new Transaction(request, range)
  const replies: Reply[] = []
  for (const operation of batch.operations) {
    const reply = within(() => transacted(request, transaction, { ...operation, partitionKey: batch.partitionKey }))
    replies.push(reply)
    if (isFailed(reply)) return whole(request, range, batch, allButLastDepend(replies, batch.operations.length))
  }
  transaction.commit()
  return whole(request, range, batch, replies)
}

/** Each operation by itself, with a commit of its own. */
export function bulkItems(request: ItemRequest, bulk: Bulk): Reply | Waiting {
  const { container } = request
  const problem = problemWithCount(request, bulk.operations)
  if (problem) return problem
  const range = container.range(bulk.rangeId)
  if (range === undefined) return withOwner(rangeGone(), container)
  const busy = notAdmitted(request, range) ?? (isWrite(bulk) ? backlogged(request, range) : undefined)
  if (busy) return busy
  if (!isWrite(bulk))
    return onlyReads(request, range, bulk, (operation, state) => readAlone(request, range, operation, state))
  const replies: Reply[] = []
  let stopped = false
  for (const operation of bulk.operations) {
    const reply = stopped ? failedDependency() : within(() => alone(request, range, operation))
    replies.push(reply)
    if (isFailed(reply) && !bulk.continueOnError) stopped = true
  }
  return whole(request, range, bulk, replies)
}

/** Reads alone need no transaction: one state of the log answers all of them, under the session token. */
function onlyReads(
  request: ItemRequest,
  range: PartitionKeyRange,
  batch: Batch | Bulk,
  read: (operation: ItemRead, state: LogState) => Reply,
): Reply | Waiting {
  const state = chooseState(request, range)
  if (isWaiting(state) || isReply(state)) return state
  const reads = batch.operations.filter((operation) => operation.kind === 'readItem')
  return fromRange(
    request,
    range,
    state,
    printResults(
      batch,
      reads.map((operation) => read(operation, state)),
    ),
  )
}

function transacted(request: ItemRequest, transaction: Transaction, operation: BatchedOperation): Reply {
  if (operation.kind !== 'readItem') {
    const placed = placeWrite(request.container, operation)
    return isReply(placed) ? placed : transaction.write(operation, placed.key, placed.id)
  }
  const found = transaction.read(printPartitionKey(operation.partitionKey), operation.id)
  if (found === undefined) {
    return refusal(404, 'The item does not exist.', { requestCharge: requestCharge.notFound(request.level) })
  }
  const { body, bytes } = found
  const etag = body._etag
  if (operation.ifNoneMatch === etag) return { status: 304, requestCharge: requestCharge.notFound(request.level), etag }
  return { status: 200, body, requestCharge: requestCharge.pointRead(bytes, request.level), etag }
}

function alone(request: ItemRequest, range: PartitionKeyRange, operation: BatchedOperation): Reply {
  if (operation.kind === 'readItem') return readAlone(request, range, operation, writeState(request, range))
  const { container } = request
  const placed = placeWrite(container, operation)
  if (isReply(placed)) return placed
  // As after a split that the client has not heard of: it asks for the ranges and sends the operation again.
  if (container.rangeOf(placed.partitionKey, placed.key) !== range) return rangeGone()
  const transaction = new Transaction(request, range)
  const reply = transaction.write(operation, placed.key, placed.id)
  transaction.commit()
  return reply
}

function readAlone(request: ItemRequest, range: PartitionKeyRange, operation: ItemRead, state: LogState): Reply {
  const { container } = request
  const problem = problemWithKey(container, operation.partitionKey)
  if (problem) return problem
  const key = printPartitionKey(operation.partitionKey)
  if (container.rangeOf(operation.partitionKey, key) !== range) return rangeGone()
  return itemAt(request, range, state, key, operation)
}

/** A patch's condition may be no query at all. */
function within(answer: () => Reply): Reply {
  try {
    return answer()
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error
    return refusal(error.code === 'BadRequest' ? 400 : 501, error.message)
  }
}

const isFailed = (reply: Reply): boolean => reply.status >= 400

const failedDependency = (): Reply => refusal(424, 'Another operation of the batch failed.')

function allButLastDepend(replies: readonly Reply[], count: number): Reply[] {
  return Array.from({ length: count }, (_, i) => (i === replies.length - 1 ? replies[i]! : failedDependency()))
}

function problemWithCount({ container }: ItemRequest, operations: readonly BatchedOperation[]): Reply | undefined {
  if (operations.length > 0 && operations.length <= operationsMax) return undefined
  return withOwner(refusal(400, `A batch has 1 to ${operationsMax} operations.`), container)
}

/** The answer of the range's newest state. */
function whole(request: ItemRequest, range: PartitionKeyRange, batch: Batch | Bulk, replies: readonly Reply[]): Reply {
  const state = writeState(request, range)
  if (request.world.journal.isOn) noteServed(request, range, state, undefined)
  return fromRange(request, range, state, printResults(batch, replies))
}

const writeState = ({ region, nowMs }: ItemRequest, range: PartitionKeyRange): LogState =>
  range.writeState(region, nowMs)

/** 200 when all went well, else 207: the client looks at each result. */
function printResults(batch: Batch | Bulk, replies: readonly Reply[]): Reply {
  const body = replies.map((reply, i): Json => {
    const isQuiet = batch.minimal === true && batch.operations[i]!.kind !== 'readItem'
    const isBodied = reply.body !== undefined && !isFailed(reply) && !isQuiet
    const result: Record<string, Json> = { statusCode: reply.status, requestCharge: reply.requestCharge }
    if (reply.substatus !== undefined) result.subStatusCode = reply.substatus
    if (reply.etag !== undefined) result.eTag = reply.etag
    if (isBodied) result.resourceBody = reply.body!
    if (isFailed(reply)) result.message = (reply.body as { readonly message: string }).message
    return result
  })
  const charge = replies.reduce((sum, reply) => sum + reply.requestCharge, 0)
  return {
    status: replies.some(isFailed) ? 207 : 200,
    body,
    requestCharge: Math.round(charge * 100) / 100,
    itemCount: replies.length,
  }
}
