import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import type { EndpointRequest } from '../../domain/endpoint-request.ts'
import { tokenIn, versionIn } from './extract.ts'
import { fillBody, fillHeader, fillPath } from './template.ts'
import { EndpointVisitor } from './visitor.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const get: EndpointRequest = { method: 'GET', path: '/', headers: {}, body: undefined, expect: [], token: undefined }
const values = { id: 'r1', key: 'a/b?c', version: 7, token: undefined }
const never = new AbortController().signal
const visit = (visitor: EndpointVisitor, url: string, request: Partial<EndpointRequest> = {}) =>
  visitor.visit(url, { ...get, ...request }, values, { pointer: '/version' }, never)
const visitor = () => new EndpointVisitor(systemClock, '0123456789abcdef')

describe('templates', () => {
  const version = '${run.version}'

  test('a path cannot be widened by a value', () => {
    expect(fillPath('/x/${run.key}/y', values)).toBe('/x/a%2Fb%3Fc/y')
  })

  test('a header without its value is left out', () => {
    expect(fillHeader('t=${run.token}', values)).toBeUndefined()
    expect(fillHeader('v=${run.version}', values)).toBe('v=7')
  })

  test('a body keeps its types: a lone version is a number, a lone token that is not there null', () => {
    const template = { a: version, b: [`v${version}`], c: '${run.token}', d: 3, e: null }
    expect(fillBody(template, values)).toEqual({ a: 7, b: ['v7'], c: null, d: 3, e: null })
  })
})

describe('what an answer shows', () => {
  const answer = (text: string) => ({ text, headers: new Headers({ 'x-token': '0:1#2' }), cookie: () => '0%3A1%232' })

  test.each([
    [{ pointer: '/a/0/b~1c' }, '{"a":[{"b/c":12}]}', 12],
    [{ pointer: '/a' }, '{"a":"12"}', 12],
    [{ pointer: '/a' }, '{"a":1.5}', undefined],
    [{ pointer: '/a' }, '{"a":-1}', undefined],
    [{ pointer: '/toString' }, '{}', undefined],
    [{ pointer: '/a' }, '<html>', undefined],
    [{ pattern: 'version (\\d+)' }, '<p>version 12</p>', 12],
    [{ pattern: 'version (\\d+)' }, 'nothing', undefined],
  ] as const)('version by %j in %s: %s', (place, text, version) => {
    expect(versionIn(place, { text })).toBe(version)
  })

  test('a token in a header, a cookie or the body', () => {
    const body = answer('{"session":"0:1#2"}')
    for (const place of [{ header: 'X-Token' }, { cookie: 'session' }, { pointer: '/session' }])
      expect(tokenIn(place, body)?.reveal()).toBe('0:1#2')
    expect(tokenIn({ header: 'other' }, body)).toBeUndefined()
  })
})

describe('a visit', () => {
  test('keeps cookies for the run and sends its trace id', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.headers.cookie)
      expect(request.headers.traceparent).toMatch(/^00-[0-9a-f]{16}0123456789abcdef-[0-9a-f]{16}-00$/)
      response.setHeader('set-cookie', 'session=s1; Path=/').end('{"version":3}')
    })
    const user = visitor()
    expect((await visit(user, url)).answer).toMatchObject({ status: 200, version: 3 })
    await visit(user, url)
    await visit(visitor(), url)
    expect(seen).toEqual([undefined, 'session=s1', undefined])
  })

  test('follows a redirect; a 303 after PUT becomes a GET, with the cookie that came along', async () => {
    const url = await serve((request, response) => {
      if (request.method === 'PUT') response.writeHead(303, { location: '/landed', 'set-cookie': 'session=s1' }).end()
      else response.end(JSON.stringify({ version: 4, got: [request.url, request.headers.cookie] }))
    })
    const { answer, attempts } = await visit(visitor(), url, { method: 'PUT', body: { v: 1 } })
    expect(answer).toMatchObject({ status: 200, version: 4 })
    expect(attempts.map(({ status }) => status)).toEqual([303, 200])
  })

  test('to another origin goes nothing that the file says, and no body at all', async () => {
    const seen: IncomingMessage['headers'][] = []
    const other = await serve((request, response) => {
      seen.push(request.headers)
      response.end('{}')
    })
    const url = await serve((request, response) => {
      response.writeHead(request.method === 'GET' ? 302 : 307, { location: `${other}/x` }).end()
    })
    const headers = { authorization: 'Bearer secret', 'x-api-key': 'secret' }
    expect((await visit(visitor(), url, { headers })).answer.status).toBe(200)
    expect(JSON.stringify(seen)).not.toContain('secret')
    const put = await visit(visitor(), url, { method: 'PUT', headers, body: { secret: true } })
    expect(put.answer.status).toBe(307)
    expect(seen).toHaveLength(1)
  })

  test('ends a circle of redirects', async () => {
    const url = await serve((_, response) => void response.writeHead(302, { location: '/' }).end())
    const { answer, attempts } = await visit(visitor(), url)
    expect(answer.status).toBe(302)
    expect(attempts).toHaveLength(6)
  })

  test('nobody there was not asked; a connection that breaks may have been', async () => {
    const url = await serve((request) => request.socket.destroy())
    expect((await visit(visitor(), url)).answer).toMatchObject({ status: undefined, failure: 'connection' })
    const closed = createServer().listen(0, '127.0.0.1')
    const { port } = await new Promise<AddressInfo>((resolve) => {
      closed.once('listening', () => resolve(closed.address() as AddressInfo))
    })
    await new Promise((resolve) => void closed.close(resolve))
    const gone = await visit(visitor(), `http://127.0.0.1:${port}`)
    expect(gone.answer).toMatchObject({ status: undefined, failure: 'refused' })
    expect(gone.attempts).toMatchObject([{ status: undefined, failure: 'connection' }])
  })

  test('an answer without an end does not fill our memory', async () => {
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(256 * 1024)
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', pour)
      pour()
    })
    expect((await visit(visitor(), url)).answer.failure).toBe('connection')
  })

  test('waits no longer than the run', async () => {
    const url = await serve(() => {})
    const { answer } = await visitor().visit(url, get, values, undefined, AbortSignal.timeout(50))
    expect(answer).toMatchObject({ status: undefined, failure: 'timeout' })
  })
})
