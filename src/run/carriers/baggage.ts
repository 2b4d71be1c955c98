import { byRequest, type Codec, headerBytes } from './codec.ts'
import { percentDecoded } from './percent.ts'

export interface BaggageMember {
  readonly key: string
  readonly value: string
}

/** W3C Baggage, section 3.3.2 of its drafts until 2023, and OpenTelemetry's propagators. */
const mostMembers = 180
const mostMemberBytes = 4096
const mostBytes = 8192

/**
 * The members as a `baggage` header, percent-encoded, as many of them as the limits allow. A propagator leaves out what does
 * not fit and goes on, and nobody is told.
 */
export function printBaggage(members: readonly BaggageMember[]): string {
  const printed: string[] = []
  let bytes = 0
  for (const { key, value } of members) {
    const member = `${key}=${encodeURIComponent(value)}`
    const more = member.length + (printed.length > 0 ? 1 : 0)
    if (member.length > mostMemberBytes || bytes + more > mostBytes || printed.length === mostMembers) continue
    printed.push(member)
    bytes += more
  }
  return printed.join(',')
}

/** White space around a member and its properties after `;` do not count; a member that cannot be read is left out. */
export function parseBaggage(text: string): BaggageMember[] {
  return text.split(',').flatMap((member) => {
    const [pair = ''] = member.split(';')
    const equals = pair.indexOf('=')
    const value = equals < 0 ? undefined : percentDecoded(pair.slice(equals + 1).trim())
    return value === undefined ? [] : [{ key: pair.slice(0, equals).trim(), value }]
  })
}

const tokenKey = 'cosmos-session'

/** What a request carries besides, in a system that uses baggage at all. */
const otherMembers: readonly BaggageMember[] = [
  { key: 'tenant', value: 'hopwatch' },
  { key: 'journey', value: 'probe' },
]

/** W3C Baggage, propagated with the members of others. Of a key named twice the last counts, as in OpenTelemetry. */
export const baggageCodec: Codec = {
  field: 'baggage',
  encode: (token) => printBaggage([...otherMembers, { key: tokenKey, value: token }]),
  decode: (text) => parseBaggage(text).findLast(({ key }) => key === tokenKey)?.value,
  limitBytes: mostBytes,
  usualLimitBytes: mostBytes,
  requestBytes: headerBytes('baggage'),
}

export const baggage = () => byRequest(baggageCodec)
