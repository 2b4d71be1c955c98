import { SessionToken } from '../protocol/session-token.ts'
import type { WriteOutcome } from './observation.ts'

/** A version of a probe document, and whether the document exists at it: a delete is a version too. */
export interface DocumentVersion {
  readonly version: number
  readonly present: boolean
}

/** What one document's reader may claim. */
export interface Claim {
  /** Highest version that is certain: acknowledged, or seen by a read. */
  readonly certain: DocumentVersion | undefined
  /** Versions that may have happened, early or late. */
  readonly indeterminate: readonly DocumentVersion[]
  /** Partition key range that answered for the document, where a token named one. */
  readonly range: string | undefined
}

/**
 * What a hop should know: the claims in its causal past, and the merge of the tokens that came with them.
 * One container's; documents by id.
 */
export interface Ideal {
  readonly claims: ReadonlyMap<string, Claim>
  readonly token: SessionToken
}

export const nothingKnown: Ideal = { claims: new Map(), token: SessionToken.empty }
const noClaim: Claim = { certain: undefined, indeterminate: [], range: undefined }

/** A refused write changes nothing; an indeterminate one may explain a later read; only a succeeded one makes a claim. */
export function afterWrite(
  ideal: Ideal,
  documentId: string,
  written: DocumentVersion,
  outcome: WriteOutcome,
  token: SessionToken | undefined,
): Ideal {
  if (outcome === 'refused') return withToken(ideal, token)
  const claim = ideal.claims.get(documentId) ?? noClaim
  const next: Claim =
    outcome === 'succeeded'
      ? { ...claim, certain: later(claim.certain, written), range: rangeOf(token) ?? claim.range }
      : { ...claim, indeterminate: [...claim.indeterminate, written] }
  return withToken(withClaim(ideal, documentId, next), token)
}

/** A version seen is certain from then on, whoever acknowledged it. */
export function afterRead(
  ideal: Ideal,
  documentId: string,
  seen: DocumentVersion | undefined,
  token: SessionToken | undefined,
): Ideal {
  const claim = ideal.claims.get(documentId)
  if (seen === undefined || claim === undefined) return withToken(ideal, token)
  const next: Claim = { ...claim, certain: later(claim.certain, seen), range: rangeOf(token) ?? claim.range }
  return withToken(withClaim(ideal, documentId, next), token)
}

/** What a hop knows once a carry has reached it: its own past and the sender's. */
export function joinIdeal(mine: Ideal, theirs: Ideal): Ideal {
  const claims = new Map(mine.claims)
  for (const [documentId, claim] of theirs.claims) {
    const own = claims.get(documentId)
    claims.set(documentId, own ? joinClaims(own, claim) : claim)
  }
  return { claims, token: mine.token.merge(theirs.token) }
}

function joinClaims(left: Claim, right: Claim): Claim {
  const certain = right.certain ? later(left.certain, right.certain) : left.certain
  const known = new Map([...left.indeterminate, ...right.indeterminate].map((v) => [`${v.version}/${v.present}`, v]))
  return {
    certain,
    indeterminate: [...known.values()],
    range: (certain === right.certain ? right.range : left.range) ?? left.range ?? right.range,
  }
}

const later = (known: DocumentVersion | undefined, next: DocumentVersion): DocumentVersion =>
  known === undefined || next.version > known.version ? next : known

const withClaim = (ideal: Ideal, documentId: string, claim: Claim): Ideal => ({
  ...ideal,
  claims: new Map(ideal.claims).set(documentId, claim),
})

const withToken = (ideal: Ideal, token: SessionToken | undefined): Ideal =>
  token === undefined ? ideal : { ...ideal, token: ideal.token.merge(token) }

/** A point operation's answer names exactly the range that holds the document. */
const rangeOf = (token: SessionToken | undefined): string | undefined =>
  token?.rangeIds.length === 1 ? token.rangeIds[0] : undefined
