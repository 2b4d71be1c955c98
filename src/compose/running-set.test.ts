import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { publicationFor, runOf, scenarioOf, textOf } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { type Target, TargetProblem } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import { Scheduler } from '../schedule/scheduler.ts'
import { Governors } from './governors.ts'
import { RunningSet } from './running-set.ts'
import { TargetWatch } from './target-watch.ts'
import { watchEvents } from './watch-events.ts'

const runMs = 300

/** A set on a manual clock, against an account of which only the containers named in `missing` are not there. */
function world(options: { missing?: Set<string> } = {}) {
  const clock = new ManualClock(1_700_000_000_000)
  const publication = publicationFor([], { clock })
  const scheduler = new Scheduler({ clock, random: seededRandom(1), sink: publication.sink })
  const governors = new Governors(undefined, clock)
  const closed: string[] = []
  const started: { name: string; generation: number; atMs: number }[] = []
  const target: Partial<Target> = {
    name: 'default',
    account: async () => ({
      consistency: 'Session',
      writeRegions: [],
      readRegions: [],
      multipleWriteLocations: false,
      endpoints: new Map(),
      fingerprints: [],
    }),
    checkRegions: async () => {},
    ensureContainer: async ({ container }) => {
      if (options.missing?.has(container)) throw new TargetProblem('misconfigured', 'no container', 'make it')
      return { wasCreated: false, ttlIsOn: true, defaultTtlSeconds: -1 }
    },
    closeStores: (name) => void closed.push(name),
  }
  const watches = new Map<string, TargetWatch>()
  const set: RunningSet = new RunningSet({
    scheduler,
    governors,
    publication,
    targets: new Map([['default', target as Target]]),
    watches,
    startRuns: (scenario, _, generation) => {
      let runs = 0
      return async () => {
        started.push({ name: scenario.name, generation, atMs: clock.nowMs() })
        const id = `${scenario.name}-${generation}-${runs++}`
        await clock.sleep(runMs)
        return runOf({ id, scenario: scenario.name })
      }
    },
  })
  const events = watchEvents(publication.metrics, pino({ level: 'silent' }), (scenario, ready) =>
    set.schedule(scenario, ready),
  )
  watches.set('default', new TargetWatch(target as Target, { clock, provision: false, events }))
  const start = async (scenarios: readonly Scenario[]) => {
    await set.load(scenarios)
    await watches.get('default')!.start()
    await clock.advance(0)
  }
  const runsOf = async (name: string): Promise<number | undefined> => {
    const body = textOf(await publication.metrics.expose('text'))
    const [, value] =
      new RegExp(`hopwatch_runs_total{scenario="${name}",arm="propagated",result="kept"} (\\d+)`).exec(body) ?? []
    return value === undefined ? undefined : Number(value)
  }
  return { clock, set, start, started, closed, runsOf, publication, scheduler }
}

const every = (name: string, periodMs: number, changes: Partial<Scenario> = {}): Scenario =>
  scenarioOf(name, { schedule: { kind: 'every', periodMs, jitterMs: 0 }, ...changes })

describe('another set of scenarios', () => {
  test('leaves alone what is as before: schedule, counts and windows', async () => {
    const { clock, set, start, started, runsOf, publication } = world()
    await start([every('a', 1000), every('b', 1000)])
    await clock.advance(10_000)
    const before = await runsOf('a')
    const change = await set.load([every('c', 1000), every('a', 1000)])
    expect(change).toEqual({ added: ['c'], changed: [], removed: ['b'], unchanged: ['a'] })
    await clock.advance(10_000)
    const times = started.filter(({ name }) => name === 'a').map(({ atMs }) => atMs)
    expect(new Set(times.slice(1).map((atMs, index) => atMs - times[index]!))).toEqual(new Set([1000]))
    expect(started.filter(({ name }) => name === 'a').every(({ generation }) => generation === 0)).toBe(true)
    expect(await runsOf('a')).toBe(before! + 10)
    expect(publication.totals.snapshot().find(({ scenario }) => scenario === 'a')?.arms[0]?.runs.kept).toBe(
      before! + 10,
    )
    expect(await runsOf('c')).toBeGreaterThanOrEqual(9)
    expect(set.scenarios.map(({ name }) => name)).toEqual(['c', 'a'])
  })

  test('takes away what is gone when its last run has ended, which is still counted', async () => {
    const { clock, set, start, started, closed, runsOf } = world()
    await start([every('a', 1000), every('b', 1000)])
    await clock.advance(1000)
    for (let tries = 0; tries < 300 && started.at(-1)?.name !== 'b'; tries++) await clock.advance(10)
    let isLoaded = false
    const loading = set.load([every('a', 1000)]).then(() => {
      isLoaded = true
    })
    await clock.advance(0)
    const runs = started.filter(({ name }) => name === 'b').length
    expect([isLoaded, set.scenarios.length, await runsOf('b')]).toEqual([false, 2, runs - 1])
    await clock.advance(runMs)
    await loading
    expect([set.scenarios.map(({ name }) => name), await runsOf('b'), closed]).toEqual([['a'], undefined, ['b']])
    await clock.advance(10_000)
    expect(started.filter(({ name }) => name === 'b')).toHaveLength(runs)
  })

  test('puts a changed one in its place: new documents and schedule, the same counters', async () => {
    const { clock, set, start, started, closed, runsOf, publication } = world()
    await start([every('a', 1000)])
    expect([set.scheduledCount, set.wereScheduled]).toEqual([1, true])
    await clock.advance(5000)
    const loading = set.load([every('a', 500, { about: 'changed' })])
    // That is no reason to be called unready.
    expect([set.scheduledCount, set.wereScheduled]).toEqual([0, true])
    await clock.advance(runMs)
    expect(await loading).toMatchObject({ changed: ['a'], added: [], unchanged: [] })
    const before = await runsOf('a')
    expect(before).toBeGreaterThanOrEqual(4)
    expect(closed).toEqual(['a'])
    await clock.advance(5000)
    expect(await runsOf('a')).toBeGreaterThanOrEqual(before! + 9)
    expect(new Set(started.map(({ generation }) => generation))).toEqual(new Set([0, 1]))
    expect(set.scenarios[0]?.about).toBe('changed')
    // The page's figures are of what runs now.
    expect(publication.totals.snapshot()[0]?.arms[0]?.runs.kept).toBe((await runsOf('a'))! - before!)
  })

  test('lets what comes again begin at zero', async () => {
    const { clock, set, start, started, runsOf } = world()
    await start([every('a', 1000), every('b', 1000)])
    await clock.advance(5000)
    const gone = set.load([every('a', 1000)])
    await clock.advance(runMs)
    await gone
    await set.load([every('a', 1000), every('b', 1000)])
    await clock.advance(0)
    expect(await runsOf('b')).toBe(0)
    await clock.advance(3000)
    expect(new Set(started.filter(({ name }) => name === 'b').map(({ generation }) => generation))).toEqual(
      new Set([0, 1]),
    )
  })

  test('may wait for its containers, and leave before they are there', async () => {
    const missing = new Set(['late'])
    const { clock, set, start, started, scheduler } = world({ missing })
    expect(set.wereScheduled).toBe(false)
    await start([every('a', 1000)])
    const late = every('late', 1000, { container: { database: 'd', container: 'late' } })
    await set.load([every('a', 1000), late])
    await clock.advance(6000)
    expect([set.scheduledCount, scheduler.runNow('late')]).toEqual([1, 'not-scheduled'])
    await set.load([every('a', 1000)])
    missing.clear()
    await clock.advance(6000)
    expect([set.scheduledCount, started.some(({ name }) => name === 'late')]).toEqual([1, false])
    await set.load([every('a', 1000), late])
    await clock.advance(2000)
    expect([set.scheduledCount, started.some(({ name }) => name === 'late')]).toEqual([2, true])
  })

  test('needs no account for a journey through services of the user alone', async () => {
    const { clock, set, start, started } = world()
    const hops = [{ ...scenarioOf('x').hops[0]!, name: 'gateway', endpoint: 'http://127.0.0.1:1/' }]
    await start([])
    await set.load([every('mine', 1000, { hops })])
    await clock.advance(1500)
    expect([set.scheduledCount, started.map(({ name }) => name).includes('mine')]).toEqual([1, true])
  })
})
