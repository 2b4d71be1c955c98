import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { writeOutcome } from '../../domain/observation.ts'
import type { Scenario } from '../../domain/scenario.ts'
import { WireToken } from '../../protocol/wire-token.ts'
import { type Carrier, lostBecause } from '../carriers/carrier.ts'
import type { HopAnswer, HopOperation } from '../hop.ts'
import { readResult } from '../read-result.ts'
import { nonceHeader, printAnswer } from '../remote/protocol.ts'
import { remoteHop } from './remote.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/way`
}

const scenario: Pick<Scenario, 'name' | 'container' | 'partitionKey' | 'journey'> = {
  name: 's',
  container: { database: 'd', container: 'c' },
  partitionKey: ['/pk'],
  journey: [],
}

const problems: (string | undefined)[] = []
const hopAt = (remote: string, account: readonly string[] = []) =>
  remoteHop(
    { name: 'far', remote, region: 'West Europe', client: 'own', retries: 'sdk', consistency: 'Session' },
    {
      scenario: scenario as Scenario,
      owner: 'me',
      clock: systemClock,
      hopToken: 'secret',
      account: () => account,
      onHopProblem: (_, problem) => problems.push(problem),
    },
  )

const point: HopOperation = { kind: 'point', id: 'me-1', partitionKey: ['me-1'] }
const upsert: HopOperation = {
  kind: 'upsert',
  document: { id: 'me-1', partitionKey: ['me-1'], version: 1, owner: 'me', run: 'r', ttlSeconds: 60 },
}
const context = { sessionToken: new WireToken('0:1#5#1=5'), consistency: 'Session' } as const
const signal = new AbortController().signal

const both = async (url: string) => {
  const hop = hopAt(url)
  const read = readResult(await hop.execute(point, context, signal))
  const { attempts, status, substatus } = (await hop.execute(upsert, context, signal)).observation
  return { read, write: writeOutcome(attempts, status, substatus) }
}

const answer = (version: number): HopAnswer => ({
  observation: {
    hop: 'x',
    operation: 'point',
    documentId: 'me-1',
    startedAtMs: 0,
    durationMs: 3,
    attempts: [
      {
        purpose: 'operation',
        region: 'West Europe',
        status: 200,
        substatus: undefined,
        failure: undefined,
        requestCharge: 1,
        durationMs: 3,
        sent: new WireToken('0:1#5#1=5'),
        received: new WireToken('3:1#6#1=6'),
      },
    ],
    status: 200,
    substatus: undefined,
  },
  document: { version, owner: 'me' },
  sessionToken: new WireToken('3:1#6#1=6'),
  ancestry: (range) => (range === '3' ? ['1', '0'] : []),
})

describe('a hop in another process', () => {
  test('its answer comes back as it was, tokens and all', async () => {
    const seen: IncomingMessage[] = []
    const url = await serve((request, response) => {
      seen.push(request)
      response.setHeader('x-session-token', '0:1#6#1=6')
      response.end(JSON.stringify(printAnswer(answer(4), String(request.headers[nonceHeader]), 'hopwatch 1')))
    })
    const hop = hopAt(url)
    const got = await hop.execute(point, { ...context, run: 'r' }, signal)
    const expected = answer(4)
    expect({ ...got.observation, startedAtMs: 0 }).toEqual({
      ...expected.observation,
      hop: 'far',
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
    expect(got.observation.attempts[0]?.sent?.reveal()).toBe('0:1#5#1=5')
    expect([got.document, got.sessionToken?.reveal()]).toEqual([expected.document, '3:1#6#1=6'])
    // What its client knows of splits comes along: a parent's token counts for its children.
    expect(['3', '0', '9'].map((range) => got.ancestry?.(range))).toEqual([['1', '0'], [], []])
    expect(hop.handedBack?.('r')?.token?.reveal()).toBe('0:1#6#1=6')
    expect(hop.handedBack?.('another run')).toBeUndefined()
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-session-token': '0:1#5#1=5' })
    expect([seen[0]?.method, seen[0]?.url]).toEqual(['GET', expect.stringMatching(/^\/way\/hop\/v1\/operation\?/)])
  })

  const redirect: Handler = (_, response) => {
    response.writeHead(302, { location: 'https://login.example/' }).end()
  }
  const breaking: Handler = (request) => {
    request.socket.destroy()
  }
  const cached: Handler = (_, response) => {
    response.setHeader('age', '12').end(JSON.stringify(printAnswer(answer(3), 'old', 'h')))
  }
  const html =
    (status: number): Handler =>
    (_, response) =>
      void response.writeHead(status).end('<html>')
  const refusal =
    (status: number, speaks: string[]): Handler =>
    (_, response) =>
      void response.writeHead(status).end(JSON.stringify({ hop: 'hopwatch 9', speaks, problem: 'no' }))

  test.each([
    ['a gateway without a hop behind it', html(502), 'connection', 'indeterminate'],
    ['a gateway that waited too long', html(504), 'timeout', 'indeterminate'],
    ['a gateway that lets nobody through', html(403), 'refused', 'refused'],
    // A 404 of the way is no document that is not there.
    ['a way that leads nowhere', html(404), 'refused', 'refused'],
    ['a page in place of an answer', html(200), 'connection', 'indeterminate'],
    ['a redirect to a login', redirect, 'connection', 'indeterminate'],
    ['a hop of another version', refusal(404, ['v2']), 'refused', 'refused'],
    ['a hop that is busy', refusal(429, ['v1']), 'throttled', 'refused'],
    ['a connection that breaks', breaking, 'connection', 'indeterminate'],
    ['an answer made for somebody else', cached, 'cached-answer', 'indeterminate'],
  ] as const)('%s', async (_, handler, reason, outcome) => {
    const { read, write } = await both(await serve(handler))
    expect(read).toEqual({ kind: 'failed', reason })
    expect(write).toBe(outcome)
  })

  const sane = { ...printAnswer(answer(4), 'n', 'h'), nonce: undefined }
  const { observation } = sane
  const [attempt] = observation.attempts
  test.each<[string, string, object]>([
    ['nothing of an answer', 'observation', { observation: undefined }],
    ['a version that is a word', 'document.version', { document: { version: 'four', owner: 'me' } }],
    ['no list of attempts', 'observation.attempts', { observation: { ...observation, attempts: 7 } }],
    ['an attempt that is null', 'observation.attempts.0', { observation: { ...observation, attempts: [null] } }],
    [
      'a status that HTTP does not have',
      'observation.attempts.0.status',
      { observation: { ...observation, attempts: [{ ...attempt, status: 7 }] } },
    ],
    [
      'a token that is a number',
      'observation.attempts.0.sent',
      { observation: { ...observation, attempts: [{ ...attempt, sent: 5 }] } },
    ],
    ['an ancestry that is a word', 'ancestry', { ancestry: 'yes' }],
    ['an ancestry with a token for a key', '(ancestry)', { ancestry: { '0:1#5#1=5': 'x' } }],
  ])('an answer that no hop gives fails, and says where: %s', async (_, place, changes) => {
    problems.length = 0
    const url = await serve((request, response) => {
      response.end(JSON.stringify({ ...sane, nonce: request.headers[nonceHeader], ...changes }))
    })
    expect(await both(url)).toEqual({ read: { kind: 'failed', reason: 'error' }, write: 'indeterminate' })
    expect(problems.join()).toContain(place)
    expect(problems.join()).not.toContain('1#5')
  })

  test.each<[string, object]>([
    ['operation', { operation: 'query' }],
    ['document', { documentId: 'me-2' }],
  ])('an answer of another %s is the answer of nobody', async (_, changes) => {
    const url = await serve((request, response) => {
      const changed = { ...observation, ...changes }
      response.end(JSON.stringify({ ...sane, nonce: request.headers[nonceHeader], observation: changed }))
    })
    expect(readResult(await hopAt(url).execute(point, context, signal))).toEqual({ kind: 'failed', reason: 'error' })
  })

  test('whatever JSON a gateway makes up, the hop answers with a failure or a reading of it, and never rejects', async () => {
    let body = ''
    const url = await serve((request, response) => {
      response.end(body.replace('"NONCE"', JSON.stringify(request.headers[nonceHeader])))
    })
    const hop = hopAt(url)
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            observation: fc.oneof(
              fc.anything(),
              fc.record({ attempts: fc.anything(), operation: fc.constant('point'), documentId: fc.constant('me-1') }),
            ),
            document: fc.anything(),
            ancestry: fc.anything(),
            sessionToken: fc.anything(),
            handed: fc.anything(),
            account: fc.anything(),
          },
          { requiredKeys: [] },
        ),
        async (made) => {
          body = JSON.stringify({ ...sane, ...made, nonce: 'NONCE' }, (_, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          )
          const read = readResult(await hop.execute(point, context, signal))
          expect(['failed', 'found', 'not-found']).toContain(read.kind)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a hop on another account is told, and nothing that it says is judged', async () => {
    problems.length = 0
    const url = await serve((request, response) => {
      response.end(JSON.stringify(printAnswer(answer(4), String(request.headers[nonceHeader]), 'h', ['aa', 'bb'])))
    })
    const ask = async (account: readonly string[]) =>
      readResult(await hopAt(url, account).execute(point, context, signal)).kind
    expect([await ask(['cc']), await ask(['bb', 'cc']), await ask([])]).toEqual(['failed', 'found', 'found'])
    expect(problems).toEqual([expect.stringContaining('another account')])
  })

  test('what is wrong with its operations is told once, though each user arrives', async () => {
    problems.length = 0
    const url = await serve((request, response) => {
      const nonce = request.headers[nonceHeader]
      const isArrival = request.url?.includes('/arrival')
      const arrived = { nonce, hop: 'h', bytes: 9, isAsSent: true }
      response.end(JSON.stringify(isArrival ? arrived : { ...sane, nonce, observation: undefined }))
    })
    const hop = hopAt(url)
    const way = { options: {}, damage: (text: string) => text, run: 'r', signal }
    for (let run = 0; run < 3; run++) {
      await hop.carrierTo?.('header')?.carry('0:1#5#1=5', way as Parameters<Carrier['carry']>[1])
      await hop.execute(point, context, signal)
    }
    expect(problems).toEqual([expect.stringContaining('observation')])
  })

  test('an arrival that no hop confirms so loses no token', async () => {
    const url = await serve((request, response) => {
      response.end(JSON.stringify({ nonce: request.headers[nonceHeader], hop: 'h', bytes: 'many', isAsSent: 'yes' }))
    })
    const carrier = hopAt(url).carrierTo?.('header')
    const delivery = await carrier?.carry('0:1#5#1=5', {
      options: {},
      damage: (text: string) => text,
      run: 'r',
      signal,
    } as Parameters<Carrier['carry']>[1])
    expect(delivery).toMatchObject(lostBecause('hop-unreachable'))
  })

  test('nobody there: the write certainly did not happen', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => void closed.close(resolve))
    expect(await both(`http://127.0.0.1:${port}`)).toEqual({
      read: { kind: 'failed', reason: 'connection' },
      write: 'refused',
    })
  })

  test('both sides say what they are when their versions differ, once', async () => {
    problems.length = 0
    const hop = hopAt(await serve(refusal(404, ['v2'])))
    await hop.execute(point, context, signal)
    await hop.execute(point, context, signal)
    expect(problems).toEqual([expect.stringMatching(/the hop is hopwatch 9 and speaks v2; here is asked for v1/)])
  })

  test('whatever it says of itself is told in one line of bounded length, be it no text at all', async () => {
    problems.length = 0
    const nothing = { toString: 1, valueOf: 1 }
    for (const said of [
      { hop: nothing, speaks: [nothing] },
      { hop: 'x', speaks: ['v1'], problem: 'a\u001b[31m\n'.repeat(9000) },
    ]) {
      const hop = hopAt(await serve((_, response) => void response.writeHead(403).end(JSON.stringify(said))))
      expect(readResult(await hop.execute(point, context, signal))).toMatchObject({ kind: 'failed' })
    }
    expect(problems).toHaveLength(2)
    expect(problems[0]).toContain('the hop is something unreadable')
    for (const problem of problems) {
      expect(problem?.length).toBeLessThan(400)
      expect(problem).not.toMatch(/\p{Cc}/u)
    }
  })
})
