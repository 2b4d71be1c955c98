import { byRequest, type Codec, headerBytes } from './codec.ts'

/**
 * A request header between two services. What arrives is read back from the header's text, as a receiver would:
 * optional white space around a field value is not part of it (RFC 9110, section 5.5), and an empty field is no token.
 */
export const headerCodec: Codec = {
  field: 'x-session-token',
  encode: (token) => token.trim(),
  decode: (text) => text.trim() || undefined,
  limitBytes: Number.POSITIVE_INFINITY,
  usualLimitBytes: Number.POSITIVE_INFINITY,
  requestBytes: headerBytes('x-session-token'),
}

export const header = () => byRequest(headerCodec)
