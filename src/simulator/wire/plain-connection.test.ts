import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refused } from './errors.ts'
import type { Answering, IncomingCall, TakeCall } from './exchange.ts'
import { nodeCalls } from './node-calls.ts'
import { readPlainRequest } from './plain-request.ts'
import { type Endpoint, listen, listenForCalls } from './server.ts'

const printed = (status: number, body: string) => ({
  status,
  headers: ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body)), 'x-ms-a', '1'],
  body,
})

/** Answers with what was understood. */
const echo: TakeCall = (call, answering) =>
  call.readBody((body) =>
    answering.send(printed(call.method === 'PATCH' ? 404 : 200, JSON.stringify({ ...told(call), body: textOf(body) }))),
  )
const told = ({ method, target, headers }: IncomingCall) => ({ method, target, headers })
const textOf = (body: string | Refused) => (body instanceof Refused ? 'refused' : body)

let plain: Endpoint
let node: Endpoint
beforeAll(async () => {
  plain = await listenForCalls(echo, '127.0.0.1', 0)
  node = await listen(nodeCalls(echo), '127.0.0.1', 0)
})
afterAll(() => Promise.all([plain.close(), node.close()]))

/** What a server says to these pieces, up to the answer that ends the connection. The time of day is left out. */
function answerTo(endpoint: Endpoint, pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const done = () => {
      const text = Buffer.concat(chunks).toString('latin1')
      // What comes after it is a matter of chance: the connection is being closed while bytes still arrive.
      resolve(text.replaceAll(/\r\nDate: [^\r]*/g, '').replace(/(\r\nConnection: close\r\n).*/s, '$1'))
    }
    const socket = connect({ port: endpoint.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', done)
    void sendAll(socket, pieces)
  })
}

/** Of both servers. A server that cuts the connection while the client still sends may take its last words with it: then once more. */
async function answersTo(pieces: readonly Buffer[], tries = 5): Promise<[ours: string, theirs: string]> {
  const [ours, theirs] = await Promise.all([answerTo(plain, pieces), answerTo(node, pieces)])
  return ours === theirs || tries === 1 ? [ours, theirs] : answersTo(pieces, tries - 1)
}

async function sendAll(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    if (!socket.writable) return
    await new Promise((resolve) => socket.write(piece, resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** After it every server ends the connection, unless it has done so before: at what it could not read. */
const farewell = 'GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'

const onLine = (text: string) => Buffer.from(text, 'latin1')

describe('to a client it is node:http', () => {
  const often = <T>(usual: T, ...others: T[]) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
  const method = often('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'get', 'BREW', '')
  const target = often('/dbs/a/colls/b', '/', '//x?y=%20#z', '*', 'http://h/x', '/a b', '/\x7f', '/\xe9', '')
  const version = often('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'http/1.1', 'HTTP/1.1 ')
  const field = fc.oneof(
    fc.constantFrom(
      'Host: h',
      'Connection: keep-alive',
      'connection: Keep-Alive',
      'Connection: close',
      'Content-Length: 3',
      'content-length: 0',
      'Content-Length: 03',
      'Content-Length: +3',
      'Content-Length: 3, 3',
      'Content-Length: 99999999999999999999',
      'Transfer-Encoding: chunked',
      'Expect: 100-continue',
      'Upgrade: h2c',
      'x-ms-date:\t today \t',
      'x-ms-date: tomorrow',
      'authorization: a\xa0',
      'x-empty:',
      'x-cut: a\nb',
      'x-return: a\rb',
      'x-folded: a\r\n b',
      'x-null: \0',
      'x y: z',
      'x-spaced : z',
      ': nameless',
      'no colon',
      '__proto__: p',
      'constructor: c',
      'cookie: a',
      'x-ms-\xe9: e',
    ),
    fc.tuple(fc.stringMatching(/^[a-zA-Z-]{1,8}$/), fc.string({ maxLength: 12 })).map((pair) => pair.join(': ')),
  )
  const body = fc.constantFrom('', 'abc', 'ab', 'abcd', '\xc3\xa9x', '3\r\nabc\r\n0\r\n\r\n')
  const lineEnd = often('\r\n', '\n')
  const request = fc
    .tuple(
      method,
      target,
      version,
      fc.oneof(fc.constant([]), fc.array(field, { maxLength: 4 })),
      often('Host: h', 'X: y'),
      lineEnd,
      body,
    )
    .map(([verb, path, protocol, fields, host, end, text]) =>
      onLine([`${verb} ${path} ${protocol}`, ...fields, host, '', text].join(end)),
    )
  /** Cut anywhere, or not at all. */
  const pieces = fc
    .tuple(fc.array(request, { minLength: 1, maxLength: 3 }), fc.option(fc.nat({ max: 200 })), fc.boolean())
    .map(([requests, cut, areJoined]) => {
      const [first, ...others] = areJoined ? [Buffer.concat(requests)] : requests
      return cut === null ? [first!, ...others] : [first!.subarray(0, cut), first!.subarray(cut), ...others]
    })
    .map((all) => all.filter(({ length }) => length > 0))

  test('whatever bytes it sends, in whatever pieces', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (sent) => {
        const [ours, theirs] = await answersTo([...sent, onLine(farewell)])
        expect(ours).toBe(theirs)
      }),
      { numRuns: 400 },
    )
  }, 60_000)

  test('a header that is too large, and a body that comes slowly', async () => {
    const large = onLine(`GET / HTTP/1.1\r\nHost: h\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)
    expect(await answerTo(plain, [large])).toMatch(/^HTTP\/1\.1 431 /)
    const slow = ['POST / HTTP/1.1\r\nHost: h\r\nContent-', 'Length: 4\r\n\r\n', 'a', 'bc', 'd', farewell].map(onLine)
    expect(await answerTo(plain, slow)).toBe(await answerTo(node, slow))
    expect(await answerTo(plain, slow)).toContain('"body":"abcd"')
  })
})

describe('what is plain', () => {
  const get = 'GET /dbs HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nx-ms-date: today\r\n\r\n'
  const post = 'POST /dbs HTTP/1.1\r\nHost: h\r\ncontent-length: 11\r\n\r\n{"id":"\xc5\xbe"}'

  test('the requests of the SDK', () => {
    const headers = { host: 'h', connection: 'keep-alive', 'x-ms-date': 'today' }
    expect(readPlainRequest(onLine(get))).toEqual({ method: 'GET', target: '/dbs', headers, body: '' })
    expect(readPlainRequest(onLine(post))).toMatchObject({ method: 'POST', body: '{"id":"ž"}' })
  })

  test.each<[string, string, string]>([
    ['a cut head', get, get.slice(0, -1)],
    ['more than one request', get, get + get],
    ['a cut body', post, post.slice(0, -1)],
    ['more than the body', post, `${post}x`],
    ['no length', post, post.replace('content-length: 11', 'x: y')],
    ['a length that is no number', post, post.replace('11', '+11')],
    ['a GET with a length', get, get.replace('x-ms-date: today', 'content-length: 0')],
    ['another method', get, get.replace('GET', 'HEAD')],
    ['a method in lower case', get, get.replace('GET', 'get')],
    ['another version', get, get.replace('1.1', '1.0')],
    ['a target without a slash', get, get.replace('/dbs', '*')],
    ['a target with a blank', get, get.replace('/dbs', '/d bs')],
    ['no host', get, get.replace('Host', 'X')],
    ['a connection that ends', get, get.replace('keep-alive', 'close')],
    ['a header twice', get, get.replace('today', 'today\r\nX-MS-Date: tomorrow')],
    ['a header without a colon', get, get.replace('x-ms-date: ', 'x-ms-date ')],
    ['a header without a name', get, get.replace('x-ms-date', '')],
    ['a blank in a name', get, get.replace('x-ms-date', 'x ms')],
    ['a folded header', get, get.replace('today', 'today\r\n and tomorrow')],
    ['a line feed alone', get, get.replace('today', 'to\nday')],
    ['a carriage return alone', get, get.replace('today', 'to\rday')],
    ['a control character', get, get.replace('today', 'to\0day')],
    ['chunks', post, post.replace('Host: h', 'Host: h\r\nTransfer-Encoding: chunked')],
    ['a question before the body', post, post.replace('Host: h', 'Host: h\r\nExpect: 100-continue')],
    ['a long head', get, get.replace('today', 'x'.repeat(9000))],
  ])('not %s', (_, plainOne, other) => {
    expect(other).not.toBe(plainOne)
    expect(readPlainRequest(onLine(plainOne))).toBeDefined()
    expect(readPlainRequest(onLine(other))).toBeUndefined()
  })
})

describe('an answer that takes its time', () => {
  const request = onLine('GET /1 HTTP/1.1\r\nHost: h\r\n\r\n')

  /** A connection to a server that keeps each call until it is told to answer. */
  async function openSlowly(run: (calls: Answering[], socket: Socket, received: () => string) => Promise<void>) {
    const calls: Answering[] = []
    const endpoint = await listenForCalls((_call, answering) => void calls.push(answering), '127.0.0.1', 0)
    const socket = connect(endpoint.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('error', () => {})
    try {
      await run(calls, socket, () => text)
    } finally {
      socket.destroy()
      await endpoint.close()
    }
  }
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
  }

  test('a second request that comes before it is answered after it', () =>
    openSlowly(async (calls, socket, received) => {
      socket.write(request)
      await until(() => calls.length === 1)
      socket.write(Buffer.concat([request, request]))
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(calls).toHaveLength(1)
      calls[0]!.send(printed(200, '"first"'))
      await until(() => calls.length === 3)
      calls[1]!.send(printed(200, '"second"'))
      calls[2]!.send(printed(200, '"third"'))
      await until(() => received().includes('"third"'))
      expect(received().match(/"(first|second|third)"/g)).toEqual(['"first"', '"second"', '"third"'])
    }))

  test('a client that leaves is noticed', () =>
    openSlowly(async (calls, socket) => {
      socket.write(request)
      await until(() => calls.length === 1)
      expect(calls[0]!.isOver).toBe(false)
      socket.end()
      await until(() => calls[0]!.isOver)
    }))

  test('half an answer, and none', () =>
    openSlowly(async (calls, socket, received) => {
      socket.write(request)
      await until(() => calls.length === 1)
      calls[0]!.sendHalf(printed(200, '"whole"'))
      await until(() => socket.destroyed)
      expect(received()).toMatch(/\r\n\r\n"wh$/)
    }))

  test('a client that asks and does not read is not read from either, until it reads', async () => {
    const body = 'x'.repeat(256 * 1024)
    let calls = 0
    const answer: TakeCall = (_call, answering) => {
      calls++
      answering.send(printed(200, body))
    }
    const endpoint = await listenForCalls(answer, '127.0.0.1', 0)
    const socket = connect(endpoint.port, '127.0.0.1')
    // More than the system keeps between the two: from then on it would pile up in the server.
    const most = 400
    let sent = 0
    const isTaken = () =>
      Promise.race([until(() => calls === sent).then(() => true), new Promise((resolve) => setTimeout(resolve, 200))])
    do {
      await new Promise((resolve) => socket.write(request, resolve))
      sent++
    } while ((await isTaken()) && sent < most)
    expect(sent).toBeLessThan(most)
    let bytes = 0
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    await until(() => bytes > sent * body.length)
    expect(calls).toBe(sent)
    socket.destroy()
    await endpoint.close()
  })

  test('closing the endpoint cuts the connection', async () => {
    const endpoint = await listenForCalls(() => {}, '127.0.0.1', 0)
    const socket = connect(endpoint.port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((resolve) => socket.write(request, resolve))
    await endpoint.close()
    await until(() => socket.destroyed)
  })
})
