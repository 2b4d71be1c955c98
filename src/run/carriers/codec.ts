import type { LimitedServer, SizeLimit } from '../../domain/scenario.ts'
import { arrived, type Carrier, lostBecause } from './carrier.ts'

/**
 * How a token is written into one part of a request and read out of it again. Pure, so that it serves a carry within this
 * process and both ends of a real request. What is decoded is not yet judged: a damaged text is decoded as such systems do.
 */
export interface Codec {
  /** The header field, in small letters; `body` for the request's body. */
  readonly field: string
  encode(token: string): string
  /** Undefined: no token is in it. */
  decode(text: string): string | undefined
  /** In bytes of the encoded text; what browsers or a specification set, whatever the scenario says. */
  readonly limitBytes: number
  /** In bytes of the encoded text; what proxies usually take, where the scenario says nothing else. */
  readonly usualLimitBytes: number
  readonly requestBytes: (text: string) => RequestBytes
}

/** How servers count the part of a request that holds the text. */
export interface RequestBytes {
  /** The line with its end. */
  readonly line: number
  /** The name and the value of a header field, or the target alone. */
  readonly content: number
}

export const headerBytes =
  (field: string) =>
  (text: string): RequestBytes => {
    const content = field.length + Buffer.byteLength(text)
    return { content, line: content + ': \r\n'.length }
  }

/** A carry by one request whose sender knows nothing of earlier ones. */
export const byRequest = (codec: Codec): Carrier => ({
  carry(token, { options, damage }) {
    const text = codec.encode(token)
    if (!isWithin(codec, text, options.limit)) return lostBecause('over-limit')
    const delivery = arrived(codec.decode(damage(text)))
    // A codec that leaves out what is too large says so by leaving it out.
    const wasLeftOut = delivery.token === undefined && codec.decode(text) === undefined
    return wasLeftOut ? lostBecause('over-limit') : delivery
  },
})

/**
 * Whether servers on the way take the request. One that refuses it answers 400, 414 or 431, and the user arrives on a second
 * try without the token: so the token is lost, and the journey goes on.
 */
export function isWithin(codec: Codec, text: string, limit: SizeLimit | undefined): boolean {
  const bytes = Buffer.byteLength(text)
  if (bytes > codec.limitBytes) return false
  if (limit === undefined) return bytes <= codec.usualLimitBytes
  return 'bytes' in limit ? bytes <= limit.bytes : serverLimits[limit.server](codec.requestBytes(text))
}

/**
 * What servers take at their defaults, of a request that holds little else; measured at nginx 1.22 and Node 24.
 * nginx: a line, with its end, fits one buffer of `large_client_header_buffers 4 8k`.
 * Node: target, names and values of all header fields together stay below `--max-http-header-size`, 16 KiB.
 */
const serverLimits: Record<LimitedServer, (bytes: RequestBytes) => boolean> = {
  nginx: ({ line }) => line <= 8 * 1024,
  node: ({ content }) => content < 16 * 1024,
}
