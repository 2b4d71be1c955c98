import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HopServerOptions, startHopServer } from '../../src/http/hop-server.ts'
import type { HttpServer } from '../../src/http/listen.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'
import { nonceHeader, type OperationCall, paths } from '../../src/run/remote/protocol.ts'
import { attemptOf, rawToken } from '../http/support.ts'
import { budget, mutated } from './mutations.ts'
import { anyBytes, exchange, inHeader, inTarget, printRequest, type RawRequest, statusesOf } from './raw-http.ts'

const hopToken = 'the-token-of-this-hop-0123456789'
const headers = [
  ['authorization', `Bearer ${hopToken}`],
  [nonceHeader, 'n-1'],
] as const

const call: OperationCall = {
  scenario: { name: 's', container: { database: 'd', container: 'c' }, partitionKey: ['/pk'] },
  owner: 'me',
  hop: { name: 'far', region: 'West Europe', client: 'own', retries: 'sdk', consistency: 'Session' },
  generation: 0,
  consistency: 'Session',
  arrivesBy: 'header',
  leavesBy: 'body',
  operation: { kind: 'point', id: 'me-1', partitionKey: ['me-1'] },
}
const callText = JSON.stringify(call)
const target = (text: string) => `${paths.operation}?operation=${Buffer.from(text).toString('base64url')}`
const valid: readonly RawRequest[] = [
  { method: 'GET', target: target(callText), headers, body: '' },
  { method: 'POST', target: `${paths.arrival}?carrier=body&expected=x`, headers, body: '{"sessionToken":"0:1#2#3=4"}' },
  { method: 'POST', target: `${paths.departure}?carrier=redirect`, headers, body: '{"query":"st=0%3A1"}' },
  { method: 'GET', target: paths.about, headers, body: '' },
]

const carriers = fc.constantFrom('header', 'cookie', 'redirect', 'baggage', 'body', 'message', 'nothing', '__proto__')
const requests: fc.Arbitrary<RawRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'),
  target: fc.oneof(
    mutated([callText]).map(target),
    fc
      .tuple(carriers, inTarget)
      .map(([carrier, text]) => `${paths.arrival}?carrier=${carrier}&expected=${text}&st=${text}`),
    inTarget.map((text) => `${paths.departure}?${text}`),
    inTarget.map((text) => `/${text}`),
  ),
  headers: fc
    .array(
      fc.tuple(
        fc.constantFrom('cookie', 'baggage', 'x-session-token', 'x-ms-session-token', 'traceparent', nonceHeader),
        inHeader,
      ),
      { maxLength: 3 },
    )
    .map((more) => [...headers, ...more]),
  body: fc.oneof(fc.constant(''), fc.json(), mutated(['{"query":"st=1"}', '{"sessionToken":"0:1#2#3=4"}'])),
})

describe('whatever is sent to a hop', () => {
  let server: HttpServer
  let executed = 0
  const options: HopServerOptions = {
    listen: { host: '127.0.0.1', port: 0 },
    hopToken,
    containers: ['d/c'],
    self: 'hopwatch test',
    logger: pino({ level: 'silent' }),
    account: () => [],
    execute: async ({ hop, operation }) => {
      executed += 1
      return {
        observation: {
          hop: hop.name,
          operation: operation.kind,
          documentId: 'me-1',
          startedAtMs: 0,
          durationMs: 1,
          attempts: [attemptOf()],
          status: 200,
          substatus: undefined,
        },
        document: undefined,
        sessionToken: new WireToken(rawToken),
      }
    },
  }

  beforeAll(async () => {
    server = await startHopServer(options)
  })
  afterAll(() => server.close())

  const check = async (bytes: Buffer, kind: 'request' | 'bytes' = 'request'): Promise<number> => {
    const answer = await exchange(server.address, bytes, kind)
    for (const status of statusesOf(answer)) expect(status, answer.slice(0, 500)).toBeLessThan(500)
    expect(answer).not.toContain(hopToken)
    expect(answer).not.toMatch(/^x-planted|\n {4}at |node_modules|\.ts:\d/im)
    return statusesOf(answer).length
  }

  test('as requests of every kind: an answer, and never a fault of its own', async () => {
    await fc.assert(
      fc.asyncProperty(requests.map(printRequest), async (bytes) => {
        expect(await check(bytes)).toBeGreaterThan(0)
      }),
      budget(400, 3_000),
    )
  })

  test('as bytes: an answer or the end of the connection', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes(valid), async (bytes) => void (await check(bytes, 'bytes'))),
      budget(300, 3_000),
    )
  })

  test('a fault of its own says under which id its log has more', async () => {
    const broken = await startHopServer({
      ...options,
      execute: () => Promise.reject(new Error(`planted ${rawToken}`)),
    })
    const answer = await exchange(broken.address, printRequest(valid[0]!), 'request')
    await broken.close()
    expect(statusesOf(answer)).toEqual([500])
    expect(answer).toMatch(/"internal error; its log has more under [\da-f-]{36}"/)
    expect(answer).not.toContain('planted')
  })

  test('and it still serves', async () => {
    const before = executed
    for (const request of [valid[0]!, valid[1]!, valid[3]!]) {
      expect(statusesOf(await exchange(server.address, printRequest(request), 'request'))).toEqual([200])
    }
    expect(executed).toBe(before + 1)
  })
})
