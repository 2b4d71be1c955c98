import type { Refused } from './errors.ts'
import type { PrintedReply } from './print-reply.ts'

/** By name in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** Of a header that is sent at most once. */
export function onlyValue(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** A request as it came in, before anything is made of it. */
export interface IncomingCall {
  readonly method: string
  readonly target: string
  readonly headers: RequestHeaders
  /** Hands over the whole body as text, or a refusal when it is too large. At most once, and never when the client leaves. */
  readBody(done: (text: string | Refused) => void): void
}

/** The way back to whoever sent a request. */
export interface Answering {
  /** The client has left, or an answer is on its way. */
  readonly isOver: boolean
  send(reply: PrintedReply): void
  /** Announces the whole body, sends half of it and closes. */
  sendHalf(reply: PrintedReply): void
  /** Cuts the connection. */
  reset(): void
}

export type TakeCall = (call: IncomingCall, answering: Answering) => void
