import { inspect } from 'node:util'
import { type ParsedSessionToken, SessionToken } from './session-token.ts'

/**
 * A session token as it travels: text that may or may not parse, because a damaged token is carried and sent on all the same.
 * Prints without its text; `reveal()` is for the wire and the carriers.
 */
export class WireToken {
  readonly #text: string
  #result: ParsedSessionToken | undefined

  /** `token`: what the text says, where that is known already. */
  constructor(text: string, token?: SessionToken) {
    this.#text = text
    this.#result = token && { token }
  }

  /** Undefined when the text does not parse; then `problem` says why. Parsed when first asked for: most tokens never are. */
  get parsed(): SessionToken | undefined {
    const result = this.#parse()
    return 'token' in result ? result.token : undefined
  }

  get problem(): string | undefined {
    const result = this.#parse()
    return 'problem' in result ? result.problem : undefined
  }

  static from(token: SessionToken): WireToken {
    return new WireToken(token.reveal(), token)
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

  #parse(): ParsedSessionToken {
    this.#result ??= SessionToken.parse(this.#text)
    return this.#result
  }
}
