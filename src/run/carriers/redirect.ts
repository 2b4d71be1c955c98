import { byRequest, type Codec } from './codec.ts'

const parameter = 'session'
const base = 'https://next-hop.example/continue'

/** Proxies take request lines of about 8 KiB: nginx's `large_client_header_buffers`, Apache's `LimitRequestLine` 8190. */
const usualLimitBytes = 8192

/** A query parameter of the URL in a 302's `Location`: a browser takes nothing else of the answer along to the next host. */
export const redirectCodec: Codec = {
  field: 'location',
  encode(token) {
    const url = new URL(base)
    url.searchParams.set(parameter, token)
    return url.href
  },
  decode: (text) => (URL.canParse(text) ? (new URL(text).searchParams.get(parameter) ?? undefined) : undefined),
  limitBytes: Number.POSITIVE_INFINITY,
  usualLimitBytes,
  requestBytes(text) {
    const content = text.length - new URL(base).origin.length
    return { content, line: content + 'GET  HTTP/1.1\r\n'.length }
  },
}

export const redirect = () => byRequest(redirectCodec)
