import { type Ideal, joinIdeal, nothingKnown } from '../domain/context.ts'
import { SessionToken } from '../protocol/session-token.ts'
import { WireToken } from '../protocol/wire-token.ts'

/** What one service knows within one run. Immutable. */
export interface HopSession {
  /** What it should know, were every token carried intact. */
  readonly ideal: Ideal
  /** The token that carries brought to it. */
  readonly delivered: WireToken | undefined
  /** The merge of the tokens of its own answers in this run. */
  readonly received: SessionToken
}

export const freshSession: HopSession = { ideal: nothingKnown, delivered: undefined, received: SessionToken.empty }

/**
 * The token that the service puts on its operations: what it was handed, brought up to date with its own answers.
 * Handed nothing, it passes nothing, and its client falls back on what it remembers.
 */
export function tokenToSend({ delivered, received }: HopSession): WireToken | undefined {
  if (delivered?.parsed === undefined || received.isEmpty) return delivered
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

/** A damaged token replaces nothing that parses, but is kept when it is all there is: applications pass on what they get. */
export function afterCarry(to: HopSession, from: HopSession, arrived: WireToken | undefined): HopSession {
  const delivered =
    arrived?.parsed && to.delivered?.parsed
      ? WireToken.from(to.delivered.parsed.merge(arrived.parsed))
      : (arrived ?? to.delivered)
  return { ...to, ideal: joinIdeal(to.ideal, from.ideal), delivered }
}
