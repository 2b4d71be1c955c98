import { type TokenState, uncovering } from './token-state.ts'
import { isStale, type Verdict } from './verdict.ts'

/**
 * What verdict and token state mean together (verdicts.md), worst first.
 * `unexplained`: stale, and the token's state cannot be known, so no cause is named.
 */
export const findings = [
  'broken-promise',
  'silent-downgrade-seen',
  'token-loss-seen',
  'unexplained',
  'silent-downgrade-lucky',
  'token-loss-latent',
  'kept',
] as const
export type Finding = (typeof findings)[number]

/** Undefined when nothing can be concluded: no judged answer, or a fresh one whose token cannot be known. */
export function findingOf(verdict: Verdict, token: TokenState): Finding | undefined {
  const stale = isStale(verdict)
  if (!stale && verdict !== 'fresh') return undefined
  if (token === 'intact') return stale ? 'broken-promise' : 'kept'
  if (token === 'dropped') return stale ? 'silent-downgrade-seen' : 'silent-downgrade-lucky'
  if (uncovering.has(token)) return stale ? 'token-loss-seen' : 'token-loss-latent'
  return stale ? 'unexplained' : undefined
}

/** The one that a run is remembered by. */
export const worstFinding = (found: readonly Finding[]): Finding | undefined =>
  findings.find((finding) => found.includes(finding))
