import { type Ancestry, covers, type SessionToken } from '../protocol/session-token.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { Claim, Ideal } from './context.ts'
import { type Attempt, bringsAnswer } from './observation.ts'

/**
 * How the token on the wire stood to the ideal token, on the attempt that produced the answer (verdicts.md).
 * `unclaimed`, besides: nothing was carried to the hop, so there is nothing that the token should have covered.
 */
export const tokenStates = [
  'intact',
  'lost',
  'behind',
  'foreign',
  'malformed',
  'dropped',
  'unknown',
  'unsupported',
  'unclaimed',
] as const
export type TokenState = (typeof tokenStates)[number]

/** The states in which the read was not protected by its own token: the numerator of the token-loss rate. */
export const uncovering: ReadonlySet<TokenState> = new Set(['lost', 'behind', 'foreign', 'malformed'])
/** The denominator: reads with a claim whose token state is known. */
export const isKnownState = (state: TokenState): boolean =>
  state === 'intact' || state === 'dropped' || uncovering.has(state)

const noAncestors: Ancestry = () => []

/** The token's state for one document of a read. */
export function tokenState(
  attempts: readonly Attempt[],
  ideal: Ideal,
  claim: Claim | undefined,
  ancestry: Ancestry = noAncestors,
): TokenState {
  if (claim?.certain === undefined) return 'unclaimed'
  const tries = attempts.filter((attempt) => attempt.purpose === 'operation')
  // The claimed version came without a token. Where no answer ever carried one, the server issues none; else it was kept
  // from us (fetchAll() drops it), and what would have covered the claim cannot be known.
  if (claim.range === undefined) return ideal.token.isEmpty ? 'unsupported' : 'unknown'
  const { range: claimed } = claim
  const speaking = tries.filter(
    (attempt) => bringsAnswer(attempt.status) && answeredRanges(attempt, claimed, ancestry).length > 0,
  )
  const answering = speaking.at(-1) ?? tries.at(-1)
  if (answering === undefined) return 'unknown'

  const answered = answeredRanges(answering, claimed, ancestry)
  // The answer spoke for ranges that are not known to come from the claimed one: a split that nobody has told us of.
  if (answered.length === 0 && answering.received?.parsed?.isEmpty === false) return 'unknown'
  if (answered.length === 0 || answered.includes(claimed))
    return stateInRange(tries, answering, ideal.token, claimed, ancestry)
  // Several children of a split range, in one answer or in one each, do not tell which of them has the document.
  const lastFor = new Map<string, Attempt>()
  for (const attempt of speaking.length === 0 ? [answering] : speaking)
    for (const range of answeredRanges(attempt, claimed, ancestry)) if (range !== claimed) lastFor.set(range, attempt)
  const [state, ...others] = [...lastFor].map(([range, attempt]) =>
    stateInRange(tries, attempt, ideal.token, range, ancestry),
  )
  return others.every((other) => other === state) ? state! : 'unknown'
}

function stateInRange(
  tries: readonly Attempt[],
  answering: Attempt,
  ideal: SessionToken,
  range: string,
  ancestry: Ancestry,
): TokenState {
  const state = wireTokenState(answering.sent, ideal, range, ancestry)
  if (state === 'intact') return state
  const earlier = tries.slice(0, tries.indexOf(answering))
  const wasIntact = earlier.some((attempt) => wireTokenState(attempt.sent, ideal, range, ancestry) === 'intact')
  return wasIntact ? 'dropped' : state
}

/** After a split the answer names children of the range that took the write. */
function answeredRanges(attempt: Attempt, claimed: string, ancestry: Ancestry): readonly string[] {
  const ids = attempt.received?.parsed?.rangeIds ?? []
  return ids.includes(claimed) ? [claimed] : ids.filter((id) => ancestry(id).includes(claimed))
}

/** One token against what it should have covered in one range: on the wire, or as a carrier delivered it. */
export function wireTokenState(
  sent: WireToken | undefined,
  ideal: SessionToken,
  range: string,
  ancestry: Ancestry = noAncestors,
): TokenState {
  if (sent === undefined || sent.bytes === 0) return 'lost'
  if (sent.parsed === undefined) return 'malformed'
  const have = sent.parsed.forRange(range, ancestry)
  if (have === undefined) return 'foreign'
  if (covers(sent.parsed, ideal, range, ancestry)) return 'intact'
  const need = ideal.forRange(range, ancestry)
  // A newer version whose LSN restarted lower cannot be ordered against the older one (decision 0001).
  const isNewerVersion = need?.version !== undefined && have.version !== undefined && have.version > need.version
  return isNewerVersion ? 'unknown' : 'behind'
}
