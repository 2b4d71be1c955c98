import { headers as names } from '../../protocol/headers.ts'
import type { ItemOperation, Json } from '../operation.ts'
import { isObject, parseObject } from './body.ts'
import { badRequest, Refused } from './errors.ts'
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

function feedOf(request: WireRequest) {
  refuseUnsupported(request)
  const partitionKey = partitionKeyOf(request)
  const rangeId = header(request, names.partitionKeyRangeId)
  const pageSize = wholeNumberOf(request, names.maxItemCount)
  const continuation = header(request, names.continuation)
  return {
    kind: 'queryItems' as const,
    ...itemTarget(request),
    ...(partitionKey !== undefined && partitionKey.length > 0 && { partitionKey }),
    ...(rangeId !== undefined && { rangeId }),
    // -1 leaves the size of a page to the service, as no header does.
    ...(pageSize !== undefined && pageSize > 0 && { maxItemCount: pageSize }),
    ...(continuation !== undefined && continuation !== '' && { continuation }),
  }
}
