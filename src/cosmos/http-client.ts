import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline'

/**
 * What the SDK's default HTTP client does with the requests that the SDK makes: text or nothing to send, text to receive.
 * Without the streams, progress events and nested abort signals that the default builds for every other use, which cost
 * about as much as hopwatch's own work on an operation (bench/results.md). The SDK cannot tell the two apart: the same
 * bytes, and the same errors with the same codes, on which it decides whether to try again (http-client.test.ts).
 */
export const httpClient: HttpClient = {
  sendRequest: (request) =>
    new Promise((resolve, reject) => {
      const { abortSignal } = request
      if (abortSignal?.aborted) throw new AbortError('the request was aborted before it was sent')
      const body = bodyOf(request)
      const sent = open(request)
      const abort = () => {
        const error = new AbortError('the request was aborted')
        sent.destroy(error)
        reject(error)
      }
      abortSignal?.addEventListener('abort', abort)
      const fail = (error: Error) => {
        abortSignal?.removeEventListener('abort', abort)
        reject(error)
      }
      sent.on('error', (error: NodeJS.ErrnoException) =>
        fail(new RestError(error.message, { code: error.code ?? RestError.REQUEST_SEND_ERROR, request })),
      )
      sent.on('response', (response) => {
        const succeed = (bodyAsText: string) => {
          abortSignal?.removeEventListener('abort', abort)
          resolve({ request, status: response.statusCode ?? 0, headers: headersOf(response), bodyAsText })
        }
        readText(response, succeed, fail)
      })
      sent.end(body)
    }),
}

/** The SDK knows an abort by this name. */
class AbortError extends Error {
  override readonly name = 'AbortError'
}

function bodyOf({ body }: PipelineRequest): string | Buffer | undefined {
  if (body === undefined || body === null || typeof body === 'string' || Buffer.isBuffer(body)) return body ?? undefined
  throw new Error('the SDK sends a body that is neither text nor bytes')
}

function open({ url, method, headers, agent, allowInsecureConnection }: PipelineRequest): ClientRequest {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const isInsecure = protocol !== 'https:'
  if (isInsecure && !allowInsecureConnection) throw new Error('http is not allowed for this request')
  const send = isInsecure ? httpRequest : httpsRequest
  return send({
    // The pipeline's type for Node's own class names only what it uses of it.
    agent: agent as Agent | undefined,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port,
    path: pathname + search,
    method,
    headers: headers.toJSON({ preserveCase: true }),
  })
}

function readText(response: IncomingMessage, done: (text: string) => void, failed: (error: Error) => void): void {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('end', () => done(Buffer.concat(chunks).toString()))
  // The code is the default client's: an answer that breaks off is not asked for again, as a reset connection is.
  response.on('error', (error) =>
    failed(new RestError(`Error reading response as text: ${error.message}`, { code: RestError.PARSE_ERROR })),
  )
}

function headersOf(response: IncomingMessage): PipelineResponse['headers'] {
  const headers = createHttpHeaders()
  for (const [name, value] of Object.entries(response.headers)) {
    const first = Array.isArray(value) ? value[0] : value
    if (first) headers.set(name, first)
  }
  return headers
}
