import { isSessionUnavailable } from '../protocol/status.ts'
import type { Attempt } from './observation.ts'

export const retryReasons = ['session', 'throttle', 'endpoint', 'timeout', 'connection'] as const
export type RetryReason = (typeof retryReasons)[number]

/**
 * Why the SDK tried again, one reason a retry, read off the attempts: each failed attempt that another of the same
 * purpose followed. Pages of one query follow successes and so are no retries.
 */
export function retriesOf(attempts: readonly Attempt[]): RetryReason[] {
  const reasons: RetryReason[] = []
  attempts.forEach((attempt, index) => {
    const reason = reasonToRetry(attempt)
    if (reason && attempts.slice(index + 1).some((later) => later.purpose === attempt.purpose)) reasons.push(reason)
  })
  return reasons
}

function reasonToRetry({ status, substatus, failure }: Attempt): RetryReason | undefined {
  if (status === undefined) return failure ?? 'connection'
  if (isSessionUnavailable(status, substatus)) return 'session'
  if (status === 429) return 'throttle'
  if (status === 408) return 'timeout'
  if (status === 503 || status === 403 || status === 410 || status === 449 || status >= 500) return 'endpoint'
  return undefined
}
