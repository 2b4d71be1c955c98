import { CookieJar } from 'tough-cookie'
import { arrived, type Carrier, type Delivery, lostBecause } from './carrier.ts'
import { type Codec, headerBytes, isWithin } from './codec.ts'
import { percentDecoded } from './percent.ts'

const name = 'cosmos-session'
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax'
const site = 'https://portal.example/'

/** What browsers hold of one cookie: name, value and attributes (RFC 6265, section 6.1). */
const mostBytes = 4096

/** The `Cookie` header of a request; the token is percent-encoded, for a comma may not stand in a cookie. */
export const cookieCodec: Codec = {
  field: 'cookie',
  encode: (token) => `${name}=${encodeURIComponent(token)}`,
  decode(text) {
    const pairs = text.split(';').map((pair) => pair.trim())
    const own = pairs.find((pair) => pair.startsWith(`${name}=`))
    // A value with a broken escape is handed on as it is, as cookie parsers do.
    const value = own?.slice(name.length + 1)
    return value === undefined ? undefined : (percentDecoded(value) ?? value)
  },
  limitBytes: mostBytes,
  usualLimitBytes: mostBytes,
  requestBytes: headerBytes('cookie'),
}

/**
 * `Set-Cookie` at the sender, a browser's jar, `Cookie` at the receiver. A browser drops a cookie that is too large without a
 * word, and goes on sending the one that it has: then the receiver gets an older token.
 */
export function cookie(): Carrier {
  const browsers = new Map<string, CookieJar>()
  return {
    carry(token, { workflow, options, damage }): Delivery {
      const jar = browsers.get(workflow) ?? new CookieJar()
      browsers.set(workflow, jar)
      const setCookie = `${cookieCodec.encode(token)}; ${attributes}`
      const isKept = Buffer.byteLength(setCookie) <= mostBytes
      if (isKept) jar.setCookieSync(setCookie, site)
      const sent = jar.getCookieStringSync(site)
      if (sent === '' || !isWithin(cookieCodec, sent, options.limit)) return lostBecause('over-limit')
      const delivery = arrived(cookieCodec.decode(damage(sent)))
      return isKept || delivery.token === undefined ? delivery : { ...delivery, cause: 'kept-older' }
    },
  }
}
