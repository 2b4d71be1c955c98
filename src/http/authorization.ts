import { createHash, timingSafeEqual } from 'node:crypto'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { isLoopback, namesLoopback } from '../base/loopback.ts'

export interface AccessOptions {
  readonly host: string
  /** The bearer token; undefined when none is set. */
  readonly apiToken: string | undefined
  /** Said out loud by whoever wants a public listener without a token. */
  readonly allowUnauthenticated: boolean
}

/** What a request says of itself. */
export interface Asked {
  readonly authorization?: string | undefined
  /** The `Host` header: the name by which the listener was asked for. */
  readonly host?: string | undefined
}

/** Whether a request with these headers may pass. */
export type Gate = (asked: Asked) => boolean

/** Open to whoever asks for a listener on loopback by a name of loopback. */
export const loopbackGate: Gate = ({ host }) => namesLoopback(host)

/**
 * Loopback is open to whoever asks for it by a name of loopback. Any other name needs the token, and so does any other address; without
 * one such an address is refused at start, because a listener that anybody can read should be a decision and not an oversight.
 */
export function createGate({ host, apiToken, allowUnauthenticated }: AccessOptions): Gate {
  const hasToken = apiToken !== undefined && apiToken !== ''
  if (allowUnauthenticated && !hasToken) return () => true
  if (hasToken) checkToken('HOPWATCH_API_TOKEN', apiToken)
  const hasSecret = hasToken ? readerGate(apiToken) : undefined
  if (isLoopback(host)) return (asked) => loopbackGate(asked) || hasSecret?.(asked) === true
  if (hasSecret) return hasSecret
  throw new ConfigurationProblem(
    `${host} is reachable from other machines, and HOPWATCH_API_TOKEN is not set`,
    'set HOPWATCH_API_TOKEN, listen on 127.0.0.1, or say --allow-unauthenticated to let everybody read',
  )
}

/**
 * What changes something needs the token everywhere: any page in a browser can send a POST to loopback. As a password it does not count:
 * a browser that knows it sends it along with what other pages ask for. Undefined: none may pass.
 */
export function createPostGate(apiToken: string | undefined): Gate | undefined {
  if (apiToken === undefined || apiToken === '') return undefined
  checkToken('HOPWATCH_API_TOKEN', apiToken)
  return bearerGate(apiToken)
}

/** What a refused reader may send: a browser then asks for a name and a password. */
export const readerChallenges = ['Bearer realm="hopwatch"', 'Basic realm="hopwatch", charset="UTF-8"']

export function bearerGate(token: string): Gate {
  const isToken = equalTo(token)
  return ({ authorization }) => isToken(bearerIn(authorization))
}

/** Of whoever only reads: a browser can send no bearer token of its own accord, so that the token may be the password of any name. */
function readerGate(token: string): Gate {
  const isToken = equalTo(token)
  return ({ authorization }) => isToken(bearerIn(authorization) ?? passwordIn(authorization))
}

/** Throws ConfigurationProblem for a token that no header could carry: nobody would ever pass, and nothing would say why. */
export function checkToken(variable: string, token: string): void {
  if (/^[!-~]+$/.test(token)) return
  throw new ConfigurationProblem(
    `${variable} holds white space or letters beyond ASCII, which no bearer token may`,
    'set it to letters, digits and dashes, such as `openssl rand -hex 32` prints; a file may end in a line break that is not to be part of it',
  )
}

const bearerIn = (authorization = ''): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1]

/** What follows the first colon, as RFC 7617 says. */
function passwordIn(authorization = ''): string | undefined {
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(authorization) ?? []
  return encoded === undefined ? undefined : /:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1]
}

/** Digests of equal length make the comparison take the same time whatever was sent. */
function equalTo(token: string): (sent: string | undefined) => boolean {
  const expected = digest(token)
  return (sent = '') => timingSafeEqual(digest(sent), expected)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
