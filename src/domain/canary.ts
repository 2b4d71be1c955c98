import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import { SessionToken } from '../protocol/session-token.ts'
import { isSessionUnavailable } from '../protocol/status.ts'
import type { Finding } from './finding.ts'
import type { Attempt } from './observation.ts'

/** So far ahead that no container gets there, and so near that the sum of a few stays exact in the SDK's arithmetic (2^53). */
const farAheadLsn = 1_000_000_000_000n

/**
 * A token that no replica can satisfy: each range's progress far ahead of what `token` says, under the same version and regions, so
 * that it merges with real ones like any other.
 */
export const unsatisfiable = (token: SessionToken): SessionToken =>
  SessionToken.of(
    token.rangeIds.map((range) => {
      const { version, globalLsn, localLsns } = token.forRange(range)!
      return [
        range,
        {
          version,
          globalLsn: globalLsn + farAheadLsn,
          localLsns: new Map([...localLsns].map(([region, lsn]) => [region, lsn + farAheadLsn])),
        },
      ]
    }),
  )

/**
 * What became of a canary that was sent to a reading hop. `answered`: it was on the wire, and the service said that it cannot serve it
 * (404/1002). `lost`: the read went out without it. `ignored`: it was on the wire, and the service answered as if it were
 * nothing. `unknown`: the wire does not show it.
 */
export const canaryStates = ['answered', 'lost', 'ignored', 'unknown'] as const
export type CanaryState = (typeof canaryStates)[number]

/** Reads the wire of one read. Nothing but Session consistency looks at tokens, so at another level a missing one is all that shows. */
export function canaryState(
  attempts: readonly Attempt[],
  expected: SessionToken,
  level: ConsistencyLevel,
): CanaryState {
  const tries = attempts.filter((attempt) => attempt.purpose === 'operation')
  const [first] = tries
  if (first === undefined) return 'unknown'
  // Any canary will do: a queue may bring that of an earlier run.
  const carriesCanary = ({ sent }: Attempt) =>
    expected.rangeIds.every((range) => (sent?.parsed?.forRange(range)?.globalLsn ?? 0n) >= farAheadLsn)
  if (!carriesCanary(first)) return 'lost'
  const carrying = tries.filter(carriesCanary)
  if (carrying.some(({ status, substatus }) => status !== undefined && isSessionUnavailable(status, substatus)))
    return 'answered'
  const isServed = ({ status, received }: Attempt) =>
    status === 200 && received?.parsed?.rangeIds.some((range) => expected.rangeIds.includes(range)) === true
  return level === 'Session' && carrying.some(isServed) ? 'ignored' : 'unknown'
}

export const canaryFinding = (state: CanaryState): Finding | undefined =>
  state === 'lost' ? 'canary-lost' : state === 'ignored' ? 'canary-ignored' : undefined
