import { byRequest, type Codec } from './codec.ts'

const parameter = 'session'
const base = 'https://next-hop.example/continue'

/**
 * A query parameter of the URL in a 302's `Location`: a browser takes nothing else of the answer along to the next host. Proxies
 * take request lines up to 8 KiB (nginx's `large_client_header_buffers`, Apache's `LimitRequestLine` 8190).
 */
export const redirectCodec: Codec = {
  field: 'location',
  encode(token) {
    const url = new URL(base)
    url.searchParams.set(parameter, token)
    return url.href
  },
  decode: (text) => (URL.canParse(text) ? (new URL(text).searchParams.get(parameter) ?? undefined) : undefined),
  limitBytes: 8192,
}

export const redirect = () => byRequest(redirectCodec)
