import { headers as names } from '../../protocol/headers.ts'
import type { ItemOperation, Json, PatchSpecification } from '../operation.ts'
import { isObject, type JsonObject, parseJson, parseResource } from './body.ts'
import { badRequest, Refused } from './errors.ts'
import {
  header,
  itemTarget,
  partitionKeyOf,
  refuseUnsupported,
  requiredPartitionKey,
  type WireRequest,
} from './request.ts'

export function parseReadItem(request: WireRequest): ItemOperation {
  refuseUnsupported(request)
  const ifNoneMatch = header(request, names.ifNoneMatch)
  return {
    kind: 'readItem',
    ...itemTarget(request),
    partitionKey: requiredPartitionKey(request),
    id: request.path.names[2]!,
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
  }
}

export const parseCreateItem = (request: WireRequest): ItemOperation => parseWrite(request, 'createItem')
export const parseUpsertItem = (request: WireRequest): ItemOperation => parseWrite(request, 'upsertItem')

function parseWrite(request: WireRequest, kind: 'createItem' | 'upsertItem'): ItemOperation {
  refuseUnsupported(request)
  const partitionKey = partitionKeyOf(request)
  return {
    kind,
    ...itemTarget(request),
    ...(partitionKey !== undefined && partitionKey.length > 0 && { partitionKey }),
    item: parseResource(request.body),
    ...ifMatchOf(request),
  }
}

export function parseReplaceItem(request: WireRequest): ItemOperation {
  return { kind: 'replaceItem', ...oneItem(request), item: parseResource(request.body) }
}

export function parsePatchItem(request: WireRequest): ItemOperation {
  return { kind: 'patchItem', ...oneItem(request), patch: parsePatch(parseJson(request.body)) }
}

export function parseDeleteItem(request: WireRequest): ItemOperation {
  return { kind: 'deleteItem', ...oneItem(request) }
}

function oneItem(request: WireRequest) {
  refuseUnsupported(request)
  return {
    ...itemTarget(request),
    partitionKey: requiredPartitionKey(request),
    id: request.path.names[2]!,
    ...ifMatchOf(request),
  }
}

function ifMatchOf(request: WireRequest): { ifMatch?: string } {
  const ifMatch = header(request, names.ifMatch)
  return ifMatch === undefined ? {} : { ifMatch }
}

const patchOps = new Set(['add', 'set', 'replace', 'remove', 'incr', 'move'])
/** Azure's documented limit of operations in one patch. */
const patchOperationsMax = 10

/** `{operations, condition?}`, or the operations alone. */
export function parsePatch(body: Json): PatchSpecification {
  const { operations, condition } = isObject(body) ? body : { operations: body, condition: undefined }
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new Refused(badRequest('A patch must have at least one operation.'))
  }
  if (operations.length > patchOperationsMax) {
    throw new Refused(badRequest(`A patch must not have more than ${patchOperationsMax} operations.`))
  }
  if (condition !== undefined && typeof condition !== 'string') {
    throw new Refused(badRequest("A patch's condition must be a string."))
  }
  return { ...(condition !== undefined && { condition }), operations: operations.map(parsePatchOperation) }
}

function parsePatchOperation(operation: Json): PatchSpecification['operations'][number] {
  if (!isObject(operation) || !isKnownOp(operation.op) || typeof operation.path !== 'string') {
    throw new Refused(badRequest(`A patch operation needs a path and an op of ${[...patchOps].join(', ')}.`))
  }
  const { op, path, value, from } = operation as JsonObject & { path: string }
  return {
    op: op as PatchSpecification['operations'][number]['op'],
    path,
    ...(value !== undefined && { value }),
    ...(typeof from === 'string' && { from }),
  }
}

const isKnownOp = (op: Json | undefined): boolean => typeof op === 'string' && patchOps.has(op)
