/** What a (status, substatus) pair means to somebody who must decide what happened and whether to try again. */
export interface StatusMeaning {
  readonly status: number
  /** Undefined matches any substatus not listed by itself. */
  readonly substatus?: number
  /** The service's own name for it, in kebab case. */
  readonly name: string
  /** For a write: `definite`, it certainly happened (2xx) or certainly did not; `indeterminate`, it may have happened. */
  readonly certainty: 'definite' | 'indeterminate'
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean
}

/** https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb and the SDKs' SubStatusCodes. */
const table: readonly StatusMeaning[] = [
  { status: 200, name: 'ok', certainty: 'definite', retryable: false },
  { status: 201, name: 'created', certainty: 'definite', retryable: false },
  { status: 204, name: 'no-content', certainty: 'definite', retryable: false },
  { status: 207, name: 'multi-status', certainty: 'definite', retryable: false },
  { status: 304, name: 'not-modified', certainty: 'definite', retryable: false },
  { status: 400, name: 'bad-request', certainty: 'definite', retryable: false },
  { status: 400, substatus: 1001, name: 'partition-key-mismatch', certainty: 'definite', retryable: false },
  { status: 400, substatus: 1004, name: 'cross-partition-query-not-servable', certainty: 'definite', retryable: false },
  { status: 401, name: 'unauthorized', certainty: 'definite', retryable: false },
  { status: 403, name: 'forbidden', certainty: 'definite', retryable: false },
  { status: 403, substatus: 3, name: 'write-forbidden', certainty: 'definite', retryable: true },
  { status: 403, substatus: 1008, name: 'database-account-not-found', certainty: 'definite', retryable: true },
  { status: 404, name: 'not-found', certainty: 'definite', retryable: false },
  { status: 404, substatus: 1002, name: 'read-session-not-available', certainty: 'definite', retryable: true },
  { status: 404, substatus: 1003, name: 'owner-resource-not-found', certainty: 'definite', retryable: false },
  { status: 405, name: 'method-not-allowed', certainty: 'definite', retryable: false },
  { status: 408, name: 'request-timeout', certainty: 'indeterminate', retryable: true },
  { status: 409, name: 'conflict', certainty: 'definite', retryable: false },
  { status: 410, name: 'gone', certainty: 'indeterminate', retryable: true },
  { status: 410, substatus: 1000, name: 'name-cache-is-stale', certainty: 'definite', retryable: true },
  { status: 410, substatus: 1002, name: 'partition-key-range-gone', certainty: 'definite', retryable: true },
  { status: 410, substatus: 1007, name: 'completing-split', certainty: 'definite', retryable: true },
  { status: 410, substatus: 1008, name: 'completing-partition-migration', certainty: 'definite', retryable: true },
  { status: 412, name: 'precondition-failed', certainty: 'definite', retryable: false },
  { status: 413, name: 'request-too-large', certainty: 'definite', retryable: false },
  { status: 423, name: 'locked', certainty: 'definite', retryable: true },
  { status: 424, name: 'failed-dependency', certainty: 'definite', retryable: false },
  { status: 429, name: 'throttled', certainty: 'definite', retryable: true },
  { status: 429, substatus: 3075, name: 'replication-backlog', certainty: 'definite', retryable: true },
  { status: 429, substatus: 3200, name: 'request-rate-too-large', certainty: 'definite', retryable: true },
  { status: 431, name: 'request-header-too-large', certainty: 'definite', retryable: false },
  { status: 449, name: 'retry-with', certainty: 'definite', retryable: true },
  { status: 500, name: 'internal-server-error', certainty: 'indeterminate', retryable: true },
  { status: 501, name: 'not-implemented', certainty: 'definite', retryable: false },
  { status: 502, name: 'bad-gateway', certainty: 'indeterminate', retryable: true },
  { status: 503, name: 'service-unavailable', certainty: 'indeterminate', retryable: true },
  { status: 504, name: 'gateway-timeout', certainty: 'indeterminate', retryable: true },
]

const exact = new Map(table.map((row) => [`${row.status}/${row.substatus ?? ''}`, row]))

/** The table's row for the pair; an unlisted status is read by its class, and an unlisted 5xx stays indeterminate. */
export function statusMeaning(status: number, substatus?: number): StatusMeaning {
  const known = exact.get(`${status}/${substatus ?? ''}`) ?? exact.get(`${status}/`)
  if (known) return known
  const isServerError = status >= 500
  return {
    status,
    name: `status-${status}`,
    certainty: isServerError || status < 200 ? 'indeterminate' : 'definite',
    retryable: isServerError,
  }
}

export const isAcknowledged = (status: number): boolean => status >= 200 && status < 300

/** 404/1002: no replica of this region could serve the session token in time. */
export const isSessionUnavailable = (status: number, substatus: number | undefined): boolean =>
  status === 404 && substatus === 1002
