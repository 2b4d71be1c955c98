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
import { PooledHttpClient } from './http-client.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The fields of a request, sorted. */
const fieldsOf = (raw: readonly string[]): string[] =>
  raw
    .flatMap((name, index) =>
      index % 2 === 0 ? [`${isPlumbing(name) ? name.toLowerCase() : name}: ${raw[index + 1]}`] : [],
    )
    .map((field) => field.replace(/127\.0\.0\.1:\d+/, 'host'))
    .toSorted()

/** What the client writes by itself; the SDK's own headers keep their case. */
const isPlumbing = (name: string): boolean => ['host', 'connection', 'content-length'].includes(name.toLowerCase())

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

function ourClient(): HttpClient {
  const client = new PooledHttpClient()
  onTestFinished(() => client.close())
  return client
}

/** Both clients, under the same circumstances. */
async function bothSee(makeOptions: () => PipelineRequestOptions): Promise<unknown> {
  const ours = await seen(ourClient(), makeOptions())
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

  test('what comes before the answer, such as early hints', async () => {
    const url = await serve((request, response) => {
      response.socket?.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nx-early: 1\r\n\r\n')
      if (request.url === '/broken') response.socket?.end()
      else setTimeout(() => response.writeHead(200, { 'x-late': '1' }).end('{}'), 20)
    })
    const answer = await bothSee(() => ({ url }))
    expect(answer).toMatchObject({ status: 200, headers: { 'x-late': '1' } })
    expect(answer).not.toHaveProperty('headers.x-early')
    expect(await bothSee(() => ({ url: `${url}/broken` }))).toEqual({ name: 'RestError', code: 'ECONNRESET' })
  })

  test('a header that is answered twice', async () => {
    const url = await serve((_request, response) => response.writeHead(200, ['x-a', '1', 'x-a', '2', 'x-b', '3']).end())
    expect(await bothSee(() => ({ url }))).toMatchObject({ headers: { 'x-a': '1, 2', 'x-b': '3' } })
  })

  test('more headers than are taken', async () => {
    const url = await serve((_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end())
    expect(await bothSee(() => ({ url }))).toEqual({ name: 'RestError', code: 'HPE_HEADER_OVERFLOW' })
  })

  test('an answer that is not HTTP', async () => {
    const url = await serve((request) => request.socket.end('what?\r\n\r\n'))
    expect(await bothSee(() => ({ url }))).toMatchObject({ name: 'RestError', code: expect.stringMatching(/^HPE_/) })
  })

  test('a connection closed without an answer', async () => {
    const url = await serve((request) => request.socket.end())
    expect(await bothSee(() => ({ url }))).toEqual({ name: 'RestError', code: 'ECONNRESET' })
  })

  test.each([
    ['GET', '/', undefined],
    ['GET', '//dbs/a%20b/colls/c/docs/%C5%BE?x=1', undefined],
    ['POST', '/dbs/a/colls/c/docs', '{"ž":1}'],
    ['PUT', '/dbs/a/colls/c/docs/d', '{"id":"d"}'],
    ['PATCH', '/dbs/a/colls/c/docs/d', '{"operations":[]}'],
    ['DELETE', '/dbs/a/colls/c/docs/d', undefined],
  ] as const)('what is sent with %s %s: each header, its case and value, and the body', async (method, path, body) => {
    const url = await serve((request, response) => {
      let received = ''
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => {
        received += chunk
      })
      const { method, url, rawHeaders } = request
      request.on('end', () => response.end(JSON.stringify({ method, url, headers: fieldsOf(rawHeaders), received })))
    })
    const headers = () => createHttpHeaders({ 'X-Ms-Date': 'today', authorization: 'type%3Dmaster', Accept: 'a, b' })
    const answer = await bothSee(() => ({ url: url + path, method, headers: headers(), ...(body && { body }) }))
    const { bodyAsText } = answer as { bodyAsText: string }
    expect(JSON.parse(bodyAsText)).toMatchObject({ method, url: path, received: body ?? '' })
    expect(bodyAsText).toContain('X-Ms-Date: today')
  })

  test('a connection reset before the answer, and one refused', async () => {
    const url = await serve((request) => request.socket.resetAndDestroy())
    expect(await bothSee(() => ({ url }))).toEqual({ name: 'RestError', code: 'ECONNRESET' })
    expect(await bothSee(() => ({ url: 'http://127.0.0.1:1' }))).toEqual({ name: 'RestError', code: 'ECONNREFUSED' })
  })

  test('a connection that the server closed while nothing was under way', async () => {
    const url = await serve((request, response) => {
      response.end('{}', () => setImmediate(() => request.socket.destroy()))
    })
    for (const client of [ourClient(), createDefaultHttpClient()]) {
      expect(await seen(client, { url })).toMatchObject({ status: 200 })
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(await seen(client, { url })).toMatchObject({ status: 200 })
    }
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
    for (const client of [ourClient(), createDefaultHttpClient()])
      expect(await seen(client, { url, headers: headers() })).toMatchObject({ code: 'ERR_INVALID_CHAR' })
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
  const client = ourClient()
  for (let index = 0; index < 5; index++) await seen(client, { url, abortSignal: counted })
  expect(listeners).toBe(0)
})
