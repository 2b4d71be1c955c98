import { CookieJar } from 'tough-cookie'
import type { Clock } from '../../base/clock.ts'
import { attemptFailure, type EndpointAnswer } from '../../domain/endpoint.ts'
import type { EndpointRequest, VersionPlace } from '../../domain/endpoint-request.ts'
import type { Attempt } from '../../domain/observation.ts'
import { printTraceparent, type TraceContext } from '../../protocol/trace-context.ts'
import { requestTrace, type SampleTrace } from '../trace-context.ts'
import { type ReadAnswer, tokenIn, versionIn } from './extract.ts'
import { readAtMost } from './read-at-most.ts'
import { fillBody, fillHeader, fillPath, type RunValues } from './template.ts'

const redirectsMax = 5
const answerBytesMax = 1024 * 1024
/** As long as an HTTP client of an application would wait; the run's deadline may come first. */
const answerWithinMs = 10_000

export interface Visit {
  readonly answer: EndpointAnswer
  readonly attempts: readonly Attempt[]
  readonly durationMs: number
  /** W3C span id that its requests named as their parent. */
  readonly spanId: string
}

interface Sent {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** One user of the services under test: a browser with a cookie jar of its own, for one run. Never rejects. */
export class EndpointVisitor {
  readonly #clock: Clock
  readonly #run: string
  readonly #sampleTrace: SampleTrace | undefined
  readonly #jar = new CookieJar()

  constructor(clock: Clock, run: string, sampleTrace?: SampleTrace) {
    this.#clock = clock
    this.#run = run
    this.#sampleTrace = sampleTrace
  }

  async visit(
    endpoint: string,
    request: EndpointRequest,
    values: RunValues,
    version: VersionPlace | undefined,
    signal: AbortSignal,
  ): Promise<Visit> {
    const startedAtMs = this.#clock.nowMs()
    const attempts: Attempt[] = []
    const trace = requestTrace(this.#run, this.#sampleTrace)
    const enough = new AbortController()
    const late = new AbortController()
    void this.#clock.sleep(answerWithinMs, enough.signal).then(() => late.abort())
    const answer = await this.#follow(
      endpoint,
      request,
      values,
      version,
      attempts,
      trace,
      AbortSignal.any([signal, late.signal]),
    )
    enough.abort()
    return { answer, attempts, durationMs: this.#clock.nowMs() - startedAtMs, spanId: trace.spanId }
  }

  async #follow(
    endpoint: string,
    request: EndpointRequest,
    values: RunValues,
    version: VersionPlace | undefined,
    attempts: Attempt[],
    trace: TraceContext,
    signal: AbortSignal,
  ): Promise<EndpointAnswer> {
    let url = new URL(endpoint.replace(/\/$/, '') + fillPath(request.path, values))
    let sent = this.#prepare(request, values, trace)
    for (let redirects = 0; ; redirects++) {
      const startedAtMs = this.#clock.nowMs()
      const attempt: Attempt = { ...emptyAttempt, region: url.host }
      let response: Response
      let text: string
      try {
        const cookies = await this.#jar.getCookieString(url.href)
        response = await fetch(url, {
          method: sent.method,
          headers: { ...sent.headers, ...(cookies !== '' && { cookie: cookies }) },
          ...(sent.body !== undefined && { body: sent.body }),
          redirect: 'manual',
          signal,
        })
        await this.#keepCookies(url, response)
        text = await readAtMost(response, answerBytesMax)
      } catch (error) {
        const failure = failureOf(error, signal)
        attempts.push({ ...attempt, failure: attemptFailure(failure), durationMs: this.#clock.nowMs() - startedAtMs })
        // Behind a redirect the first service has been asked already.
        return { ...nothing, failure: failure === 'refused' && redirects > 0 ? 'connection' : failure }
      }
      attempts.push({ ...attempt, status: response.status, durationMs: this.#clock.nowMs() - startedAtMs })
      const next = redirects < redirectsMax ? redirectOf(url, sent, response) : undefined
      if (next === undefined) return await this.#read(url, response, text, request, version)
      ;({ url, sent } = next)
    }
  }

  #prepare({ method, headers, body }: EndpointRequest, values: RunValues, trace: TraceContext): Sent {
    const filled = Object.entries(headers).flatMap(([name, template]) => {
      const value = fillHeader(template, values)
      return value === undefined ? [] : [[name.toLowerCase(), value] as const]
    })
    return {
      method,
      headers: {
        accept: 'application/json, */*;q=0.5',
        'user-agent': 'hopwatch',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...Object.fromEntries(filled),
        traceparent: printTraceparent(trace),
      },
      body: body === undefined ? undefined : JSON.stringify(fillBody(body, values)),
    }
  }

  async #keepCookies(url: URL, response: Response): Promise<void> {
    // A cookie for somebody else's domain is refused, as browsers do; the answer counts all the same.
    for (const line of response.headers.getSetCookie()) await this.#jar.setCookie(line, url.href, { ignoreError: true })
  }

  async #read(
    url: URL,
    response: Response,
    text: string,
    { token }: EndpointRequest,
    version: VersionPlace | undefined,
  ): Promise<EndpointAnswer> {
    const cookies = await this.#jar.getCookies(url.href)
    const answer: ReadAnswer = {
      headers: response.headers,
      text,
      cookie: (name) => cookies.find(({ key }) => key === name)?.value,
    }
    return {
      status: response.status,
      failure: undefined,
      version: version && versionIn(version, answer),
      token: token && tokenIn(token, answer),
    }
  }
}

const nothing: EndpointAnswer = { status: undefined, failure: undefined, version: undefined, token: undefined }

const emptyAttempt = {
  purpose: 'operation',
  status: undefined,
  substatus: undefined,
  failure: undefined,
  requestCharge: 0,
  durationMs: 0,
  sent: undefined,
  received: undefined,
} as const

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Where a redirect leads, as browsers follow it: 303, and a POST's 301 and 302, become a GET. To another origin nothing goes that the file
 * says, for it may be a credential: no headers, and a request with a body does not follow at all.
 */
function redirectOf(url: URL, sent: Sent, response: Response): { url: URL; sent: Sent } | undefined {
  const location = response.headers.get('location')
  if (!redirectStatuses.has(response.status) || location === null || !URL.canParse(location, url.href)) return undefined
  const next = new URL(location, url)
  if (next.protocol !== 'http:' && next.protocol !== 'https:') return undefined
  const becomesGet =
    (response.status === 303 && sent.method !== 'GET') || (response.status < 303 && sent.method === 'POST')
  const { accept = '*/*', traceparent: trace = '', 'user-agent': agent = '', ...named } = sent.headers
  const { 'content-type': _, ...withoutBody } = named
  const body = becomesGet ? undefined : sent.body
  const isSameOrigin = next.origin === url.origin
  if (!isSameOrigin && body !== undefined) return undefined
  const kept = isSameOrigin ? (becomesGet ? withoutBody : named) : {}
  return {
    url: next,
    sent: {
      method: becomesGet ? 'GET' : sent.method,
      headers: { accept, traceparent: trace, 'user-agent': agent, ...kept },
      body,
    },
  }
}

/** By these codes the operating system says that nobody was reached. */
const unreached: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

export function failureOf(error: unknown, signal: AbortSignal): 'timeout' | 'connection' | 'refused' {
  if (signal.aborted) return 'timeout'
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return unreached.has(code) ? 'refused' : 'connection'
}
