import { expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../test/http/support.ts'
import { Totals } from './totals.ts'

test('what fails alike is counted together, the commonest first', () => {
  const totals = new Totals()
  totals.addScenario(scenarioOf('travel-itinerary'))
  const failed = (reason: 'throttled' | 'timeout') => runOf({ judgement: { verdict: 'failed', reason } })
  for (const run of [failed('timeout'), failed('throttled'), failed('throttled'), runOf()]) totals.record(run)
  const [arm] = totals.snapshot()[0]!.arms
  expect(arm?.setbacks).toMatchObject([
    { kind: 'read', hop: 'itinerary', outcome: 'throttled', count: 2 },
    { kind: 'read', hop: 'itinerary', outcome: 'timeout', count: 1 },
  ])
})
