import { expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { integerBelow, seededRandom } from '../base/random.ts'
import { RequestUnitBudget } from './governor.ts'

test('over any time, no more is spent than the rate, a full bucket and one run', async () => {
  const clock = new ManualClock()
  const random = seededRandom('governor')
  const budget = new RequestUnitBudget(50, clock)
  let spent = 0
  for (let step = 0; step < 400; step++) {
    if (budget.allowsRun()) {
      const cost = 5 + integerBelow(random, 60)
      budget.spend(cost)
      spent += cost
    }
    expect(spent).toBeLessThanOrEqual((clock.nowMs() / 1000) * 50 + 500 + 65)
    await clock.advance(integerBelow(random, 200))
  }
  expect(spent).toBeGreaterThan(500)
})

test('a run dearer than the bucket still happens, and is paid for by waiting', async () => {
  const clock = new ManualClock()
  const budget = new RequestUnitBudget(1, clock)
  expect(budget.allowsRun()).toBe(true)
  budget.spend(100)
  expect(budget.allowsRun()).toBe(false)
  await clock.advance(90_000)
  expect(budget.allowsRun()).toBe(false)
  await clock.advance(10_000)
  expect(budget.allowsRun()).toBe(true)
})
