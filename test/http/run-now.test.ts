import { expect, test } from 'vitest'
import type { HttpServerOptions } from '../../src/http/server.ts'
import { rawToken, runOf, scenarioOf, serve } from './support.ts'

const path = '/api/v1/scenarios/travel-itinerary/run'
const apiToken = 'a-token-of-the-test'
const bearer = { authorization: `Bearer ${apiToken}` }

async function withServer(
  changes: Partial<HttpServerOptions>,
  ask: (post: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
): Promise<void> {
  const server = await serve([scenarioOf('travel-itinerary')], changes)
  try {
    await ask((to, init) => server.get(to, { method: 'POST', ...init }))
  } finally {
    await server.close()
  }
}

const messageOf = async (response: Response) =>
  ((await response.json()) as { error: { message: string } }).error.message

test('a run on demand answers with the whole run, and no token in it', async () => {
  const asked: string[] = []
  const runNow = async (name: string) => {
    asked.push(name)
    return runOf({ id: 'on-demand' })
  }
  await withServer({ apiToken, runNow }, async (post) => {
    const response = await post(path, { headers: bearer })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ id: 'on-demand', result: 'kept', violations: [] })
    expect(text).not.toContain(rawToken)
    // Whatever a client sends along is no obstacle.
    for (const body of ['', '{}', 'x=1']) {
      const headers = {
        ...bearer,
        'content-type': body === 'x=1' ? 'application/x-www-form-urlencoded' : 'application/json',
      }
      expect((await post(path, { headers, body })).status).toBe(200)
    }
  })
  expect(asked).toEqual(Array(4).fill('travel-itinerary'))
})

test('an order needs the token on loopback too, and is refused where none is set', async () => {
  const runNow = () => Promise.reject(new Error('nobody may get here'))
  await withServer({ apiToken, runNow }, async (post) => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
      const response = await post(path, { headers })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
    }
  })
  await withServer({ runNow }, async (post) => {
    const response = await post(path, { headers: bearer })
    expect(response.status).toBe(403)
    expect(await messageOf(response)).toContain('HOPWATCH_API_TOKEN is not set')
  })
})

test.each([
  ['overlap', 409, 'going on'],
  ['paused', 409, 'paused'],
  ['budget', 429, 'budget is spent'],
  ['not-scheduled', 503, '/readyz'],
] as const)('an obstacle is told: %s', async (obstacle, status, words) => {
  await withServer({ apiToken, runNow: () => obstacle }, async (post) => {
    const response = await post(path, { headers: bearer })
    expect(response.status).toBe(status)
    expect(await messageOf(response)).toContain(words)
  })
})

test('an unknown scenario is not there', async () => {
  await withServer({ apiToken }, async (post) => {
    expect((await post('/api/v1/scenarios/other/run', { headers: bearer })).status).toBe(404)
  })
})
