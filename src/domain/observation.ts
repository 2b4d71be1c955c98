import { isSessionUnavailable, statusMeaning } from '../protocol/status.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { ReadKind, WriteKind } from './scenario.ts'

/** One HTTP exchange, as the wire showed it. */
export interface Attempt {
  /** `operation`: on the documents themselves. `query-plan`, `metadata`: what the SDK asks besides. */
  readonly purpose: 'operation' | 'query-plan' | 'metadata'
  /** Region of the endpoint contacted, or its host name when the account names no such region. */
  readonly region: string
  /** Undefined when no answer came; then `failure` says why. */
  readonly status: number | undefined
  readonly substatus: number | undefined
  readonly failure: 'timeout' | 'connection' | undefined
  readonly requestCharge: number
  readonly durationMs: number
  /** The session token that was sent; undefined when the request carried none. */
  readonly sent: WireToken | undefined
  /** The session token that the answer carried. */
  readonly received: WireToken | undefined
  /** By which the service's own support finds the exchange; absent where no answer named one. */
  readonly activityId?: string | undefined
}

/** `request`: to an endpoint of the user's own. */
export type OperationKind = WriteKind | ReadKind | 'request'

/** The OpenTelemetry name of each operation (semantic conventions for Azure Cosmos DB, `db.operation.name`). */
export const operationName: Record<OperationKind, string> = {
  create: 'create_item',
  upsert: 'upsert_item',
  replace: 'replace_item',
  patch: 'patch_item',
  delete: 'delete_item',
  point: 'read_item',
  query: 'query_items',
  'cross-partition-query': 'query_items',
  batch: 'execute_batch',
  'batch-of-points': 'execute_batch',
  changeFeed: 'query_change_feed',
  request: 'request',
}

/** Why there is no answer to judge. */
export type FailureReason =
  | 'session-unavailable'
  | 'throttled'
  | 'timeout'
  | 'connection'
  | 'refused'
  | 'error'
  /** Something on the way to a hop elsewhere answered in its place, with what it had kept. */
  | 'cached-answer'

/** `refused`: certainly did not happen. `indeterminate`: may have happened. */
export const writeOutcomes = ['succeeded', 'refused', 'indeterminate'] as const
export type WriteOutcome = (typeof writeOutcomes)[number]

export type ReadResult =
  | { readonly kind: 'found'; readonly version: number; readonly owner: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly reason: FailureReason }

/** What one operation at one hop returned, when, where and at what charge. */
export interface Observation {
  readonly hop: string
  readonly operation: OperationKind
  readonly documentId: string
  readonly startedAtMs: number
  readonly durationMs: number
  readonly attempts: readonly Attempt[]
  /** The surfaced answer; undefined when there was none. */
  readonly status: number | undefined
  readonly substatus: number | undefined
  /** W3C span id under which it went out in the trace of its run; absent where no request of ours carried one. */
  readonly spanId?: string
}

/** Whether an exchange brought what a replica knows: 207 the results of a batch, 304 that a change feed has nothing new. */
export const bringsAnswer = (status: number | undefined): boolean => status === 200 || status === 207 || status === 304

/** Why an exchange counts as failed, from the surfaced status or the last attempt's failure. */
export function failureReason(
  status: number | undefined,
  substatus: number | undefined,
  failure: Attempt['failure'],
): FailureReason {
  if (status === undefined) return failure ?? 'error'
  if (isSessionUnavailable(status, substatus)) return 'session-unavailable'
  if (status === 429) return 'throttled'
  if (status === 408) return 'timeout'
  return statusMeaning(status, substatus).certainty === 'definite' ? 'refused' : 'error'
}

/** Whether nobody can tell if this try was carried out, or still will be. */
const isDoubtful = ({ purpose, status, substatus }: Attempt): boolean =>
  purpose === 'operation' && (status === undefined || statusMeaning(status, substatus).certainty === 'indeterminate')

/**
 * Whether more than one try of a write may be carried out: the success of a later one does not call back one in doubt, which may land
 * on top of what was written since.
 */
export const mayHappenTwice = (attempts: readonly Attempt[]): boolean =>
  attempts.filter((attempt) => isDoubtful(attempt) || (attempt.purpose === 'operation' && attempt.status! < 300))
    .length > 1

/**
 * What became of a write. A request that got no answer may have been carried out, and an earlier indeterminate attempt of
 * the same operation leaves its doubt behind; an operation of which nothing was sent was certainly refused.
 */
export function writeOutcome(
  attempts: readonly Attempt[],
  status: number | undefined,
  substatus: number | undefined,
): WriteOutcome {
  if (status !== undefined && status >= 200 && status < 300) return 'succeeded'
  if (attempts.some(isDoubtful)) return 'indeterminate'
  if (status === undefined)
    return attempts.some((attempt) => attempt.purpose === 'operation') ? 'indeterminate' : 'refused'
  return statusMeaning(status, substatus).certainty === 'definite' ? 'refused' : 'indeterminate'
}

export const requestUnits = (observation: Observation): number =>
  observation.attempts.reduce((sum, attempt) => sum + attempt.requestCharge, 0)
