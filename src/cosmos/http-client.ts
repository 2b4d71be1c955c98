import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline'
import { Agent, type Dispatcher } from 'undici'

/**
 * Sends the SDK's requests, over keep-alive connections that all clients of a target share: one pool an origin. To the SDK
 * and to the service it is the SDK's default client, at half the cost: the same headers and bytes, and the same errors with
 * the same codes, on which the SDK decides whether to try again (http-client.test.ts, docs/decisions/0010-http-client.md).
 */
export class PooledHttpClient implements HttpClient {
  readonly #agent = new Agent({
    allowH2: false,
    // The SDK limits the time of each request itself, connecting included.
    connect: { minVersion: 'TLSv1.2', timeout: 0 },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: idleConnectionMs,
  })

  sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    return new Promise((resolve, reject) => {
      const { url, method, headers, body, abortSignal, allowInsecureConnection } = request
      if (abortSignal?.aborted) throw new AbortError('the request was aborted before it was sent')
      const { origin, pathname, search, protocol } = new URL(url)
      if (protocol !== 'https:' && !allowInsecureConnection) throw new Error('http is not allowed for this request')
      this.#agent.dispatch(
        {
          origin,
          path: pathname + search,
          method,
          headers: headers.toJSON({ preserveCase: true }),
          body: sendable(body),
        },
        new Exchange(request, resolve, reject),
      )
    })
  }

  close(): void {
    void this.#agent.destroy()
  }
}

/** Until the server closes it, as Node's agent keeps one; undici's own default of 4 s would connect anew for most probes. */
const idleConnectionMs = 600_000

/** One request and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: PipelineRequest
  readonly #resolve: (response: PipelineResponse) => void
  readonly #reject: (error: Error) => void
  readonly #headers = createHttpHeaders()
  readonly #chunks: Buffer[] = []
  #status: number | undefined
  #controller: Dispatcher.DispatchController | undefined

  constructor(request: PipelineRequest, resolve: (response: PipelineResponse) => void, reject: (error: Error) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
    request.abortSignal?.addEventListener('abort', this.#abort)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#request.abortSignal?.aborted) this.#abort()
  }

  onResponseStart(_: unknown, status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    // What comes before the answer proper is none of it.
    if (status < 200) return
    this.#status = status
    for (const name in headers) {
      const value = headers[name]
      const text = Array.isArray(value) ? joined(name, value) : value
      if (text) this.#headers.set(name, text)
    }
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#end()
    const response = {
      request: this.#request,
      status: this.#status ?? 0,
      headers: this.#headers,
      bodyAsText: Buffer.concat(this.#chunks).toString(),
    }
    // Once undici has taken the connection back: a request that followed at once would open another.
    queueMicrotask(() => setImmediate(this.#resolve, response))
  }

  onResponseError(_: unknown, error: Error & { readonly code?: string }): void {
    this.#end()
    if (error.name === 'AbortError') this.#reject(error)
    else if (this.#status === undefined)
      this.#reject(new RestError(messageOf(error), { code: codeOf(error), request: this.#request }))
    // An answer that breaks off is not asked for again, as a reset connection is.
    else
      this.#reject(new RestError(`Error reading response as text: ${error.message}`, { code: RestError.PARSE_ERROR }))
  }

  /** Before there is a connection nothing can be called off; the SDK need not wait for it. */
  readonly #abort = (): void => {
    const error = new AbortError('the request was aborted')
    this.#controller?.abort(error)
    this.#reject(error)
  }

  #end(): void {
    this.#request.abortSignal?.removeEventListener('abort', this.#abort)
  }
}

/** The SDK knows an abort by this name. */
class AbortError extends Error {
  override readonly name = 'AbortError'
}

/** What node:http calls the errors that undici has names of its own for. */
const nodeCodes: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_INVALID_ARG: 'ERR_INVALID_CHAR',
  UND_ERR_HEADERS_OVERFLOW: 'HPE_HEADER_OVERFLOW',
}

function codeOf({ name, code }: Error & { readonly code?: string }): string {
  if (code === undefined) return name === 'HTTPParserError' ? 'HPE_INVALID_CONSTANT' : RestError.REQUEST_SEND_ERROR
  return nodeCodes[code] ?? code
}

/** A name with several addresses, none of which can be reached, leaves an error without words around one for each address. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message
  return error.errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join('; ')
}

/** A field that was sent several times, as node:http joins it. */
const joined = (name: string, values: readonly string[]): string | undefined =>
  name === 'set-cookie' ? values[0] : values.join(', ')

function sendable(body: PipelineRequest['body']): string | Buffer | null {
  if (body === undefined || body === null || typeof body === 'string' || Buffer.isBuffer(body)) return body ?? null
  throw new Error('the SDK sends a body that is neither text nor bytes')
}
