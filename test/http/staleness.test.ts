import { expect, test } from 'vitest'
import type { FinishedRun, JourneyEvent } from '../../src/domain/journey.ts'
import { runOf, scenarioOf, serve } from './support.ts'

/** A run whose read began so long after the write's acknowledgement, and whose re-reads saw it so long after. */
function controlRun(index: number, readAfterMs: number, seenAfterMs: number | undefined): FinishedRun {
  const isStale = seenAfterMs !== undefined
  const run = runOf({
    id: `run-${index}`,
    arm: 'control',
    token: 'lost',
    judgement: isStale ? { verdict: 'stale', versionsBehind: 1 } : { verdict: 'fresh' },
  })
  const startedAtMs = 8 + readAfterMs
  const events = run.events.flatMap((event): JourneyEvent[] => {
    if (event.kind !== 'read') return [event]
    const timed = (atMs: number) => {
      const attempts = event.observation.attempts.map((attempt) => ({ ...attempt, durationMs: 5 }))
      return { ...event.observation, startedAtMs: atMs, durationMs: 5, attempts }
    }
    const read = { ...event, observation: timed(startedAtMs) }
    if (seenAfterMs === undefined) return [read]
    return [
      read,
      {
        kind: 'visibility',
        hop: 'itinerary',
        region: 'North Europe',
        visibleAfterMs: seenAfterMs + 5,
        observations: [timed(8 + seenAfterMs - 10), timed(8 + seenAfterMs)],
        requestUnits: 2,
      },
    ]
  })
  return { ...run, events }
}

test('t-visibility and k-staleness of each region pair, in the API and on the page', async () => {
  const server = await serve([scenarioOf('travel-itinerary')])
  try {
    const { publication, get } = server
    expect(await (await get('/')).text()).not.toContain('West Europe → North Europe')
    for (let run = 0; run < 60; run++) publication.sink.record(controlRun(run, 20, run % 3 === 0 ? 180 : undefined))
    const { scenarios } = (await (await get('/api/v1/scenarios')).json()) as {
      scenarios: { staleness: { visibility: { afterMs: number; probability: { point: number } }[]; reads: number }[] }[]
    }
    const [pair] = scenarios[0]!.staleness
    expect(pair).toMatchObject({ writeRegion: 'West Europe', readRegion: 'North Europe', reads: 60 })
    const at = (ms: number) => pair!.visibility.find(({ afterMs }) => afterMs === ms)?.probability.point
    expect([at(10), at(50), at(200)]).toEqual([undefined, 40 / 60, 1])
    const page = await (await get('/')).text()
    expect(page).toContain('West Europe → North Europe')
    expect(page).toContain('Sees the write: 66.7\u00a0% after 20ms')
    expect(page).toContain('Of 60 first reads, 66.7\u00a0% returned the latest version')
    expect(page).not.toContain('NaN')
  } finally {
    await server.close()
  }
})
