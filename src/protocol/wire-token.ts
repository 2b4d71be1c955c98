import { inspect } from 'node:util'
import { SessionToken } from './session-token.ts'

/**
 * A session token as it travels: text that may or may not parse, because a damaged token is carried and sent on all the same.
 * Prints without its text; `reveal()` is for the wire and the carriers.
 */
export class WireToken {
  readonly #text: string
  /** Undefined when the text does not parse; then `problem` says why. */
  readonly parsed: SessionToken | undefined
  readonly problem: string | undefined

  constructor(text: string) {
    this.#text = text
    const result = SessionToken.parse(text)
    if ('token' in result) this.parsed = result.token
    else this.problem = result.problem
  }

  static from(token: SessionToken): WireToken {
    return new WireToken(token.reveal())
  }

  get bytes(): number {
    return Buffer.byteLength(this.#text)
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return `WireToken(${this.bytes} bytes)`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}
