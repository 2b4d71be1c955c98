import { expect, test } from 'vitest'
import { ManualClock } from '../src/base/clock.ts'
import { seededRandom } from '../src/base/random.ts'
import { type FinishedRun, type MissedReason, runRequestUnits } from '../src/domain/journey.ts'
import type { Scenario } from '../src/domain/scenario.ts'
import { DirectStore } from '../src/explore/direct-store.ts'
import { RunPlanner } from '../src/run/plan-run.ts'
import { createRunner } from '../src/run/run-scenario.ts'
import { Governor } from '../src/schedule/governor.ts'
import { Scheduler } from '../src/schedule/scheduler.ts'
import { SimulatedAccount } from '../src/simulator/account.ts'
import { scenarioOf } from './http/support.ts'

const regions = ['West Europe', 'North Europe']

/** Scenarios on a simulated account whose container takes so many request units a second, on a manual clock. */
function world(throughput: number, requestUnitsPerSecond: number | undefined, scenarios: readonly Scenario[]) {
  const clock = new ManualClock()
  const account = new SimulatedAccount({ regions, throughput }, seededRandom('governor'))
  const { database, container } = scenarios[0]!.container
  account.execute({ kind: 'createDatabase', id: database }, { region: regions[0]!, nowMs: 0 })
  account.execute(
    {
      kind: 'createContainer',
      database,
      definition: { id: container, partitionKey: { paths: ['/customerId'] }, defaultTtl: -1 },
    },
    { region: regions[0]!, nowMs: 0 },
  )
  const finished: (FinishedRun & { endedAtMs: number })[] = []
  const missed: Record<string, number> = {}
  const scheduler = new Scheduler({
    clock,
    random: seededRandom('schedule'),
    sink: {
      record: (run) => finished.push({ ...run, endedAtMs: clock.nowMs() }),
      missed: (name: string, reason: MissedReason, count: number) => {
        missed[`${name} ${reason}`] = (missed[`${name} ${reason}`] ?? 0) + count
      },
    },
  })
  const governor = new Governor(requestUnitsPerSecond, clock)
  for (const scenario of scenarios) {
    const planner = new RunPlanner(scenario)
    const runner = createRunner({
      scenario,
      openStore: (name) =>
        new DirectStore({ account, clock, scenario, hop: scenario.hops.find((hop) => hop.name === name)! }),
      clock,
      random: seededRandom(scenario.name),
      owner: 'test',
      ttlIsOn: true,
    })
    scheduler.add(scenario, async (lag, signal) => runner.run(planner.next(), lag, signal), governor.admit(scenario))
  }
  const throttledBetween = (fromMs: number, toMs: number) =>
    finished.filter(
      (run) =>
        run.endedAtMs >= fromMs &&
        run.endedAtMs < toMs &&
        run.events.some(
          (event) => 'observation' in event && event.observation.attempts.some((each) => each.status === 429),
        ),
    ).length
  return { clock, finished, missed, governor, throttledBetween }
}

const every = (name: string, periodMs: number) =>
  scenarioOf(name, {
    schedule: { kind: 'every', periodMs, jitterMs: 0 },
    budget: undefined,
    journey: [
      { kind: 'write', write: 'upsert', at: 'gateway' },
      { kind: 'carry', carrier: 'header', from: 'gateway', to: 'itinerary', faults: [] },
      { kind: 'read', read: 'point', at: 'itinerary' },
    ],
  })

test('a container that answers 429 is left in peace, and what was withheld is counted', async () => {
  const { clock, finished, missed, governor, throttledBetween } = world(400, undefined, [every('busy', 5)])
  await clock.advance(120_000)
  // Unheld, 200 runs a second of some 7 request units each would ask for three times what the container takes.
  const met = throttledBetween(60_000, 120_000)
  const done = finished.filter(({ endedAtMs }) => endedAtMs >= 60_000).length
  expect(done).toBeGreaterThan(500)
  expect(met / done).toBeLessThan(0.05)
  expect(missed['busy budget']).toBeGreaterThan(1000)
  expect(governor.admittedShares().get('busy')).toBeLessThan(1)
}, 60_000)

test('a common budget is kept, and the frequent scenario does not starve the rare one', async () => {
  const rate = 50
  const { clock, finished, missed } = world(100_000, rate, [every('frequent', 20), every('rare', 5000)])
  await clock.advance(120_000)
  const spent = finished.reduce((sum, run) => sum + runRequestUnits(run), 0)
  expect(spent).toBeLessThanOrEqual(120 * rate + 10 * rate + 40)
  expect(spent).toBeGreaterThan(100 * rate)
  expect(finished.filter(({ scenario }) => scenario === 'rare')).toHaveLength(24)
  expect(missed['rare budget']).toBeUndefined()
  expect(missed['frequent budget']).toBeGreaterThan(1000)
}, 60_000)

test('a common budget that changes, comes or goes holds from then on', async () => {
  const { clock, finished, governor } = world(100_000, undefined, [every('one', 100), every('two', 100)])
  const spentIn = async (ms: number) => {
    const before = finished.length
    await clock.advance(ms)
    return finished.slice(before).reduce((sum, run) => sum + runRequestUnits(run), 0) / (ms / 1000)
  }
  const free = await spentIn(20_000)
  expect(free).toBeGreaterThan(60)
  governor.changeBudget(20)
  // It begins with what it holds: ten seconds' worth.
  await spentIn(20_000)
  const held = await spentIn(60_000)
  expect(held).toBeLessThan(22)
  expect(held).toBeGreaterThan(17)
  governor.changeBudget(40)
  expect(Math.abs((await spentIn(60_000)) - 40)).toBeLessThan(4)
  governor.changeBudget(undefined)
  expect(await spentIn(20_000)).toBeGreaterThan(free * 0.95)
}, 60_000)
