import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { Claim, Ideal } from './context.ts'
import { type Finding, findingOf } from './finding.ts'
import type { Attempt, FailureReason, ReadResult, WriteOutcome } from './observation.ts'
import type { TokenState } from './token-state.ts'
import { wireTokenState } from './token-state.ts'
import type { Verdict } from './verdict.ts'

/** What an endpoint answered, after redirects. */
export interface EndpointAnswer {
  /** Undefined when no answer came; then `failure` says why. */
  readonly status: number | undefined
  /** `refused`: no connection came about, so nothing was asked. */
  readonly failure: 'timeout' | 'connection' | 'refused' | undefined
  /** The version that the answer shows. */
  readonly version: number | undefined
  readonly token: WireToken | undefined
}

const isExpected = (status: number, expect: readonly number[]): boolean =>
  expect.length > 0 ? expect.includes(status) : status >= 200 && status < 300

/** Statuses by which a server says that it did not do what it was asked; others above 399 leave a doubt. */
const certainRefusals: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 429,
  431,
])

/**
 * What became of a write at a service of which nothing but its answers is known. An answer that nobody expected, a redirect that
 * led nowhere or a success of another kind among them, claims nothing.
 */
export function endpointWriteOutcome(
  { status, failure }: Pick<EndpointAnswer, 'status' | 'failure'>,
  expect: readonly number[],
): WriteOutcome {
  if (status === undefined) return failure === 'refused' ? 'refused' : 'indeterminate'
  if (isExpected(status, expect)) return 'succeeded'
  return certainRefusals.has(status) ? 'refused' : 'indeterminate'
}

/** `missing` is the status that means "there is no such thing". Without a version an answer tells nothing. */
export function endpointReadResult(
  { status, failure, version }: Omit<EndpointAnswer, 'token'>,
  expect: readonly number[],
  missing: number | undefined,
  owner: string,
): ReadResult {
  if (status === undefined) return { kind: 'failed', reason: failure === 'timeout' ? 'timeout' : 'connection' }
  if (status === missing) return { kind: 'not-found' }
  if (!isExpected(status, expect)) return { kind: 'failed', reason: reasonOf(status) }
  return version === undefined ? { kind: 'failed', reason: 'error' } : { kind: 'found', version, owner }
}

function reasonOf(status: number): FailureReason {
  if (status === 429) return 'throttled'
  if (status === 408 || status === 504) return 'timeout'
  return certainRefusals.has(status) ? 'refused' : 'error'
}

/** A service shows its wire only by the token that it names; one that names none leaves the state unknown. */
export function endpointTokenState(shown: WireToken | undefined, ideal: Ideal, claim: Claim | undefined): TokenState {
  if (claim?.certain === undefined) return 'unclaimed'
  if (claim.range === undefined || shown === undefined) return 'unknown'
  return wireTokenState(shown, ideal.token, claim.range)
}

/**
 * What a read at an endpoint means. A token that the service shows is its word, not the wire: it may show one and answer from a cache of its
 * own. So no broken promise, which would accuse the account: nobody saw it asked.
 */
export function endpointFinding(verdict: Verdict, token: TokenState, level: ConsistencyLevel): Finding | undefined {
  const finding = findingOf(verdict, token, level)
  return finding === 'broken-promise' ? 'unexplained' : finding
}

/** How an exchange that never came about shows among the attempts. */
export const attemptFailure = (failure: EndpointAnswer['failure']): Attempt['failure'] =>
  failure === 'refused' ? 'connection' : failure
