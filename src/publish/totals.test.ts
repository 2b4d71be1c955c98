import { describe, expect, test } from 'vitest'
import { atEndpoints, downgradeAttempts, runOf, scenarioOf, wallStartMs } from '../../test/http/support.ts'
import { Totals } from './totals.ts'

const totalsOf = (...runs: ReturnType<typeof runOf>[]) => {
  const totals = new Totals()
  totals.addScenario(scenarioOf('travel-itinerary'))
  for (const run of runs) totals.record(run)
  return totals.snapshot()[0]!
}

describe('totals', () => {
  test('before the first run every arm is there, and every rate unknown', () => {
    const [propagated, control] = totalsOf().arms
    expect([propagated?.arm, control?.arm]).toEqual(['propagated', 'control'])
    expect(propagated).toMatchObject({
      readsTotal: 0,
      staleRate: undefined,
      tokenLossRate: undefined,
      retriesPerRead: undefined,
    })
    expect(propagated?.readLatency).toBeUndefined()
    expect(control?.carriesToken).toBe(false)
  })

  test('what an endpoint spends and retries is unknown, not 0', () => {
    expect(totalsOf(atEndpoints(runOf())).arms[0]).toMatchObject({
      readsTotal: 1,
      requestUnits: undefined,
      requestUnitsPerRun: undefined,
      retriesPerRead: undefined,
    })
  })

  test('counts reads, rates, cost and retries of each arm by itself', () => {
    const { arms, protection } = totalsOf(
      runOf({ id: '1' }),
      runOf({
        id: '2',
        judgement: { verdict: 'stale', versionsBehind: 3 },
        token: 'dropped',
        attempts: downgradeAttempts,
      }),
      runOf({ id: '3', judgement: { verdict: 'failed', reason: 'throttled' } }),
      runOf({ id: '4', arm: 'control', token: 'lost', judgement: { verdict: 'missing', detail: 'not-found' } }),
    )
    expect(arms[0]).toMatchObject({
      readsTotal: 3,
      judgedReads: 2,
      staleReads: 1,
      staleRate: { point: 0.5 },
      claimedReads: 3,
      uncoveredReads: 0,
      failedReads: 1,
      requestUnits: 34,
      retriesPerRead: 1 / 3,
      runs: { kept: 1, found: 1, failed: 1 },
      retries: { session: 1, throttle: 0 },
      findings: { 'silent-downgrade-seen': 1, kept: 1 },
      writes: { succeeded: 3 },
    })
    expect(arms[1]).toMatchObject({ judgedReads: 1, staleReads: 1, tokenLossRate: { point: 1 } })
    expect(protection?.point).toBeCloseTo(0.5)
  })

  test('the last finding names the read, and a run that kept its promise does not wipe it out', () => {
    const found = runOf({ id: 'found', judgement: { verdict: 'stale', versionsBehind: 3 }, token: 'behind' })
    expect(totalsOf(found, runOf({ id: 'later' })).arms[0]?.lastFinding).toEqual({
      runId: 'found',
      finding: 'token-loss-seen',
      atWallMs: wallStartMs,
      hop: 'itinerary',
      region: 'North Europe',
      verdict: 'stale',
      versionsBehind: 3,
      token: 'behind',
    })
  })

  test('latencies are within 1 % of what was measured', () => {
    const { arms } = totalsOf(...Array.from({ length: 100 }, (_, i) => runOf({ id: `${i}`, readMs: i + 1 })))
    const { p50Ms, p95Ms, p99Ms } = arms[0]?.readLatency ?? { p50Ms: 0, p95Ms: 0, p99Ms: 0 }
    for (const [found, real] of [
      [p50Ms, 50],
      [p95Ms, 95],
      [p99Ms, 99],
    ] as const)
      expect(Math.abs(found / real - 1)).toBeLessThan(0.01)
  })

  test('a removed scenario is gone, and late runs of it are ignored', () => {
    const totals = new Totals()
    totals.addScenario(scenarioOf('travel-itinerary'))
    totals.removeScenario('travel-itinerary')
    totals.record(runOf())
    totals.missed('travel-itinerary', 'late', 1)
    expect(totals.snapshot()).toEqual([])
  })
})

test('where the token was lost is counted once a run, and only where it should have travelled', () => {
  const totals = new Totals()
  totals.addScenario(scenarioOf('travel-itinerary'))
  const lost = runOf({ token: 'lost', carried: 'lost' })
  for (const run of [lost, lost, runOf({ token: 'lost' }), runOf(), runOf({ arm: 'control', token: 'lost' })])
    totals.record(run)
  expect(totals.snapshot()[0]!.arms.map(({ lossPlaces }) => lossPlaces)).toEqual([
    [
      { place: 'gateway → itinerary by header', runs: 2 },
      { place: 'itinerary in North Europe', runs: 1 },
    ],
    [],
  ])
})
