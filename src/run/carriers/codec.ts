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
  /** In bytes of the encoded text; what browsers, proxies or a specification set, whatever the scenario says. */
  readonly limitBytes: number
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
  if (limit === undefined) return true
  return 'bytes' in limit ? bytes <= limit.bytes : serverLimits[limit.server](codec.field, bytes)
}

/**
 * What servers take at their defaults, of a request that holds little else.
 * nginx: a line, with its end, fits one buffer of `large_client_header_buffers 4 8k`.
 * Node: the names and values of all header fields together stay below `--max-http-header-size`, 16 KiB.
 */
const serverLimits: Record<LimitedServer, (field: string, bytes: number) => boolean> = {
  nginx: (field, bytes) => bytes + field.length + ': \r\n'.length <= 8 * 1024,
  node: (field, bytes) => bytes + field.length < 16 * 1024,
}
