import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headers as names } from '../../src/protocol/headers.ts'
import { signedText } from '../../src/protocol/signed-text.ts'
import { type Simulator, startSimulator } from '../../src/simulator/start.ts'
import { parsePath } from '../../src/simulator/wire/path.ts'
import { secretKey } from '../e2e/simulator.ts'
import { budget, mutated } from './mutations.ts'
import { anyBytes, exchange, inHeader, inTarget, printRequest, type RawRequest, statusesOf } from './raw-http.ts'

const key = Buffer.from(secretKey, 'base64')
const date = 'Sun, 22 Nov 2026 09:30:00 GMT'

/** With the signature that lets it past the door, where its target can be signed at all. */
function signed(request: RawRequest): RawRequest {
  const path = parsePath(request.target)
  if (path === undefined) return request
  const text = signedText(request.method, path.resourceType, path.signedLink, date)
  const signature = createHmac('sha256', key).update(text).digest('base64')
  const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`)
  return { ...request, headers: [...request.headers, [names.date, date], ['authorization', authorization]] }
}

const pk = [names.partitionKey, '["p"]'] as const
const query = [
  [names.isQuery, 'true'],
  ['content-type', 'application/query+json'],
  [names.crossPartition, 'true'],
] as const
const valid: readonly RawRequest[] = (
  [
    { method: 'GET', target: '/', headers: [], body: '' },
    {
      method: 'POST',
      target: '/dbs/d/colls/c/docs',
      headers: [pk, [names.isUpsert, 'true']],
      body: '{"id":"i","pk":"p","n":1}',
    },
    { method: 'GET', target: '/dbs/d/colls/c/docs/i', headers: [pk, [names.sessionToken, '0:-1#1#1=1']], body: '' },
    {
      method: 'PATCH',
      target: '/dbs/d/colls/c/docs/i',
      headers: [pk],
      body: '{"operations":[{"op":"incr","path":"/n","value":1}]}',
    },
    {
      method: 'POST',
      target: '/dbs/d/colls/c/docs',
      headers: [...query, pk],
      body: '{"query":"SELECT TOP 3 c.id, c.n FROM c WHERE c.n > @n ORDER BY c.n","parameters":[{"name":"@n","value":0}]}',
    },
    {
      method: 'POST',
      target: '/dbs/d/colls/c/docs',
      headers: [...query, [names.isQueryPlan, 'true']],
      body: '{"query":"SELECT VALUE COUNT(1) FROM c"}',
    },
    {
      method: 'POST',
      target: '/dbs/d/colls/c/docs',
      headers: [pk, [names.isBatch, 'true'], ['x-ms-cosmos-batch-atomic', 'true']],
      body: '[{"operationType":"Upsert","resourceBody":{"id":"i","pk":"p"}},{"operationType":"Read","id":"i"}]',
    },
    {
      method: 'GET',
      target: '/dbs/d/colls/c/docs',
      headers: [
        ['a-im', 'Incremental feed'],
        [names.maxItemCount, '2'],
        [names.ifNoneMatch, '*'],
        [names.partitionKeyRangeId, '0'],
      ],
      body: '',
    },
    { method: 'GET', target: '/dbs/d/colls/c/pkranges', headers: [], body: '' },
    {
      method: 'POST',
      target: '/dbs/d/colls',
      headers: [],
      body: '{"id":"x","partitionKey":{"paths":["/pk"],"kind":"Hash"}}',
    },
    { method: 'GET', target: '/offers', headers: [], body: '' },
  ] satisfies RawRequest[]
).map((request) => signed(request))

const headerNames = Object.values(names).filter((name) => name !== 'authorization')
/** A valid request with other words in its body, its headers or its target. */
const disturbed: fc.Arbitrary<RawRequest> = fc
  .record({
    request: fc.constantFrom(...valid),
    body: fc.option(fc.oneof(mutated(valid.map(({ body }) => body)), fc.json()), { nil: undefined, freq: 4 }),
    headers: fc.array(
      fc.tuple(
        fc.constantFrom(...headerNames, 'transfer-encoding', 'content-type', 'expect'),
        fc.oneof(
          inHeader,
          fc.constantFrom('true', '[]', '[{}]', '[null]', '["p","q","r","s"]', '-1', '0', '0:1', '"*"'),
        ),
      ),
      { maxLength: 3 },
    ),
    target: fc.option(
      fc.oneof(
        inTarget.map((text) => `/dbs/d/colls/c/docs/${text}`),
        inTarget.map((text) => `/dbs/${text}/colls/${text}`),
        mutated(
          valid.map(({ target }) => target),
          fc.constantFrom('/', '%', '%2f', '?', '#', '..', '//', 'docs', 'offers'),
        ).map((text) => text.replaceAll(/[^!-~]/g, '')),
      ),
      { nil: undefined },
    ),
    isSignedAnew: fc.constantFrom(true, true, true, false),
  })
  .map(({ request, body, headers, target, isSignedAnew }) => {
    const changed = { ...request, body: body ?? request.body, target: target ?? request.target }
    const replaced = request.headers.filter(([name]) => !headers.some(([other]) => other === name))
    const unsigned = replaced.filter(([name]) => name !== 'authorization' && name !== names.date)
    return isSignedAnew
      ? signed({ ...changed, headers: [...unsigned, ...headers] })
      : { ...changed, headers: [...replaced, ...headers] }
  })

const controls: readonly RawRequest[] = (
  [
    ['/set-replication-delay', '{"from":"West Europe","to":"North Europe","delay":{"fixedMs":1}}'],
    ['/add-fault-rule', '{"rule":{"operations":["readItem"],"status":503,"count":1}}'],
    ['/set-region-online', '{"region":"West Europe"}'],
    ['/split-range', '{"database":"d","container":"c"}'],
    ['/set-throughput', '{"database":"d","container":"c","requestUnitsPerSecond":1000000}'],
  ] as const
).map(([target, body]) => ({ method: 'POST', target, headers: [['content-type', 'application/json']], body }))

describe('whatever is sent to the simulator', () => {
  const defects: unknown[] = []
  let simulator: Simulator

  beforeAll(async () => {
    const options = { seed: 'fuzz', key: secretKey, sessionWaitMs: 20, throughput: 1_000_000, journal: 100 }
    simulator = await startSimulator(options, { onDefect: (error) => defects.push(error) })
    const make = (target: string, body: string) =>
      exchange(simulator.endpoint, printRequest(signed({ method: 'POST', target, headers: [], body })), 'request')
    await make('/dbs', '{"id":"d"}')
    await make('/dbs/d/colls', '{"id":"c","partitionKey":{"paths":["/pk"],"kind":"Hash"}}')
  })
  afterAll(() => simulator.close())

  const checkAt = (address: string) => async (bytes: Buffer, kind: 'request' | 'bytes') => {
    const answer = await exchange(address, bytes, kind)
    expect(defects.map((defect) => (defect instanceof Error ? defect.stack : defect))).toEqual([])
    for (const status of statusesOf(answer)) expect(status, answer.slice(0, 500)).not.toBe(500)
    // Every refusal explains itself: on an empty one the SDK throws a TypeError.
    // Node itself answers to an expectation (417).
    if (statusesOf(answer)[0]! >= 400 && statusesOf(answer)[0] !== 417 && !bytes.toString('latin1').startsWith('HEAD'))
      expect(answer).toMatch(/"message":/)
    expect(answer).not.toContain(secretKey)
    expect(answer).not.toMatch(/^x-planted|\n {4}at |node_modules|\.ts:\d/im)
    return statusesOf(answer)
  }
  const check = (bytes: Buffer, kind: 'request' | 'bytes' = 'request') => checkAt(simulator.endpoint)(bytes, kind)

  test('the valid requests pass', async () => {
    for (const request of valid) {
      const statuses = await check(printRequest(request))
      expect(statuses, JSON.stringify(request)).toEqual([expect.toSatisfy((status: number) => status < 400)])
    }
  })

  test('as requests with other words: an answer, and never a defect', async () => {
    await fc.assert(
      fc.asyncProperty(disturbed, async (request) => void (await check(printRequest(request), 'bytes'))),
      budget(600, 4_000),
    )
  })

  test('as bytes: an answer or the end of the connection', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes(valid), async (bytes) => void (await check(bytes, 'bytes'))),
      budget(300, 4_000),
    )
  })

  test('to its control endpoint', async () => {
    const control = mutated(controls.map(({ body }) => body))
    const requests = fc
      .tuple(fc.constantFrom(...controls), control)
      .map(([request, body]) => printRequest({ ...request, body }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(requests, anyBytes(controls)), async (bytes) => {
        await checkAt(simulator.controlEndpoint)(bytes, 'bytes')
      }),
      budget(150, 4_000),
    )
  })

  test('and it still answers', async () => {
    expect(await check(printRequest(valid[0]!))).toEqual([200])
  })
})
