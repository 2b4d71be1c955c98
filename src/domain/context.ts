import { SessionToken } from '../protocol/session-token.ts'
import type { WriteOutcome } from './observation.ts'

/** A version of a probe document (0 or more), and whether the document exists at it: a delete is a version too. */
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
  /** Partition key range whose token came with the certain version; undefined when that version came without one. */
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
  const news: Claim =
    outcome === 'succeeded' ? certainly(written, token, claim) : { ...noClaim, indeterminate: [written] }
  return withToken(withClaim(ideal, documentId, joinClaims(claim, news)), token)
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
  return withToken(withClaim(ideal, documentId, joinClaims(claim, certainly(seen, token, claim))), token)
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

/** The later version, with its own range: a version that came without a token must not borrow an earlier one's. */
function joinClaims(left: Claim, right: Claim): Claim {
  const isNew = (each: DocumentVersion) => !left.indeterminate.some((known) => isSameVersion(known, each))
  const ahead = (left.certain?.version ?? -1) - (right.certain?.version ?? -1)
  const newest = ahead < 0 ? right : left
  const range = ahead === 0 ? newerRange(left.range, right.range) : newest.range
  return {
    certain: newest.certain,
    indeterminate: [...left.indeterminate, ...right.indeterminate.filter(isNew)],
    range,
  }
}

const isSameVersion = (a: DocumentVersion, b: DocumentVersion): boolean =>
  a.version === b.version && a.present === b.present

/** Range ids only grow: where two answers named two ranges for one version, the higher is the child after a split. */
function newerRange(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right
  const order = left.length - right.length || (left < right ? -1 : 1)
  return order < 0 ? right : left
}

const withClaim = (ideal: Ideal, documentId: string, claim: Claim): Ideal => ({
  ...ideal,
  claims: new Map(ideal.claims).set(documentId, claim),
})

const withToken = (ideal: Ideal, token: SessionToken | undefined): Ideal =>
  token === undefined ? ideal : { ...ideal, token: ideal.token.merge(token) }

/** A point operation's token names exactly the range that holds the document; one of several ranges names it if known. */
function certainly(version: DocumentVersion, token: SessionToken | undefined, known: Claim): Claim {
  const ranges = token?.rangeIds ?? []
  const range = ranges.length === 1 ? ranges[0] : ranges.find((id) => id === known.range)
  return { certain: version, indeterminate: [], range }
}
