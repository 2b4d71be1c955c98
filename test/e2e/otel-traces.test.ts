import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { carrierKinds } from '../../src/domain/scenario.ts'
import { writeScenario } from './files.ts'
import { type Receiver, type SeenSpan, startReceiver } from './otlp-receiver.ts'
import { hopwatch, makeSuiteFolder, type Running, removeFolder, stop } from './process.ts'
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts'
import { metricsWhere, serving, sum } from './service.ts'
import { accountEnvironment, control, secretKey, simulate } from './simulator.ts'

const hopToken = 'the-token-of-these-hops-which-nothing-may-print'
const runsEach = 4
/** These reach no other process. */
const within: readonly string[] = ['message', 'store', 'device']

/** Journeys by every carrier between two hops in processes of their own, all three processes sending to one receiver. */
describe('one trace across processes', () => {
  const processes: Running[] = []
  let folder: string
  let proxy: RecordingProxy
  let receiver: Receiver
  let spans: SeenSpan[]

  beforeAll(async () => {
    folder = await makeSuiteFolder()
    receiver = await startReceiver()
    const simulator = await simulate()
    processes.push(simulator.process)
    const regions = [...simulator.process.printed.stdout.matchAll(/^ {2}\S.*?(http:\S+)$/gm)].map(([, url]) => url!)
    proxy = await startRecordingProxy([simulator.endpoint, ...regions])
    await control(simulator.control, '/set-replication-delay', {
      from: 'West Europe',
      to: 'North Europe',
      delay: { fixedMs: 150 },
    })
    const env = {
      ...accountEnvironment({ endpoint: proxy.endpoint, key: secretKey }),
      HOPWATCH_HOP_TOKEN: hopToken,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    }
    const hops = ['west', 'north'].map((name) =>
      hopwatch(['hop', '--listen', '127.0.0.1:0'], {
        env: { ...env, OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}` },
      }),
    )
    processes.push(...hops)
    const [west, north] = await Promise.all(hops.map(async (hop) => (await hop.says(/a hop at (http\S+?)\/ /))[1]!))
    const urlOf = (carrier: string, url: string | undefined) => (within.includes(carrier) ? '' : `url: "${url}", `)
    for (const carrier of carrierKinds)
      await writeScenario(folder, `by-${carrier}`, {
        container: 'e2e/travel',
        every: '600ms',
        hops: `{ gateway: { ${urlOf(carrier, west)}region: West Europe }, itinerary: { ${urlOf(carrier, north)}region: North Europe } }`,
        journey: `[{ write: upsert, at: gateway }, { carry: ${carrier}, to: itinerary }, { read: point, at: itinerary }]`,
        arms: '{ propagated: {}, control: { share: 50%, token: lost } }',
      })
    const serve = hopwatch(['serve', '--listen', '127.0.0.1:0', '--provision', '--instance', 'caller'], {
      env,
      cwd: folder,
    })
    processes.push(serve)
    const { address } = await serving(serve)
    await metricsWhere(
      address,
      'runs by every carrier',
      (series) =>
        carrierKinds.every((carrier) => sum(series, 'hopwatch_runs_total', { scenario: `by-${carrier}` }) >= runsEach),
      90_000,
    )
    // Batches wait for seconds by default: that all of it is there proves that it was flushed.
    serve.signal('SIGTERM')
    expect(await serve.ended).toMatchObject({ code: 0 })
    for (const hop of hops) hop.signal('SIGTERM')
    for (const hop of hops) expect(await hop.ended).toMatchObject({ code: 0 })
    spans = receiver.spans()
  }, 180_000)

  afterAll(async () => {
    for (const process of processes.toReversed()) await stop(process)
    await proxy.close()
    await receiver.close()
    await removeFolder(folder)
  })

  const runsOf = (carrier: string): SeenSpan[] => spans.filter(({ name }) => name === `run by-${carrier}`)
  const traceOf = (run: SeenSpan): SeenSpan[] => spans.filter(({ traceId }) => traceId === run.traceId)
  const childrenOf = (parent: SeenSpan): SeenSpan[] =>
    spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId)

  test.each(carrierKinds)('by %s, the trace of a run has spans of each process that it went through', (carrier) => {
    const runs = runsOf(carrier)
    expect(runs.length).toBeGreaterThanOrEqual(runsEach)
    for (const run of runs.filter(({ attributes }) => attributes['hopwatch.run.result'] !== 'abandoned')) {
      const trace = traceOf(run)
      expect([...new Set(trace.map(({ service, instance }) => `${service} ${instance}`))].toSorted()).toEqual([
        'hopwatch caller',
        ...(within.includes(carrier) ? [] : ['hopwatch-hop north', 'hopwatch-hop west']),
      ])
      // One run, one root, and nothing that hangs in the air.
      const known = new Set(trace.map(({ spanId }) => spanId))
      expect(trace.filter(({ parentSpanId }) => parentSpanId === '')).toEqual([run])
      expect(trace.filter(({ parentSpanId }) => parentSpanId !== '' && !known.has(parentSpanId))).toEqual([])
    }
  })

  test('the run, its hops, their operations, and what the hop did for it', () => {
    const run = runsOf('header').find(({ attributes }) => attributes['hopwatch.arm'] === 'propagated')!
    expect(run.traceId.endsWith(run.spanId)).toBe(true)
    expect(run.attributes).toMatchObject({
      'hopwatch.run.id': run.spanId,
      'hopwatch.scenario': 'by-header',
      'hopwatch.run.result': 'kept',
      'hopwatch.finding': 'kept',
    })
    const names = childrenOf(run).map(({ name }) => name)
    expect(names.toSorted()).toEqual(['carry by header', 'hop gateway', 'hop itinerary'])

    const carry = childrenOf(run).find(({ name }) => name === 'carry by header')!
    expect(carry.attributes).toMatchObject({
      'hopwatch.from': 'gateway',
      'hopwatch.to': 'itinerary',
      'hopwatch.token.state': 'intact',
    })
    const [arrival] = childrenOf(carry)
    expect(arrival).toMatchObject({ service: 'hopwatch-hop', instance: 'north', name: 'GET /hop/v1/arrival', kind: 2 })
    expect(arrival?.attributes['hopwatch.token.present']).toBe(true)

    const [read] = childrenOf(childrenOf(run).find(({ name }) => name === 'hop itinerary')!)
    expect(read).toMatchObject({ service: 'hopwatch', name: 'read_item itinerary', kind: 3 })
    expect(read?.attributes).toMatchObject({
      'db.operation.name': 'read_item',
      'hopwatch.verdict': 'fresh',
      'hopwatch.token.state': 'intact',
      'hopwatch.finding': 'kept',
    })
    const [served] = childrenOf(read!)
    expect(served).toMatchObject({ service: 'hopwatch-hop', instance: 'north', name: 'GET /hop/v1/operation', kind: 2 })
    const [database] = childrenOf(served!)
    expect(database).toMatchObject({ service: 'hopwatch-hop', name: 'read_item travel', kind: 3 })
    expect(database?.attributes).toMatchObject({
      'db.system.name': 'azure.cosmosdb',
      'db.operation.name': 'read_item',
      'db.namespace': 'e2e',
      'db.collection.name': 'travel',
      'db.response.status_code': '200',
      'azure.cosmosdb.consistency.level': 'Session',
      'azure.cosmosdb.connection.mode': 'gateway',
      'azure.cosmosdb.operation.request_charge': 1,
      'azure.cosmosdb.operation.contacted_regions': ['North Europe'],
      'hopwatch.token.present': true,
    })
    const attempts = database?.events.filter(({ name }) => name === 'hopwatch.attempt') ?? []
    expect(attempts.at(-1)?.attributes).toMatchObject({
      'http.response.status_code': 200,
      'cloud.region': 'North Europe',
      'hopwatch.token.sent.fingerprint': expect.stringMatching(/^st:[0-9a-f]{8}$/),
    })
  })

  test('the arm without the token shows what it is there to show', () => {
    const control = spans.filter(
      ({ name, attributes }) => name === 'run by-header' && attributes['hopwatch.arm'] === 'control',
    )
    expect(control.length).toBeGreaterThan(0)
    const reads = control.flatMap(traceOf).filter(({ attributes }) => attributes['hopwatch.verdict'] !== undefined)
    const states = new Set(reads.map(({ attributes }) => attributes['hopwatch.token.state']))
    expect([...states].filter((state) => state === 'intact')).toEqual([])
    // What it finds is measurement, not an error.
    expect(
      control.filter(({ status, attributes }) => attributes['hopwatch.run.result'] === 'found' && status.code === 2),
    ).toEqual([])
  })

  test('lines of the log are records of the trace of their run', () => {
    const about = receiver.logs().filter(({ attributes }) => attributes['hopwatch.run'] !== undefined)
    const others = receiver.logs().filter(({ attributes }) => attributes['hopwatch.run'] === undefined)
    expect(others.map(({ body }) => body)).toContain('target is up')
    expect(about).not.toHaveLength(0)
    for (const { traceId, spanId, attributes, body } of about) {
      expect(spanId, body).toBe(attributes['hopwatch.run'])
      expect(spans.some((span) => span.traceId === traceId && span.spanId === spanId)).toBe(true)
    }
  })

  test('nothing that was sent holds a token, a key, a signature or a bearer token', () => {
    expect(proxy.seen.tokens.size).toBeGreaterThan(20)
    expect(receiver.requests.length).toBeGreaterThan(5)
    expect(hunt()).toEqual([])
    const token = [...proxy.seen.tokens].find((seen) => seen.includes('#'))!
    expect(hunt(Buffer.from(`before ${token} after ${secretKey}`))).toEqual(['a session token', 'a key'])
  })

  function hunt(...more: readonly Buffer[]): string[] {
    const sent = [...receiver.requests.map(({ body }) => body), ...more]
      .map((body) => body.toString('latin1'))
      .join('\n')
    const secrets: readonly (readonly [string, Iterable<string>])[] = [
      ['a session token', [...proxy.seen.tokens].filter((token) => token.includes('#'))],
      ['a signature', proxy.seen.signatures],
      ['a key', [secretKey, encodeURIComponent(secretKey), Buffer.from(secretKey, 'base64').toString()]],
      ['a bearer token', [hopToken]],
    ]
    return secrets.flatMap(([kind, values]) => ([...values].some((value) => sent.includes(value)) ? [kind] : []))
  }
})
