import type { PipelineRequest } from '@azure/core-rest-pipeline'
import type { Attempt } from '../domain/observation.ts'
import { headers } from '../protocol/headers.ts'

/** What a request is about, read off its URL and headers. */
export interface Place {
  /** `https://host:port`, without a slash. */
  readonly origin: string
  readonly purpose: Attempt['purpose']
  readonly isWrite: boolean
  /** `GET /dbs/{id}/colls/{id}`. */
  readonly isContainerRead: boolean
}

export function locate({ url, method, headers: sent }: Pick<PipelineRequest, 'url' | 'method' | 'headers'>): Place {
  const pathStart = url.indexOf('/', url.indexOf('//') + 2)
  const origin = pathStart < 0 ? url : url.slice(0, pathStart)
  // The SDK joins endpoint and path with one slash or two: dbs, {id}, colls, {id}, docs, {id}.
  const segments = pathStart < 0 ? [] : url.slice(pathStart).split('/').filter(Boolean)
  const isOnContainer = segments[0] === 'dbs' && segments[2] === 'colls'
  const isOnDocuments = isOnContainer && segments[4] === 'docs'
  const isPlan = isOnDocuments && sent.has(headers.isQueryPlan)
  return {
    origin,
    purpose: isPlan ? 'query-plan' : isOnDocuments ? 'operation' : 'metadata',
    isWrite: isOnDocuments && !isPlan && method !== 'GET' && !sent.has(headers.isQuery),
    isContainerRead: isOnContainer && segments.length === 4 && method === 'GET',
  }
}
