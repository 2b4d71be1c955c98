import { expect, test } from 'vitest'
import type { GuaranteeViolation } from '../../src/domain/guarantees.ts'
import { rawToken, runOf, scenarioOf, serve } from './support.ts'

const violation: GuaranteeViolation = {
  guarantee: 'read-your-writes',
  witness: [
    { step: 0, hop: 'gateway', operation: 'upsert', version: 7 },
    { step: 3, hop: 'itinerary', operation: 'point', version: undefined },
  ],
}

test('a violated guarantee is counted, shown with its witness, and remembered; withheld tokens accuse nobody', async () => {
  const server = await serve([scenarioOf('travel-itinerary')])
  try {
    const { publication, get } = server
    const counter = 'hopwatch_guarantee_violations_total{scenario="travel-itinerary",guarantee="read-your-writes"}'
    expect(await (await get('/metrics')).text()).toContain(`${counter} 0`)
    publication.sink.record(runOf({ id: 'control', arm: 'control', violations: [violation] }))
    expect(await (await get('/metrics')).text()).toContain(`${counter} 0`)
    expect(await (await get('/')).text()).not.toContain('Session guarantees violated')

    publication.sink.record(runOf({ id: 'accused', violations: [violation] }))
    expect(await (await get('/metrics')).text()).toContain(`${counter} 1`)
    expect(await (await get('/')).text()).toContain(
      'Session guarantees violated in propagated: read your writes 1 times. <a href="/api/v1/runs/accused">',
    )
    const text = await (await get('/api/v1/runs/accused')).text()
    expect(JSON.parse(text).violations).toEqual([
      { guarantee: 'read-your-writes', witness: [violation.witness[0], { ...violation.witness[1], version: null }] },
    ])
    expect(text).not.toContain(rawToken)

    // It stays though a thousand good runs come after it.
    for (let run = 0; run < 1000; run++) publication.sink.record(runOf({ id: `good-${run}` }))
    expect((await get('/api/v1/runs/accused')).status).toBe(200)
    const { scenarios } = (await (await get('/api/v1/scenarios')).json()) as {
      scenarios: { arms: { arm: string; violations: Record<string, number> }[] }[]
    }
    expect(scenarios[0]!.arms.map(({ violations }) => violations['read-your-writes'])).toEqual([1, 1])
  } finally {
    await server.close()
  }
})
