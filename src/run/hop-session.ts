import { type Ideal, joinIdeal, nothingKnown } from '../domain/context.ts'
import { SessionToken } from '../protocol/session-token.ts'
import { WireToken } from '../protocol/wire-token.ts'

/** What one service knows within one run. Immutable. */
export interface HopSession {
  /** What it should know, were every token carried intact. */
  readonly ideal: Ideal
  /** The token that carries brought to it. */
  readonly delivered: WireToken | undefined
  /** Of that, what lies where a new client finds it again: on the device, in the shared store. */
  readonly kept: WireToken | undefined
  /** The unsatisfiable token that should have been delivered; undefined: none was sent. */
  readonly canary: SessionToken | undefined
  /** The merge of the tokens of its own answers in this run. */
  readonly received: SessionToken
}

export const freshSession: HopSession = {
  ideal: nothingKnown,
  delivered: undefined,
  kept: undefined,
  canary: undefined,
  received: SessionToken.empty,
}

/**
 * The token that the service puts on its operations: what it was handed, brought up to date with its own answers.
 * Handed nothing, it passes nothing, and its client falls back on what it remembers. A canary goes out as it came: its answers
 * would make it satisfiable.
 */
export function tokenToSend({ delivered, received, canary }: HopSession): WireToken | undefined {
  if (canary !== undefined || delivered?.parsed === undefined || received.isEmpty) return delivered
  return WireToken.from(delivered.parsed.merge(received))
}

/** The token that the service hands on: what it was handed and what it received. */
export function tokenToCarry(session: HopSession): WireToken | undefined {
  return tokenToSend(session) ?? (session.received.isEmpty ? undefined : WireToken.from(session.received))
}

export function afterAnswer(session: HopSession, ideal: Ideal, answered: WireToken | undefined): HopSession {
  const received = answered?.parsed ? session.received.merge(answered.parsed) : session.received
  return { ...session, ideal, received }
}

/** What a carry brings besides the knowledge of the hop that it left. */
export interface Delivery {
  readonly arrived: WireToken | undefined
  /** Whether the carrier keeps it for a hop that begins anew. */
  readonly isKept: boolean
  readonly canary: SessionToken | undefined
}

export const afterCarry = (to: HopSession, from: HopSession, { arrived, isKept, canary }: Delivery): HopSession => ({
  ...to,
  ideal: joinIdeal(to.ideal, from.ideal),
  delivered: handOver(to.delivered, arrived),
  kept: isKept ? handOver(to.kept, arrived) : to.kept,
  canary: canary && to.canary ? to.canary.merge(canary) : (canary ?? to.canary),
})

/** A damaged token replaces nothing that parses, but is kept when it is all there is: applications pass on what they get. */
const handOver = (known: WireToken | undefined, arrived: WireToken | undefined): WireToken | undefined =>
  arrived?.parsed && known?.parsed ? WireToken.from(known.parsed.merge(arrived.parsed)) : (arrived ?? known)

/** The user is the same and expects to see what was written; of the tokens, only what was kept is there. */
export const afterReconnect = (session: HopSession): HopSession => ({
  ...session,
  delivered: session.kept,
  received: SessionToken.empty,
})
