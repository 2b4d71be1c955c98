import { chmod } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunJson } from '../../src/publish/run-json.ts'
import { writeScenario } from './files.ts'
import { hasNginx, startNginx } from './nginx.ts'
import { hopwatch, makeSuiteFolder, type Running, removeFolder, runHopwatch, stop, until } from './process.ts'
import { get, listRuns, metricsWhere, readRun, type Series, serving, sum } from './service.ts'
import { accountEnvironment, freePorts, simulate } from './simulator.ts'

const hopToken = 'the-token-of-these-hops-which-nothing-may-print'
const order =
  '[{ write: upsert, at: gateway }, { carry: CARRIER, to: itinerary }, { read: point, at: itinerary }, { carry: header, to: gateway }, { read: point, at: gateway }]'
const carriers = ['header', 'cookie', 'redirect', 'baggage', 'body'] as const

/** Two hop processes behind a real nginx; what it does to a request depends on the path. */
describe.skipIf(!hasNginx)('a journey across two hopwatch hops behind nginx', () => {
  const processes: Running[] = []
  const cleanups: (() => Promise<void>)[] = []
  let west: Running
  let north: Running
  let serve: Running
  let address: string
  let url: string

  beforeAll(async () => {
    const simulator = await simulate()
    processes.push(simulator.process)
    const env = { ...accountEnvironment(simulator), HOPWATCH_HOP_TOKEN: hopToken }
    west = hopwatch(['hop', '--listen', '127.0.0.1:0'], { env })
    north = hopwatch(['hop', '--listen', '127.0.0.1:0', '--containers', 'e2e/travel'], { env })
    processes.push(west, north)
    const addresses = await Promise.all([west, north].map((hop) => hop.says(/a hop at (http\S+\/)/)))
    const [westUrl, northUrl] = addresses.map((match) => match[1])
    const port = await freePorts(1)
    url = `http://127.0.0.1:${port}`
    const folder = await makeSuiteFolder()
    cleanups.push(() => removeFolder(folder))
    // nginx keeps its cache there as somebody else.
    await chmod(folder, 0o755)
    cleanups.unshift(
      await startNginx(
        `
        proxy_cache_path ${folder}/cache keys_zone=kept:1m;
        proxy_http_version 1.1;
        server {
          listen 127.0.0.1:${port};
          location /gateway/ { proxy_pass ${westUrl}; }
          location /itinerary/ { proxy_pass ${northUrl}; }
          location /stripping/ { proxy_pass ${northUrl}; proxy_set_header x-session-token ""; }
          location /hiding/ { proxy_pass ${westUrl}; proxy_hide_header x-session-token; }
          location /caching/ { proxy_pass ${northUrl}; }
          location = /caching/hop/v1/operation {
            proxy_pass ${northUrl}hop/v1/operation;
            proxy_cache kept;
            proxy_cache_key $uri;
            proxy_cache_valid 200 1m;
            proxy_ignore_headers Cache-Control;
          }
        }`,
        url,
      ),
    )
    const hops = (gateway: string, itinerary: string) =>
      `{ gateway: { url: "${url}/${gateway}", region: West Europe }, itinerary: { url: "${url}/${itinerary}", region: North Europe } }`
    const write = (name: string, hopNames: string, carrier: string) =>
      writeScenario(folder, name, {
        container: 'e2e/travel',
        every: '250ms',
        hops: hopNames,
        journey: order.replace('CARRIER', carrier),
      })
    for (const carrier of carriers) await write(`by-${carrier}`, hops('gateway', 'itinerary'), carrier)
    await write('stripped', hops('gateway', 'stripping'), 'header')
    await write('hidden', hops('hiding', 'itinerary'), 'header')
    await write('cached', hops('gateway', 'caching'), 'header')
    serve = hopwatch(['serve', '--listen', '127.0.0.1:0', '--provision'], { env, cwd: folder })
    processes.push(serve)
    ;({ address } = await serving(serve))
  }, 120_000)

  afterAll(async () => {
    for (const process of processes.toReversed()) await stop(process)
    for (const clean of cleanups) await clean()
  })

  const carries = (series: Series[], labels: Record<string, string>) =>
    sum(series, 'hopwatch_token_carries_total', labels)
  const reads = (series: Series[], labels: Record<string, string | RegExp>) =>
    sum(series, 'hopwatch_reads_total', labels)

  test.each(carriers)('by %s, with nothing in its way, the token arrives on every carry', async (carrier) => {
    const scenario = `by-${carrier}`
    const series = await metricsWhere(address, `reads of ${scenario}`, (now) => reads(now, { scenario }) >= 10)
    expect(carries(series, { scenario, from: 'gateway', to: 'itinerary', carrier, token: 'intact' })).toBeGreaterThan(3)
    expect(carries(series, { scenario, from: 'itinerary', to: 'gateway', token: 'intact' })).toBeGreaterThan(3)
    expect(carries(series, { scenario })).toBe(carries(series, { scenario, token: 'intact' }))
    expect(reads(series, { scenario })).toBe(reads(series, { scenario, verdict: 'fresh', token: 'intact' }))
  })

  test('a gateway that drops the header is named: lost, on exactly that carry', async () => {
    const scenario = 'stripped'
    const series = await metricsWhere(address, 'reads', (now) => reads(now, { scenario }) >= 10)
    const lost = { scenario, from: 'gateway', to: 'itinerary', carrier: 'header', token: 'lost' }
    expect(carries(series, lost)).toBeGreaterThan(3)
    expect(carries(series, { scenario, token: 'lost' })).toBe(carries(series, lost))
    expect(carries(series, { scenario, from: 'itinerary', token: 'intact' })).toBeGreaterThan(3)
    expect(reads(series, { scenario, hop: 'itinerary', token: 'intact' })).toBe(0)
    expect((await carriesOf(scenario)).find(({ to }) => to === 'itinerary')).toMatchObject({ cause: 'stripped' })
  })

  test('so is one that hides it in the answers of the hop before', async () => {
    const scenario = 'hidden'
    const series = await metricsWhere(address, 'reads', (now) => reads(now, { scenario }) >= 10)
    expect(carries(series, { scenario, from: 'gateway', to: 'itinerary', token: 'lost' })).toBeGreaterThan(3)
    expect(carries(series, { scenario, from: 'itinerary', token: 'lost' })).toBe(0)
  })

  test('an answer out of a cache is told as such, and never judged', async () => {
    const scenario = 'cached'
    const series = await metricsWhere(
      address,
      'cached answers',
      (now) => reads(now, { scenario, hop: 'itinerary', verdict: 'failed' }) >= 5,
    )
    expect(reads(series, { scenario, verdict: /stale|missing/ })).toBe(0)
    const run = await latestRun(scenario)
    const read = run.events.find((event) => event.kind === 'read' && event.hop === 'itinerary')
    expect(read).toMatchObject({ judgement: { verdict: 'failed', reason: 'cached-answer' }, token: 'unknown' })
    expect(serve.printed.stdout).toContain('a cached answer came from the way')
  })

  test('the hop says what it is, refuses strangers, other versions, containers and documents', async () => {
    const headers = { authorization: `Bearer ${hopToken}` }
    const about = await get(url, '/itinerary/hop', headers)
    expect(JSON.parse(about.text)).toMatchObject({ speaks: ['v1'], containers: ['e2e/travel'] })
    expect((await get(url, '/itinerary/hop')).status).toBe(401)
    const other = await get(url, '/itinerary/hop/v2/operation', headers)
    expect([other.status, JSON.parse(other.text)]).toMatchObject([404, { speaks: ['v1'] }])
    const call = (changes: object) => {
      const whole = {
        scenario: { name: 's', container: { database: 'e2e', container: 'travel' }, partitionKey: ['/pk'] },
        owner: 'me',
        hop: { name: 'h', client: 'own', retries: 'sdk', consistency: 'Session' },
        generation: 0,
        consistency: 'Session',
        arrivesBy: 'header',
        leavesBy: 'header',
        operation: { kind: 'point', id: 'me-1', partitionKey: ['me-1'] },
        ...changes,
      }
      const encoded = Buffer.from(JSON.stringify(whole)).toString('base64url')
      return get(url, `/itinerary/hop/v1/operation?operation=${encoded}`, { ...headers, 'x-hopwatch-nonce': 'n' })
    }
    expect((await call({})).status).toBe(200)
    expect((await call({ operation: { kind: 'point', id: 'yours', partitionKey: ['me-1'] } })).status).toBe(403)
    const elsewhere = { name: 's', container: { database: 'e2e', container: 'other' }, partitionKey: ['/pk'] }
    expect((await call({ scenario: elsewhere })).status).toBe(403)
    expect((await call({ surprise: true })).status).toBe(422)
  })

  test('beyond loopback a hop needs its token and its containers', async () => {
    const env = { COSMOS_ENDPOINT: 'http://127.0.0.1:1', COSMOS_KEY: 'a2V5' }
    const bare = await runHopwatch(['hop', '--listen', '0.0.0.0:0', '--containers', 'a/b'], { env })
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('HOPWATCH_HOP_TOKEN is not set')])
    const wide = await runHopwatch(['hop', '--listen', '0.0.0.0:0'], { env: { ...env, HOPWATCH_HOP_TOKEN: 'x' } })
    expect([wide.code, wide.stderr]).toEqual([2, expect.stringContaining('--containers')])
  })

  test('no process prints a session token, a key or the bearer token', async () => {
    const printed = processes.map(({ printed }) => printed.stdout + printed.stderr).join('\n')
    const shown = printed + (await get(address, '/metrics')).text + JSON.stringify(await latestRun('stripped'))
    expect(shown).not.toContain(hopToken)
    expect(shown).not.toMatch(/\d+:-?\d+#\d+/)
  })

  // The last: it takes a hop away.
  test('a hop that is killed: its reads fail, its users do not arrive, and nobody is accused', async () => {
    north.signal('SIGKILL')
    await north.ended
    const scenario = 'by-header'
    const series = await metricsWhere(
      address,
      'failed reads',
      (now) => reads(now, { scenario, hop: 'itinerary', verdict: 'failed' }) >= 5,
    )
    expect(reads(series, { scenario, verdict: /stale|missing/ })).toBe(0)
    expect(carries(series, { scenario, token: 'lost' })).toBe(0)
    expect(carries(series, { scenario, from: 'gateway', token: 'unknown' })).toBeGreaterThan(0)
    expect(sum(series, 'hopwatch_findings_total', { scenario, finding: /^(?!kept)/ })).toBe(0)
    const run = await latestRun(scenario)
    expect(run.events.find((event) => event.kind === 'read')).toMatchObject({
      judgement: { verdict: 'failed', reason: 'connection' },
    })
    // The gateway before it goes on as ever.
    const before = sum(series, 'hopwatch_writes_total', { scenario, hop: 'gateway', outcome: 'succeeded' })
    await metricsWhere(
      address,
      'further writes at the gateway',
      (now) => sum(now, 'hopwatch_writes_total', { scenario, hop: 'gateway', outcome: 'succeeded' }) > before + 3,
    )
  })

  const latestRun = (scenario: string): Promise<RunJson> =>
    until(`a run of ${scenario}`, async () => {
      const [newest] = await listRuns(address, `scenario=${scenario}`)
      return newest && readRun(address, newest.id)
    })

  const carriesOf = async (scenario: string) =>
    (await latestRun(scenario)).events.filter((event) => event.kind === 'carry')
})
