import { createHash, timingSafeEqual } from 'node:crypto'
import { ConfigurationProblem } from '../base/configuration-problem.ts'

export interface AccessOptions {
  readonly host: string
  /** The bearer token; undefined when none is set. */
  readonly apiToken: string | undefined
  /** Said out loud by whoever wants a public listener without a token. */
  readonly allowUnauthenticated: boolean
}

/** Whether a request with this `Authorization` header may pass. */
export type Gate = (authorization: string | undefined) => boolean

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host)

/**
 * Loopback is open. Any other address needs the token; without one it is refused at start, because a listener that anybody can
 * read should be a decision and not an oversight.
 */
export function createGate({ host, apiToken, allowUnauthenticated }: AccessOptions): Gate {
  if (isLoopback(host)) return () => true
  if (apiToken !== undefined && apiToken !== '') return bearerGate(apiToken)
  if (allowUnauthenticated) return () => true
  throw new ConfigurationProblem(
    `${host} is reachable from other machines, and HOPWATCH_API_TOKEN is not set`,
    'set HOPWATCH_API_TOKEN, listen on 127.0.0.1, or say --allow-unauthenticated to let everybody read',
  )
}

/** What changes something needs the token everywhere: any page in a browser can send a POST to loopback. Undefined: none may pass. */
export const createPostGate = (apiToken: string | undefined): Gate | undefined =>
  apiToken === undefined || apiToken === '' ? undefined : bearerGate(apiToken)

export function bearerGate(token: string): Gate {
  const expected = digest(token)
  // Digests of equal length make the comparison take the same time whatever was sent.
  return (authorization) => {
    const [, sent] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    return timingSafeEqual(digest(sent ?? ''), expected)
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
