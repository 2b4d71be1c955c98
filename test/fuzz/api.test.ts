import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runOf, scenarioOf, serve } from '../http/support.ts'
import { budget } from './mutations.ts'
import { anyBytes, exchange, inHeader, inTarget, printRequest, type RawRequest, statusesOf } from './raw-http.ts'

const apiToken = 'the-bearer-token-of-this-test-0123456789'
const authorization = ['authorization', `Bearer ${apiToken}`] as const

const valid: readonly RawRequest[] = [
  { method: 'GET', target: '/metrics', headers: [['accept', 'application/openmetrics-text']], body: '' },
  { method: 'GET', target: '/api/v1/runs?scenario=travel-itinerary&finding=kept&limit=5', headers: [], body: '' },
  { method: 'GET', target: '/api/v1/runs/run-1', headers: [], body: '' },
  { method: 'GET', target: '/api/v1/scenarios', headers: [], body: '' },
  { method: 'POST', target: '/api/v1/scenarios/travel-itinerary/run', headers: [authorization], body: '{}' },
  { method: 'POST', target: '/-/reload', headers: [authorization], body: '' },
]

const requests: fc.Arbitrary<RawRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'PROPFIND'),
  target: fc.oneof(
    fc.constantFrom('/', '/healthz', '/readyz', '/metrics', '/api/v1/scenarios', '//', '*', 'http://other.example/'),
    inTarget.map((text) => `/${text}`),
    inTarget.map((text) => `/api/v1/runs/${text}`),
    inTarget.map((text) => `/api/v1/scenarios/${text}/run`),
    fc
      .tuple(fc.constantFrom('limit', 'scenario', 'finding', '__proto__'), inTarget)
      .map(([name, text]) => `/api/v1/runs?${name}=${text}&${name}=${text}`),
    inTarget.map((text) => `/api/v1/runs?${text.replaceAll('%', '%%')}`),
  ),
  headers: fc.array(
    fc.tuple(
      fc.constantFrom('accept', 'authorization', 'content-type', 'cookie', 'host', 'x-request-id', 'if-none-match'),
      inHeader,
    ),
    { maxLength: 4 },
  ),
  body: fc.oneof(fc.constant(''), fc.string({ maxLength: 200 }), fc.constant('x'.repeat(20_000))),
})

describe('whatever is sent to the HTTP API', () => {
  let served: Awaited<ReturnType<typeof serve>>

  beforeAll(async () => {
    served = await serve([scenarioOf('travel-itinerary')], { apiToken })
    served.publication.sink.record(runOf({ id: 'run-1' }))
  })
  afterAll(async () => {
    await served.close()
    served.publication.close()
  })

  const check = async (bytes: Buffer, kind: 'request' | 'bytes' = 'request'): Promise<number> => {
    const answer = await exchange(served.address, bytes, kind)
    for (const status of statusesOf(answer)) {
      expect(status).toBeLessThan(600)
      // Each fault of ours says under which id the log has more; 503 is what stands in the way of a run.
      if (status >= 500) expect(answer).toMatch(/"id": "[\da-f-]{36}"/)
      expect(status, answer.slice(0, 500)).not.toBe(500)
    }
    expect(answer).not.toContain(apiToken)
    expect(answer).not.toMatch(/\n {4}at |node_modules|\.ts:\d/)
    return statusesOf(answer).length
  }

  test('as requests of every kind: an answer, and never a fault of ours', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        expect(await check(printRequest(request))).toBeGreaterThan(0)
      }),
      budget(400, 4_000),
    )
  })

  test('as bytes: an answer or the end of the connection', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes(valid), async (bytes) => void (await check(bytes, 'bytes'))),
      budget(400, 4_000),
    )
  })

  test('and it still serves', async () => {
    expect((await served.get('/healthz')).status).toBe(200)
    for (const request of valid.slice(0, 4)) {
      expect(statusesOf(await exchange(served.address, printRequest(request), 'request'))).toEqual([200])
    }
  })
})
