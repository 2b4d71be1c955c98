import type { IncomingHttpHeaders } from 'node:http'
import { headers as names } from '../../protocol/headers.ts'

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

const says = (headers: IncomingHttpHeaders, name: string): boolean => {
  const value = headers[name]
  return typeof value === 'string' && value.toLowerCase() === 'true'
}

/** Undefined for a method that the protocol does not use. The plan's header comes first: a plan request is a query too. */
export function verbOf(method: string, headers: IncomingHttpHeaders): Verb | undefined {
  if (method === 'GET' && headers[names.aIm] !== undefined) return 'GET_CHANGES'
  if (plain.has(method)) return method as Verb
  if (method !== 'POST') return undefined
  if (says(headers, names.isQueryPlan)) return 'POST_QUERY_PLAN'
  if (says(headers, names.isQuery) || headers['content-type']?.startsWith('application/query+json')) return 'POST_QUERY'
  if (says(headers, names.isBatch)) return says(headers, 'x-ms-cosmos-batch-atomic') ? 'POST_BATCH' : 'POST_BULK'
  return says(headers, names.isUpsert) ? 'POST_UPSERT' : 'POST'
}
