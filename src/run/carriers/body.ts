import { byRequest, type Codec, headerBytes } from './codec.ts'

/** A member of the JSON body. A body that does not parse is refused whole, so nothing of it arrives. */
export const bodyCodec: Codec = {
  field: 'body',
  encode: (token) => JSON.stringify({ order: 'next-step', session: { token } }),
  decode(text) {
    try {
      const { session } = JSON.parse(text) as { session?: { token?: unknown } }
      return typeof session?.token === 'string' ? session.token : undefined
    } catch {
      return undefined
    }
  },
  limitBytes: Number.POSITIVE_INFINITY,
  usualLimitBytes: Number.POSITIVE_INFINITY,
  requestBytes: headerBytes(''),
}

export const body = () => byRequest(bodyCodec)
