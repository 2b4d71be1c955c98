import type { PipelineRequest } from '@azure/core-rest-pipeline'
import type { Attempt } from '../domain/observation.ts'
import { headers } from '../protocol/headers.ts'

/** What a request is about, read off its URL and headers. */
export interface Place {
  /** `https://host:port`, without a slash, as the request names it. */
  readonly origin: string
  readonly purpose: Attempt['purpose']
  readonly isWrite: boolean
  /** `GET /dbs/{id}/colls/{id}`. */
  readonly isContainerRead: boolean
}

export function locate({ url, method, headers: sent }: Pick<PipelineRequest, 'url' | 'method' | 'headers'>): Place {
  const pathStart = url.indexOf('/', url.indexOf('//') + 2)
  const origin = pathStart < 0 ? url : url.slice(0, pathStart)
  const inContainer = pathStart < 0 ? undefined : belowContainer(url, pathStart)
  const isOnDocuments = inContainer === 'docs' || inContainer?.startsWith('docs/') === true
  const isPlan = isOnDocuments && sent.has(headers.isQueryPlan)
  return {
    origin,
    purpose: isPlan ? 'query-plan' : isOnDocuments ? 'operation' : 'metadata',
    isWrite: isOnDocuments && !isPlan && method !== 'GET' && !sent.has(headers.isQuery),
    isContainerRead: inContainer === '' && method === 'GET',
  }
}

/** As `URL.origin` spells it: Azure announces `https://….documents.azure.com:443/`, and the SDK asks just so. */
export function plainOrigin(origin: string): string {
  if (origin.endsWith(':443') && origin.startsWith('https:')) return origin.slice(0, -4)
  return origin.endsWith(':80') && origin.startsWith('http:') ? origin.slice(0, -3) : origin
}

/** Of `/dbs/{id}/colls/{id}/docs/{id}` the part after the container; undefined when the path names no container. */
function belowContainer(url: string, pathStart: number): string | undefined {
  // The SDK joins endpoint and path with one slash or two.
  const start = url.startsWith('//', pathStart) ? pathStart + 1 : pathStart
  if (!url.startsWith('/dbs/', start)) return undefined
  const databaseEnd = url.indexOf('/', start + 5)
  if (databaseEnd < 0 || !url.startsWith('/colls/', databaseEnd)) return undefined
  const containerStart = databaseEnd + 7
  if (containerStart === url.length) return undefined
  const containerEnd = url.indexOf('/', containerStart)
  return containerEnd < 0 ? '' : url.slice(containerEnd + 1)
}
