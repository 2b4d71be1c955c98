import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineRequestOptions,
} from '@azure/core-rest-pipeline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { httpClient } from './http-client.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What the SDK can see of an exchange. */
async function seen(client: HttpClient, options: PipelineRequestOptions): Promise<unknown> {
  try {
    const request = createPipelineRequest({ allowInsecureConnection: true, ...options })
    const { status, headers, bodyAsText } = await client.sendRequest(request)
    const { date: _, ...stable } = headers.toJSON()
    return { status, headers: stable, bodyAsText }
  } catch (error) {
    const { name, code } = error as { name: unknown; code?: unknown }
    return { name, code }
  }
}

/** Both clients, under the same circumstances. */
async function bothSee(makeOptions: () => PipelineRequestOptions): Promise<unknown> {
  const ours = await seen(httpClient, makeOptions())
  expect(ours).toEqual(await seen(createDefaultHttpClient(), makeOptions()))
  return ours
}

describe("to the SDK it is the SDK's own client", () => {
  test('an answer: status, headers, text in pieces that cut a letter in two', async () => {
    const text = Buffer.from('{"name":"Žofie"}')
    const url = await serve((_request, response) => {
      response.writeHead(404, { 'x-ms-substatus': '1002', 'set-cookie': ['a=1', 'b=2'], 'x-empty': '' })
      response.write(text.subarray(0, 10))
      setTimeout(() => response.end(text.subarray(10)), 20)
    })
    expect(await bothSee(() => ({ url }))).toMatchObject({
      status: 404,
      headers: { 'x-ms-substatus': '1002', 'set-cookie': 'a=1' },
      bodyAsText: '{"name":"Žofie"}',
    })
  })

  test('an answer without a body', async () => {
    const url = await serve((_request, response) => response.writeHead(204).end())
    expect(await bothSee(() => ({ url }))).toMatchObject({ status: 204, bodyAsText: '' })
  })

  test('what is sent: method, path, headers in their case, length and body', async () => {
    const url = await serve((request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => {
        body += chunk
      })
      const { method, url, headers, rawHeaders } = request
      const length = headers['content-length']
      const cased = rawHeaders.includes('X-Ms-Date')
      request.on('end', () => response.end(JSON.stringify({ method, url, length, cased, body })))
    })
    const answer = await bothSee(() => ({
      url: `${url}//dbs/a%20b?x=1`,
      method: 'POST',
      headers: createHttpHeaders({ 'X-Ms-Date': 'today' }),
      body: '{"ž":1}',
    }))
    expect(answer).toMatchObject({
      bodyAsText: JSON.stringify({ method: 'POST', url: '//dbs/a%20b?x=1', length: '8', cased: true, body: '{"ž":1}' }),
    })
  })

  test('a connection reset before the answer, and one refused', async () => {
    const url = await serve((request) => request.socket.resetAndDestroy())
    expect(await bothSee(() => ({ url }))).toEqual({ name: 'RestError', code: 'ECONNRESET' })
    expect(await bothSee(() => ({ url: 'http://127.0.0.1:1' }))).toEqual({ name: 'RestError', code: 'ECONNREFUSED' })
  })

  test('an answer that breaks off in its body', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.socket?.destroy())
    })
    expect(await bothSee(() => ({ url }))).toEqual({ name: 'RestError', code: 'PARSE_ERROR' })
  })

  test('aborted before it is sent, while it waits, and in the middle of the answer', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/half') response.writeHead(200, { 'content-length': '100' }).write('half')
    })
    expect(await bothSee(() => ({ url, abortSignal: AbortSignal.abort() }))).toMatchObject({ name: 'AbortError' })
    for (const path of ['/silent', '/half']) {
      const answer = await bothSee(() => ({ url: url + path, abortSignal: AbortSignal.timeout(100) }))
      expect(answer).toMatchObject({ name: 'AbortError' })
    }
  })

  test('a header that Node refuses, and http where only https is allowed', async () => {
    const url = await serve((_request, response) => response.end())
    const headers = () => createHttpHeaders({ 'x-ms-session-token': 'bad\u{1F600}' })
    expect(await bothSee(() => ({ url, headers: headers() }))).toMatchObject({ code: 'ERR_INVALID_CHAR' })
    expect(await bothSee(() => ({ url, allowInsecureConnection: false }))).toEqual({ name: 'Error', code: undefined })
  })
})

test('a signal that outlives many requests keeps none of them', async () => {
  const url = await serve((_request, response) => response.end('{}'))
  const { signal } = new AbortController()
  let listeners = 0
  const counted = Object.assign(signal, {
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  })
  for (let index = 0; index < 5; index++) await seen(httpClient, { url, abortSignal: counted })
  expect(listeners).toBe(0)
})
