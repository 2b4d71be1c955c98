import { headers as names } from '../../protocol/headers.ts'
import type { ItemOperation, Json } from '../operation.ts'
import { isObject, parseObject } from './body.ts'
import { badRequest, notImplemented, Refused } from './errors.ts'
import { header, itemTarget, partitionKeyOf, refuseUnsupported, type WireRequest, wholeNumberOf } from './request.ts'

export interface QueryText {
  readonly query: string
  readonly parameters?: readonly { readonly name: string; readonly value: Json }[]
}

/** The body of a query and of a query plan request: `{query, parameters?}`. */
export function parseQueryText(body: string): QueryText {
  const { query, parameters } = parseObject(body)
  if (typeof query !== 'string') throw new Refused(badRequest("A query's body needs the text under 'query'."))
  if (parameters === undefined || parameters === null) return { query }
  if (!Array.isArray(parameters)) throw new Refused(badRequest("A query's parameters must be an array."))
  return { query, parameters: parameters.map(parseParameter) }
}

function parseParameter(parameter: Json): { name: string; value: Json } {
  if (!isObject(parameter) || typeof parameter.name !== 'string' || !parameter.name.startsWith('@')) {
    throw new Refused(badRequest("A query parameter needs a name that begins with '@'."))
  }
  // JSON has no undefined: a parameter left out by the client is null, as the service reads it.
  return { name: parameter.name, value: parameter.value ?? null }
}

export const parseQueryItems = (request: WireRequest): ItemOperation => ({
  ...feedOf(request),
  ...parseQueryText(request.body),
})

/** `GET …/docs`: the whole container or partition, as the query that means the same. */
export const parseReadFeed = (request: WireRequest): ItemOperation => ({
  ...feedOf(request),
  query: 'SELECT * FROM c',
})

/** The change feed in its latest-version mode; the other one would need the deletes and the versions in between. */
export function parseReadChanges(request: WireRequest): ItemOperation {
  const mode = header(request, names.aIm)
  if (mode?.toLowerCase() !== 'incremental feed') {
    throw new Refused(notImplemented('the change feed in any mode but the latest version'))
  }
  const since = header(request, names.ifNoneMatch)
  const startTime = header(request, names.ifModifiedSince)
  const sinceWallMs = startTime === undefined ? undefined : Date.parse(startTime)
  if (Number.isNaN(sinceWallMs)) throw new Refused(badRequest('The header if-modified-since must be an HTTP date.'))
  return {
    kind: 'readChanges',
    ...targetOf(request),
    ...(since !== undefined && since !== '' && { since }),
    ...(sinceWallMs !== undefined && { sinceWallMs }),
  }
}

function feedOf(request: WireRequest) {
  const continuation = header(request, names.continuation)
  return {
    kind: 'queryItems' as const,
    ...targetOf(request),
    ...(continuation !== undefined && continuation !== '' && { continuation }),
  }
}

function targetOf(request: WireRequest) {
  refuseUnsupported(request)
  const partitionKey = partitionKeyOf(request)
  const rangeId = header(request, names.partitionKeyRangeId)
  const pageSize = wholeNumberOf(request, names.maxItemCount)
  const minInclusive = header(request, names.startEpk)
  const maxExclusive = header(request, names.endEpk)
  return {
    ...itemTarget(request),
    ...(partitionKey !== undefined && partitionKey.length > 0 && { partitionKey }),
    ...(rangeId !== undefined && { rangeId }),
    // -1 leaves the size of a page to the service, as no header does.
    ...(pageSize !== undefined && pageSize > 0 && { maxItemCount: pageSize }),
    ...(minInclusive !== undefined && maxExclusive !== undefined && { keyRange: { minInclusive, maxExclusive } }),
  }
}
