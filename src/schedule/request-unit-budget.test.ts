import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { RequestUnitBudget } from './request-unit-budget.ts'

/** A member that wants to run every so often, at a cost that varies. */
const member = fc.record({
  everyMs: fc.integer({ min: 20, max: 2000 }),
  costs: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
})

async function spend(rate: number, wanted: readonly { everyMs: number; costs: readonly number[] }[], forMs: number) {
  const clock = new ManualClock()
  const budget = new RequestUnitBudget(rate, clock)
  const members = wanted.map((wish) => ({ ...wish, member: budget.join(), spent: 0, runs: 0 }))
  const spending: { atMs: number; units: number }[] = []
  for (let nowMs = 0; nowMs < forMs; nowMs += 20) {
    for (const each of members) {
      if (nowMs % (Math.ceil(each.everyMs / 20) * 20) !== 0 || !each.member.allowsRun()) continue
      const units = each.costs[each.runs++ % each.costs.length]!
      each.member.spend(units)
      each.spent += units
      spending.push({ atMs: nowMs, units })
    }
    await clock.advance(20)
  }
  return { members, spending }
}

test('over any window, all together spend no more than the rate, ten seconds of it and one run each', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 5, max: 200 }),
      async (wanted, rate) => {
        const { spending } = await spend(rate, wanted, 20_000)
        const dearest = wanted.reduce((sum, { costs }) => sum + Math.max(...costs), 0)
        for (const [first, { atMs }] of spending.entries()) {
          let units = 0
          for (const later of spending.slice(first)) {
            units += later.units
            expect(units).toBeLessThanOrEqual(((later.atMs - atMs) / 1000) * rate + rate * 10 + dearest + 1e-6)
          }
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('nobody starves: each gets what it wants, or its equal part of the rate', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 20, max: 200 }),
      async (wanted, rate) => {
        const forMs = 60_000
        const { members } = await spend(rate, wanted, forMs)
        for (const { everyMs, costs, spent } of members) {
          const ticks = Math.floor(forMs / (Math.ceil(everyMs / 20) * 20))
          const wants = (ticks * costs.reduce((sum, cost) => sum + cost, 0)) / costs.length
          const part = (rate / members.length) * (forMs / 1000)
          // One run more or less, and what a run had to wait for its next planned time.
          const slack = Math.max(...costs) * 3 + (everyMs / 1000) * (rate / members.length)
          expect(spent).toBeGreaterThanOrEqual(Math.min(wants, part) * 0.9 - slack)
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('what one leaves, the others may spend', async () => {
  const { members } = await spend(
    100,
    [
      { everyMs: 1000, costs: [1] },
      { everyMs: 20, costs: [10] },
    ],
    60_000,
  )
  expect(members[0]!.runs).toBe(60)
  expect(members[1]!.spent / 60).toBeGreaterThan(95)
})

test('a run dearer than the bucket still happens, and is paid for by waiting', async () => {
  const clock = new ManualClock()
  const only = new RequestUnitBudget(1, clock).join()
  expect(only.allowsRun()).toBe(true)
  only.spend(100)
  expect(only.allowsRun()).toBe(false)
  await clock.advance(90_000)
  expect(only.allowsRun()).toBe(false)
  await clock.advance(10_000)
  expect(only.allowsRun()).toBe(true)
})

test('the dearest of the last ten runs decides, not the last', () => {
  const only = new RequestUnitBudget(10, new ManualClock()).join()
  only.spend(60)
  only.spend(1)
  expect(only.allowsRun()).toBe(false)
  for (let cheap = 0; cheap < 9; cheap++) only.spend(1)
  expect(only.allowsRun()).toBe(true)
})

test('one that joins adds nothing to what may be spent', async () => {
  const clock = new ManualClock()
  const budget = new RequestUnitBudget(10, clock)
  const first = budget.join()
  first.spend(70)
  const second = budget.join()
  expect(first.units + second.units).toBeCloseTo(30)
})

test('another rate holds from then on, and a smaller bucket keeps no more than it holds', async () => {
  const clock = new ManualClock()
  const budget = new RequestUnitBudget(100, clock)
  const only = budget.join()
  budget.changeRate(1)
  expect(only.units).toBe(10)
  only.spend(20)
  await clock.advance(10_000)
  expect(only.allowsRun()).toBe(false)
  budget.changeRate(100)
  await clock.advance(1000)
  expect(only.units).toBeLessThanOrEqual(0)
  expect(only.allowsRun()).toBe(true)
})
