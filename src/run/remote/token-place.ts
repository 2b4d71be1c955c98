import { type CarrierKind, type RequestCarrier, requestCarriers } from '../../domain/scenario.ts'
import { baggageCodec } from '../carriers/baggage.ts'
import { bodyCodec } from '../carriers/body.ts'
import type { Codec } from '../carriers/codec.ts'
import { cookieCodec } from '../carriers/cookie.ts'
import { headerCodec } from '../carriers/header.ts'
import { redirectCodec } from '../carriers/redirect.ts'

export const codecs: Readonly<Record<RequestCarrier, Codec>> = {
  header: headerCodec,
  cookie: cookieCodec,
  redirect: redirectCodec,
  baggage: baggageCodec,
  body: bodyCodec,
}

/** What a hop uses whose journey names no carrier for it, or one that is no part of a request. */
export const requestCarrier = (kind: CarrierKind | undefined): RequestCarrier =>
  requestCarriers.find((each) => each === kind) ?? 'header'

/** The encoded token in its part of a message. */
export interface PlacedToken {
  readonly headers: Readonly<Record<string, string>>
  /** What a redirect's URL holds, to be joined to the query. */
  readonly query: string
  readonly body: string | undefined
}

const nowhere: PlacedToken = { headers: {}, query: '', body: undefined }

export function placeInRequest(carrier: RequestCarrier, encoded: string | undefined): PlacedToken {
  if (encoded === undefined) return nowhere
  if (carrier === 'redirect')
    return { ...nowhere, query: encoded.includes('?') ? encoded.slice(encoded.indexOf('?') + 1) : '' }
  if (carrier === 'body') return { ...nowhere, body: encoded }
  return { ...nowhere, headers: { [codecs[carrier].field]: encoded } }
}

/** What a receiver finds in a request. `query` is the raw one, without its question mark. */
export function findInRequest(
  carrier: RequestCarrier,
  header: (name: string) => string | undefined,
  query: string,
  body: string | undefined,
): string | undefined {
  const codec = codecs[carrier]
  const text =
    carrier === 'redirect' ? `https://hop.example/?${query}` : carrier === 'body' ? body : header(codec.field)
  return text === undefined || text === '' ? undefined : codec.decode(text) || undefined
}

/** An answer hands a token on as the next request shall bring it: a cookie is set, a redirect's URL named. */
export function placeInAnswer(carrier: RequestCarrier, token: string | undefined): PlacedToken {
  if (token === undefined) return nowhere
  const encoded = codecs[carrier].encode(token)
  if (carrier === 'body') return { ...nowhere, body: encoded }
  if (carrier === 'cookie')
    return { ...nowhere, headers: { 'set-cookie': `${encoded}; Path=/; HttpOnly; SameSite=Lax` } }
  return { ...nowhere, headers: { [codecs[carrier].field]: encoded } }
}

/** `handed` is what an answer's body says under the carrier `body`. */
export function findInAnswer(
  carrier: RequestCarrier,
  headers: Headers,
  handed: string | undefined,
): string | undefined {
  const codec = codecs[carrier]
  const text =
    carrier === 'body'
      ? handed
      : carrier === 'cookie'
        ? headers
            .getSetCookie()
            .map((line) => line.split(';')[0])
            .join('; ')
        : headers.get(codec.field)
  return text === undefined || text === null || text === '' ? undefined : codec.decode(text) || undefined
}
