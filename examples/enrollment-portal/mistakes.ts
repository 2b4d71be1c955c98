import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Container, CosmosHeaders } from '@azure/cosmos'
import { cookieWithToken, tokenFromCookie } from './session-tokens.ts'

export const mistakeNames = ['client-per-request', 'token-not-forwarded', 'wrong-partition', 'global-cache'] as const
export type Mistake = (typeof mistakeNames)[number]

export const mistakesInWords: Readonly<Record<Mistake, string>> = {
  'client-per-request': 'a new SDK client for each request, whose memory of tokens goes with it',
  'token-not-forwarded': 'each node keeps its tokens to itself',
  'wrong-partition': 'the cookie holds the token of another partition',
  'global-cache': 'one token for all users of a node',
}

interface WrongSession {
  readonly token: string | undefined
  learn(headers: CosmosHeaders): void
}

interface WrongWay {
  /** A new SDK client for each request. */
  readonly makesClients?: true
  openSession(request: IncomingMessage, response: ServerResponse): WrongSession
  afterWrite?(container: Container, session: WrongSession): Promise<void>
}

const forgets: WrongSession = { token: undefined, learn: () => {} }

/** The last token of anybody, in this node's memory. */
let anybodys: string | undefined

/** What people do wrong. Every call still answers 200. */
export const mistakes: Readonly<Record<Mistake, WrongWay>> = {
  /** The client's memory of session tokens goes with the client. */
  'client-per-request': { makesClients: true, openSession: () => forgets },
  /** Each node has a long-lived client, which remembers what this node saw: not what the other one wrote. */
  'token-not-forwarded': { openSession: () => forgets },
  /** The cookie holds the token of whatever was asked last, which came from another partition. */
  'wrong-partition': {
    openSession: (request, response) => ({
      token: tokenFromCookie(request.headers.cookie),
      learn(headers) {
        const token = headers['x-ms-session-token']
        if (typeof token === 'string') response.setHeader('set-cookie', cookieWithToken(token))
      },
    }),
    async afterWrite(container, session) {
      const { headers } = await container.item('catalogue', 'catalogue').read()
      session.learn(headers)
    },
  },
  /** One token for all users of a node: whoever was here last has replaced it. */
  'global-cache': {
    openSession: () => ({
      token: anybodys,
      learn(headers) {
        const token = headers['x-ms-session-token']
        if (typeof token === 'string') anybodys = token
      },
    }),
  },
}
