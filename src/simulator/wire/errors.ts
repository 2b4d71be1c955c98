import type { Reply } from '../operation.ts'

/** Every answer of 400 and above has a JSON body with a message: the SDK throws a TypeError on an empty one. */
const codes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  431: 'RequestHeaderFieldsTooLarge',
  500: 'InternalServerError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
}

/** A refusal that the wire itself makes; it reaches no replica and costs nothing. */
export function refusal(status: number, message: string): Reply {
  return { status, body: { code: codes[status] ?? 'Error', message }, requestCharge: 0 }
}

/** What the simulator leaves out it refuses by name, never with a wrong answer. */
export const notImplemented = (feature: string): Reply =>
  refusal(501, `The simulator does not support ${feature}. See docs/simulator.md for what it does support.`)

export const badRequest = (message: string): Reply => refusal(400, message)

/** Thrown by a parser for input that it cannot read; the request handler answers with it. */
export class Refused extends Error {
  readonly reply: Reply

  constructor(reply: Reply) {
    super(`refused with ${reply.status}`)
    this.reply = reply
  }
}
