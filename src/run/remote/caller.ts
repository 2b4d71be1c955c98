import { randomBytes } from 'node:crypto'
import { printTraceparent, type TraceContext } from '../../protocol/trace-context.ts'
import { readAtMost } from '../endpoint/read-at-most.ts'
import { failureOf } from '../endpoint/visitor.ts'
import { hopVersion, nonceHeader, type RemoteProblem } from './protocol.ts'
import type { ReadMessage } from './read-message.ts'
import type { PlacedToken } from './token-place.ts'

/** Longer than the SDK waits for one answer; the run's deadline usually comes first. */
const answerWithinMs = 65_000
const answerBytesMax = 4 * 1024 * 1024

export interface HopRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Name and value; never holds a token. */
  readonly query: Readonly<Record<string, string>>
  readonly token: PlacedToken
  readonly trace: TraceContext
}

export interface HopReply<Message> {
  readonly message: Message
  readonly headers: Headers
}

/** Speaks to one `hopwatch hop`, through whatever stands before it. */
export class HopCaller {
  readonly #url: string
  readonly #bearer: string | undefined

  constructor(url: string, bearer: string | undefined) {
    this.#url = url
    this.#bearer = bearer
  }

  newNonce(): string {
    return randomBytes(18).toString('base64url')
  }

  /**
   * Never rejects. `nonce` has to come back, or the answer was made for another request. `read` says what the answer means,
   * or what is wrong with it.
   */
  async ask<Message>(
    request: HopRequest,
    nonce: string,
    read: ReadMessage<Message>,
    signal: AbortSignal,
  ): Promise<HopReply<Message> | RemoteProblem> {
    const query = [new URLSearchParams(request.query).toString(), request.token.query].filter((part) => part !== '')
    const bound = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
    let url = `${this.#url}${request.path}${query.length > 0 ? `?${query.join('&')}` : ''}`
    let { method, body }: { method: string; body: string | undefined } = {
      method: request.method,
      body: request.token.body,
    }
    try {
      for (let redirects = 0; ; redirects++) {
        const response = await fetch(url, {
          method,
          headers: {
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...request.token.headers,
            ...(this.#bearer !== undefined && { authorization: `Bearer ${this.#bearer}` }),
            [nonceHeader]: nonce,
            accept: 'application/json',
            'user-agent': 'hopwatch',
            traceparent: printTraceparent(request.trace),
          },
          ...(body !== undefined && { body }),
          redirect: 'manual',
          signal: bound,
        })
        const text = await readAtMost(response, answerBytesMax)
        const next = redirects === 0 ? followed(url, response) : undefined
        if (next === undefined) return judged(response, text, nonce, read, this.#url)
        url = next
        method = 'GET'
        body = undefined
      }
    } catch (error) {
      const failure = failureOf(error, bound)
      const reason = failure === 'timeout' ? 'timeout' : 'connection'
      const isDoubtful = failure !== 'refused'
      return { reason, isDoubtful, isTooLarge: false, message: `${this.#url}: ${words[failure]}` }
    }
  }
}

const words = {
  timeout: 'no answer in time',
  connection: 'the connection broke',
  refused: 'nobody listens there',
} as const

/** Of a hop's own redirect. To another origin nothing goes: its answer is then none of the hop's. */
function followed(url: string, response: Response): string | undefined {
  const location = response.headers.get('location')
  if (response.status !== 302 || location === null || !URL.canParse(location, url)) return undefined
  const next = new URL(location, url)
  return next.origin === new URL(url).origin ? next.href : undefined
}

const tooLarge: ReadonlySet<number> = new Set([400, 413, 414, 431])

function judged<Message>(
  response: Response,
  text: string,
  nonce: string,
  read: ReadMessage<Message>,
  url: string,
): HopReply<Message> | RemoteProblem {
  const { status, headers } = response
  const message = parsed(text)
  const problem = (reason: RemoteProblem['reason'], isDoubtful: boolean, what: string): RemoteProblem => ({
    reason,
    isDoubtful,
    isTooLarge: message === undefined && tooLarge.has(status),
    message: `${url}: ${what}`,
  })
  if (message !== undefined && status === 200) {
    if (message.nonce === nonce) {
      const known = read(message)
      return 'problem' in known
        ? problem('error', true, `answered as a hopwatch hop, but ${known.problem}`)
        : { message: known.message, headers }
    }
    if (typeof message.nonce === 'string') {
      const age = headers.get('age')
      return problem(
        'cached-answer',
        true,
        `a cached answer came from the way${age === null ? '' : ` (Age: ${Number(age)} s)`}`,
      )
    }
  }
  if (Array.isArray(message?.speaks)) {
    const theirs = `the hop is ${quoted(message.hop)} and speaks ${message.speaks.slice(0, 8).map(quoted).join(', ')}; here is asked for ${hopVersion}`
    const what = message.speaks.includes(hopVersion) ? quoted(message.problem) : theirs
    return problem(status === 429 ? 'throttled' : 'refused', false, `answered ${status}: ${what}`)
  }
  const what = `answered ${status}, and not as a hopwatch hop`
  if (status === 408 || status === 504) return problem('timeout', true, what)
  if (status >= 400 && status < 500) return problem(status === 429 ? 'throttled' : 'refused', false, what)
  return problem('connection', true, what)
}

/** Words of somebody else's, as one of our lines may repeat them. */
const quoted = (words: unknown): string =>
  typeof words === 'string' ? words.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200) : 'something unreadable'

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
