import { headers as names } from '../../protocol/headers.ts'
import type { BatchedOperation, ItemOperation, Json, PartitionKeyValue } from '../operation.ts'
import { checkResource, isObject, type JsonObject, parseJson } from './body.ts'
import { badRequest, Refused, refusal } from './errors.ts'
import { parsePatch } from './parse-item.ts'
import {
  header,
  itemTarget,
  parsePartitionKey,
  refuseUnsupported,
  requiredPartitionKey,
  type WireRequest,
} from './request.ts'

/** Azure's documented limit of a batch's size. */
const bodyBytesMax = 2 * 1024 * 1024

export function parseBatch(request: WireRequest): ItemOperation {
  const partitionKey = requiredPartitionKey(request)
  return { kind: 'batchItems', partitionKey, ...batchOf(request, () => partitionKey) }
}

export function parseBulk(request: WireRequest): ItemOperation {
  const rangeId = header(request, names.partitionKeyRangeId)
  if (rangeId === undefined) throw new Refused(badRequest('A bulk request needs a partition key range id.'))
  return {
    kind: 'bulkItems',
    rangeId,
    continueOnError: header(request, names.batchContinueOnError)?.toLowerCase() !== 'false',
    ...batchOf(request, keyOfOperation),
  }
}

function batchOf(request: WireRequest, keyOf: (operation: JsonObject) => PartitionKeyValue) {
  refuseUnsupported(request)
  if (Buffer.byteLength(request.body) > bodyBytesMax) throw new Refused(refusal(413, 'A batch is larger than 2 MB.'))
  const operations = parseJson(request.body)
  if (!Array.isArray(operations)) throw new Refused(badRequest('The body of a batch must be an array of operations.'))
  return {
    ...itemTarget(request),
    operations: (operations as readonly Json[]).map((operation) => parseOperation(operation, keyOf)),
    ...(header(request, 'prefer') === 'return=minimal' && { minimal: true }),
  }
}

/** Each operation of a bulk request carries its own, as the text that the header of a single one would have. */
function keyOfOperation({ partitionKey }: JsonObject): PartitionKeyValue {
  if (typeof partitionKey === 'string') return parsePartitionKey(partitionKey)
  throw new Refused(badRequest('An operation of a bulk request needs its partition key.'))
}

type Parse = (operation: JsonObject, partitionKey: PartitionKeyValue) => BatchedOperation

const parsers: Readonly<Record<string, Parse>> = {
  Create: (operation, partitionKey) => ({ kind: 'createItem', partitionKey, item: itemOf(operation) }),
  Upsert: (operation, partitionKey) => ({
    kind: 'upsertItem',
    partitionKey,
    item: itemOf(operation),
    ...ifMatchOf(operation),
  }),
  Read: (operation, partitionKey) => ({
    kind: 'readItem',
    partitionKey,
    id: idOf(operation),
    ...(typeof operation.ifNoneMatch === 'string' && { ifNoneMatch: operation.ifNoneMatch }),
  }),
  Replace: (operation, partitionKey) => ({
    kind: 'replaceItem',
    partitionKey,
    id: idOf(operation),
    item: itemOf(operation),
    ...ifMatchOf(operation),
  }),
  Patch: (operation, partitionKey) => ({
    kind: 'patchItem',
    partitionKey,
    id: idOf(operation),
    patch: parsePatch(operation.resourceBody ?? null),
    ...ifMatchOf(operation),
  }),
  Delete: (operation, partitionKey) => ({
    kind: 'deleteItem',
    partitionKey,
    id: idOf(operation),
    ...ifMatchOf(operation),
  }),
}

function parseOperation(operation: Json, keyOf: (operation: JsonObject) => PartitionKeyValue): BatchedOperation {
  const type = isObject(operation) ? operation.operationType : undefined
  const parse = typeof type === 'string' && Object.hasOwn(parsers, type) ? parsers[type] : undefined
  if (parse === undefined) {
    throw new Refused(badRequest(`An operation of a batch has one of the types ${Object.keys(parsers).join(', ')}.`))
  }
  return parse(operation as JsonObject, keyOf(operation as JsonObject))
}

const itemOf = (operation: JsonObject) => checkResource(operation.resourceBody)

function idOf({ id }: JsonObject): string {
  if (typeof id === 'string') return id
  throw new Refused(badRequest("An operation of a batch that reads or changes an item needs its 'id'."))
}

const ifMatchOf = ({ ifMatch }: JsonObject) => (typeof ifMatch === 'string' ? { ifMatch } : {})
