import type { TokenPlace, VersionPlace } from '../../domain/endpoint-request.ts'
import { WireToken } from '../../protocol/wire-token.ts'

/** An answer as far as it was read. */
export interface ReadAnswer {
  readonly headers: Headers
  readonly text: string
  /** Value of the cookie in the run's jar, after this answer. */
  cookie(name: string): string | undefined
}

/** A whole number from 0; what is not one is no version. */
export function versionIn(place: VersionPlace, { text }: Pick<ReadAnswer, 'text'>): number | undefined {
  const found = 'pointer' in place ? pointedAt(place.pointer, text) : new RegExp(place.pattern).exec(text)?.[1]
  const version = typeof found === 'string' && /^\d{1,15}$/.test(found) ? Number(found) : found
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 0 ? version : undefined
}

export function tokenIn(place: TokenPlace, answer: ReadAnswer): WireToken | undefined {
  const found =
    'header' in place
      ? answer.headers.get(place.header)
      : 'cookie' in place
        ? decoded(answer.cookie(place.cookie))
        : pointedAt(place.pointer, answer.text)
  return typeof found === 'string' && found !== '' ? new WireToken(found) : undefined
}

/** A session token holds commas and equals signs, so who puts it into a cookie escapes it. */
function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value)
  } catch {
    return value
  }
}

/** What a JSON pointer (RFC 6901) finds; undefined where the text is no JSON or there is nothing. */
function pointedAt(pointer: string, text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
