import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import { type TokenState, uncovering } from './token-state.ts'
import { isStale, type Verdict } from './verdict.ts'

/**
 * What verdict and token state mean together (verdicts.md), worst first.
 * `unexplained`: stale, and the token's state cannot be known, so no cause is named.
 * `unpromised`: stale at a consistency level that promises its reader nothing else, whatever the token.
 * `never-shown`: a poll waited for a write, and the write did not show within its bound.
 * `canary-ignored`: the service answered a token that nothing could satisfy. `canary-lost`: such a token did not reach the wire.
 */
export const findings = [
  'broken-promise',
  'canary-ignored',
  'silent-downgrade-seen',
  'token-loss-seen',
  'never-shown',
  'unexplained',
  'unpromised',
  'canary-lost',
  'silent-downgrade-lucky',
  'token-loss-latent',
  'kept',
] as const
export type Finding = (typeof findings)[number]

/**
 * What each level promises a reader of its own writes: always, where its token travelled, or nothing. BoundedStaleness bounds
 * how far behind a read may be, which is less than reading one's writes.
 * https://learn.microsoft.com/azure/cosmos-db/consistency-levels
 */
const promise: Record<ConsistencyLevel, 'always' | 'with-token' | 'none'> = {
  Strong: 'always',
  BoundedStaleness: 'none',
  Session: 'with-token',
  ConsistentPrefix: 'none',
  Eventual: 'none',
}

/**
 * `level` is the one that the read asked for. Undefined when nothing can be concluded: no judged answer, or a fresh one that
 * nothing promised or whose token cannot be known.
 */
export function findingOf(verdict: Verdict, token: TokenState, level: ConsistencyLevel): Finding | undefined {
  const stale = isStale(verdict)
  if (!stale && verdict !== 'fresh') return undefined
  if (promise[level] === 'none') return stale ? 'unpromised' : undefined
  if (promise[level] === 'always' || token === 'intact') return stale ? 'broken-promise' : 'kept'
  if (token === 'dropped') return stale ? 'silent-downgrade-seen' : 'silent-downgrade-lucky'
  if (uncovering.has(token)) return stale ? 'token-loss-seen' : 'token-loss-latent'
  return stale ? 'unexplained' : undefined
}

/** The one that a run is remembered by. */
export const worstFinding = (found: readonly Finding[]): Finding | undefined =>
  findings.find((finding) => found.includes(finding))
