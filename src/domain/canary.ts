import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import { type Ancestry, SessionToken } from '../protocol/session-token.ts'
import { isSessionUnavailable } from '../protocol/status.ts'
import type { Finding } from './finding.ts'
import { type Attempt, bringsAnswer } from './observation.ts'

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

/**
 * Reads the wire of one read. `expected` is the canary that was sent to the hop, `range` the one that holds the document, where it is known.
 * At other levels than Session the service looks at no token, and to answer one proves nothing. After a split a canary of the
 * parent binds its children.
 */
export function canaryState(
  attempts: readonly Attempt[],
  expected: SessionToken,
  range: string | undefined,
  level: ConsistencyLevel,
  ancestry?: Ancestry,
): CanaryState {
  const tries = attempts.filter((attempt) => attempt.purpose === 'operation')
  const [first] = tries
  if (first === undefined) return 'unknown'
  const wanted = expected.rangeIds.filter((id) => id === range)
  const ranges = wanted.length > 0 ? wanted : expected.rangeIds
  const carries = (attempt: Attempt) => ranges.some((id) => hasCanary(attempt, id, ancestry))
  if (!carries(first)) return 'lost'
  const carrying = tries.filter(carries)
  if (carrying.some(({ status, substatus }) => status !== undefined && isSessionUnavailable(status, substatus)))
    return 'answered'
  // A range that has a newer version since owes nothing to a token of an older one.
  const isServed = (attempt: Attempt) =>
    bringsAnswer(attempt.status) &&
    attempt.received?.parsed?.rangeIds.some(
      (id) => hasCanary(attempt, id) && versionOf(attempt.sent, id) === versionOf(attempt.received, id),
    ) === true
  return level === 'Session' && carrying.some(isServed) ? 'ignored' : 'unknown'
}

/** Any canary will do: a queue may bring that of an earlier run, a fault may change a digit. */
const hasCanary = ({ sent }: Attempt, range: string, ancestry?: Ancestry): boolean =>
  (sent?.parsed?.forRange(range, ancestry)?.globalLsn ?? 0n) >= farAheadLsn / 2n

const versionOf = (token: Attempt['sent'], range: string) => token?.parsed?.forRange(range)?.version

export const canaryFinding = (state: CanaryState): Finding | undefined =>
  state === 'lost' ? 'canary-lost' : state === 'ignored' ? 'canary-ignored' : undefined
