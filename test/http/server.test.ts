import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ConfigurationProblem } from '../../src/base/configuration-problem.ts'
import type { ReadinessState } from '../../src/http/readiness.ts'
import type { Status } from '../../src/http/status.ts'
import type { RunSummary } from '../../src/publish/run-json.ts'
import { runOf, scenarioOf, serve } from './support.ts'

const opened: { close(): Promise<void> }[] = []
const open = async (...args: Parameters<typeof serve>) => {
  const served = await serve(...args)
  opened.push(served)
  return served
}
afterEach(async () => {
  for (const served of opened.splice(0)) await served.close()
})
const scenario = scenarioOf('travel-itinerary')
const stale = { verdict: 'stale', versionsBehind: 1 } as const

describe('routes', () => {
  test('/healthz answers as long as the process lives', async () => {
    const { get } = await open([])
    const response = await get('/healthz')
    expect([response.status, await response.json()]).toEqual([200, { status: 'alive' }])
  })

  test('a GET of what takes a POST is told so', async () => {
    const { get } = await open([])
    for (const path of ['/-/reload', '/api/v1/scenarios/travel-itinerary/run']) {
      const response = await get(path)
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
      expect(await response.text()).toContain('curl -X POST')
    }
  })

  test('/readyz waits for scenarios and targets, and names what is missing', async () => {
    let state: ReadinessState = {
      scheduledScenarios: 0,
      loadedScenarios: 1,
      targets: [{ name: 'default', wasReached: false, isUp: false }],
    }
    const { get } = await open([scenario], { readiness: () => state })
    const starting = await get('/readyz')
    expect(starting.status).toBe(503)
    expect(await starting.json()).toMatchObject({
      reasons: ['no scenario is scheduled', 'target "default" has not been reached yet'],
    })
    state = { scheduledScenarios: 1, loadedScenarios: 1, targets: [{ name: 'default', wasReached: true, isUp: true }] }
    expect((await get('/readyz')).status).toBe(200)
    state = { scheduledScenarios: 1, loadedScenarios: 1, targets: [{ name: 'default', wasReached: true, isUp: false }] }
    const degraded = await get('/readyz')
    expect(degraded.status).toBe(200)
    expect(await degraded.json()).toMatchObject({
      status: 'degraded',
      reasons: ['target "default" does not answer now'],
    })
  })

  test('/metrics speaks text, and OpenMetrics to those who ask', async () => {
    const { get } = await open([scenario])
    const text = await get('/metrics')
    expect(text.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await text.text()).toContain(
      '# TYPE hopwatch_reads_total counter\nhopwatch_reads_total{scenario="travel-itinerary"',
    )
    const open2 = await get('/metrics', { headers: { accept: 'application/openmetrics-text; version=1.0.0' } })
    expect(open2.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect((await open2.text()).endsWith('# EOF\n')).toBe(true)
  })

  test('/api/v1/scenarios has what the page has', async () => {
    const { get, publication } = await open([scenario])
    publication.sink.record(runOf({ token: 'behind', judgement: stale }))
    const status = (await (await get('/api/v1/scenarios')).json()) as Status
    expect(status.headline.sentence).toBe('travel-itinerary: 1 of 1 reads was stale')
    expect(status.scenarios[0]).toMatchObject({
      name: 'travel-itinerary',
      schedule: 'every 2s',
      hops: [{ name: 'gateway', regionLabel: 'West Europe' }, { name: 'itinerary' }],
      arms: [
        { arm: 'propagated', staleReads: 1, lastFinding: { runId: 'run-1' } },
        { arm: 'control', readsTotal: 0 },
      ],
    })
  })

  test('/api/v1/runs lists and filters; each run is found by its id', async () => {
    const { get, publication } = await open([scenario, scenarioOf('another')])
    publication.sink.record(runOf({ id: 'kept' }))
    publication.sink.record(runOf({ id: 'lost', token: 'lost' }))
    publication.sink.record(runOf({ id: 'other', scenario: 'another' }))
    const ids = async (query: string) => {
      const { runs } = (await (await get(`/api/v1/runs${query}`)).json()) as { runs: RunSummary[] }
      return runs.map(({ id }) => id).toSorted()
    }
    expect(await ids('')).toEqual(['kept', 'lost', 'other'])
    expect(await ids('?scenario=another')).toEqual(['other'])
    expect(await ids('?finding=token-loss-latent')).toEqual(['lost'])
    expect(await ids('?limit=1')).toHaveLength(1)
    expect(await (await get('/api/v1/runs/lost')).json()).toMatchObject({ id: 'lost', finding: 'token-loss-latent' })
  })

  test.each([
    ['/api/v1/runs/none', 404, /no such run/],
    ['/api/v1/runs?limit=0', 400, /limit must be/],
    ['/api/v1/runs?limit=x', 400, /limit must be/],
    ['/api/v1/runs?finding=luck', 400, /finding must be one of: broken-promise/],
    ['/api/v1/runs?scenario=luck', 400, /scenario must be one of: travel-itinerary/],
    ['/nowhere', 404, /status page is at/],
    [`/api/v1/runs/${'x'.repeat(500)}`, 414, /./],
    ['/api/v1/runs/%zz', 400, /./],
  ])('%s → %i, as JSON with an id', async (path, status, message) => {
    const { get } = await open([scenario])
    const response = await get(path)
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as { error: { id: string; message: string } }
    expect(error.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(error.message).toMatch(message)
    expect(JSON.stringify(error)).not.toMatch(/\.ts|node_modules|\n\s*at /)
  })

  test('a fault of ours says nothing but its id', async () => {
    const broken = () => {
      throw new Error('inner secret')
    }
    const { get } = await open([scenario], { readiness: broken })
    const response = await get('/readyz')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('inner secret')
  })
})

describe('access', () => {
  const publicly = (changes = {}) =>
    open([scenario], { listen: { host: '0.0.0.0', port: 0 }, apiToken: 'open sesame', ...changes })
  const local = (address: string) => address.replace('0.0.0.0', '127.0.0.1')

  test('probes need no token: /readyz says whether, and why only to whoever has it', async () => {
    let isUp = false
    const { address } = await publicly({
      apiToken: 'sesame',
      readiness: () => ({
        scheduledScenarios: 1,
        loadedScenarios: 1,
        targets: [{ name: 'our-shop', wasReached: isUp, isUp, problem: 'our-shop.documents.azure.com says no' }],
      }),
    })
    const ask = async (headers = {}) => {
      const response = await fetch(`${local(address)}/readyz`, { headers })
      return [response.status, await response.json()]
    }
    expect(await ask()).toEqual([503, { ready: false }])
    expect(await ask({ authorization: 'Bearer sesamf' })).toEqual([503, { ready: false }])
    expect(await ask({ authorization: 'Bearer sesame' })).toMatchObject([
      503,
      { reasons: [expect.stringContaining('says no')] },
    ])
    isUp = true
    expect(await ask()).toEqual([200, { ready: true }])
  })

  test('a public listener answers /healthz to everybody, and the rest to the token', async () => {
    const { address } = await publicly({ apiToken: 'sesame' })
    expect((await fetch(`${local(address)}/healthz`)).status).toBe(200)
    for (const path of ['/', '/metrics', '/api/v1/runs', '/nowhere']) {
      const refused = await fetch(local(address) + path)
      expect([path, refused.status, refused.headers.get('www-authenticate')]).toEqual([
        path,
        401,
        'Bearer realm="hopwatch", Basic realm="hopwatch", charset="UTF-8"',
      ])
      expect(await refused.text()).not.toMatch(/sesame|travel/)
      const wrong = await fetch(local(address) + path, { headers: { authorization: 'Bearer sesamf' } })
      expect(wrong.status).toBe(401)
    }
    const metrics = await fetch(`${local(address)}/metrics`, { headers: { authorization: 'Bearer sesame' } })
    expect(metrics.status).toBe(200)
  })

  test('a browser opens the page of a public listener with the token as its password, and orders nothing with it', async () => {
    const { address } = await publicly({ apiToken: 'sesame' })
    const basic = { authorization: `Basic ${Buffer.from('ops:sesame').toString('base64')}` }
    for (const path of ['/', '/api/v1/scenarios', '/metrics'])
      expect([path, (await fetch(local(address) + path, { headers: basic })).status]).toEqual([path, 200])
    for (const path of ['/-/reload', '/api/v1/scenarios/travel-itinerary/run']) {
      const refused = await fetch(local(address) + path, { method: 'POST', headers: basic })
      expect([path, refused.status, refused.headers.get('www-authenticate')]).toEqual([
        path,
        401,
        'Bearer realm="hopwatch"',
      ])
    }
  })

  test('a public listener without a token does not start', async () => {
    await expect(publicly({ apiToken: undefined })).rejects.toThrow(ConfigurationProblem)
    const { address } = await publicly({ apiToken: undefined, allowUnauthenticated: true })
    expect((await fetch(`${local(address)}/metrics`)).status).toBe(200)
  })

  test('every answer carries the security headers', async () => {
    const { get } = await open([scenario])
    for (const path of ['/', '/metrics', '/nowhere', '/api/v1/runs?limit=0']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })
})

describe('the listener', () => {
  test('a taken port is said in words', async () => {
    const { address } = await open([scenario])
    const port = Number(new URL(address).port)
    await expect(open([scenario], { listen: { host: '127.0.0.1', port } })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: the port is taken by another process`,
    )
  })

  test('closing waits for nobody who only keeps a connection open', async () => {
    const served = await serve([scenario])
    await served.get('/healthz')
    const idle = connect(Number(new URL(served.address).port), '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    idle.write('GET /healthz HTTP/1.1\r\nhost: x\r\nx-half: ')
    const gone = new Promise((resolve) => idle.once('close', resolve))
    await served.close(50)
    await gone
    await expect(served.get('/healthz')).rejects.toThrow()
  })

  test('an oversized header is refused, and the server lives on', async () => {
    const { get } = await open([scenario])
    expect((await get('/healthz', { headers: { 'x-big': 'x'.repeat(20_000) } })).status).toBe(431)
    expect((await get('/healthz')).status).toBe(200)
  })
})
