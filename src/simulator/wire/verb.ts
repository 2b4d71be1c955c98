import { headers as names } from '../../protocol/headers.ts'
import { onlyValue, type RequestHeaders } from './exchange.ts'

/** HTTP methods, and the several things that Cosmos DB means by POST. */
export type Verb =
  | 'GET'
  | 'GET_CHANGES'
  | 'PUT'
  | 'PATCH'
  | 'DELETE'
  | 'POST'
  | 'POST_QUERY'
  | 'POST_QUERY_PLAN'
  | 'POST_UPSERT'
  | 'POST_BATCH'
  | 'POST_BULK'

const plain = new Set(['GET', 'PUT', 'PATCH', 'DELETE'])

const says = (headers: RequestHeaders, name: string): boolean => onlyValue(headers, name)?.toLowerCase() === 'true'

/** Undefined for a method that the protocol does not use. The plan's header comes first: a plan request is a query too. */
export function verbOf(method: string, headers: RequestHeaders): Verb | undefined {
  if (method === 'GET' && headers[names.aIm] !== undefined) return 'GET_CHANGES'
  if (plain.has(method)) return method as Verb
  if (method !== 'POST') return undefined
  if (says(headers, names.isQueryPlan)) return 'POST_QUERY_PLAN'
  if (says(headers, names.isQuery) || onlyValue(headers, 'content-type')?.startsWith('application/query+json'))
    return 'POST_QUERY'
  if (says(headers, names.isBatch)) return says(headers, 'x-ms-cosmos-batch-atomic') ? 'POST_BATCH' : 'POST_BULK'
  return says(headers, names.isUpsert) ? 'POST_UPSERT' : 'POST'
}
