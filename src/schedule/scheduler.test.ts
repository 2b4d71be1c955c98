import { expect, onTestFinished, test, vi } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import type { FinishedRun, MissedReason, Sink } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import { Governor } from './governor.ts'
import { Scheduler, type StartRun } from './scheduler.ts'

const scenario = (name: string, periodMs: number): Scenario => ({
  name,
  about: '',
  target: 'default',
  schedule: { kind: 'every', periodMs, jitterMs: 0 },
  deadlineMs: 1000,
  container: { database: 'd', container: 'c' },
  partitionKey: ['/pk'],
  document: 'reused',
  partitions: 1,
  ttlSeconds: 3600,
  visibilityWithinMs: 0,
  hops: [],
  journey: [],
  arms: [],
  objectives: { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined },
  budget: undefined,
})

const dearRun = (scheduleLagMs: number): FinishedRun => ({
  id: 'dear',
  scenario: 's',
  arm: 'propagated',
  carriesToken: true,
  startedAtWallMs: 0,
  durationMs: 0,
  scheduleLagMs,
  result: 'kept',
  finding: undefined,
  events: [{ kind: 'visibility', hop: 'h', region: 'R', visibleAfterMs: 1, observations: [], requestUnits: 50 }],
  violations: [],
  problem: undefined,
})

function harness(wallMs?: () => number) {
  const clock = new ManualClock()
  if (wallMs) clock.wallMs = wallMs
  const finished: FinishedRun[] = []
  const missed: Record<string, number> = {}
  const sink: Sink = {
    record: (run) => finished.push(run),
    missed: (name: string, reason: MissedReason, count: number) => {
      missed[`${name} ${reason}`] = (missed[`${name} ${reason}`] ?? 0) + count
    },
  }
  const scheduler = new Scheduler({ clock, random: seededRandom(1), sink })
  const runLasting = (name: string, ms: number) => async (lag: number, signal: AbortSignal) => {
    await clock.sleep(ms, signal)
    const run: FinishedRun = {
      id: name,
      scenario: name,
      arm: 'propagated',
      carriesToken: true,
      startedAtWallMs: 0,
      durationMs: ms,
      scheduleLagMs: lag,
      result: signal.aborted ? 'abandoned' : 'kept',
      finding: undefined,
      events: [],
      violations: [],
      problem: undefined,
    }
    return run
  }
  const governor = new Governor(undefined, clock)
  const add = (one: Scenario, start: StartRun) => scheduler.add(one, start, governor.admit(one))
  return { clock, finished, missed, scheduler, add, runLasting }
}

test('runs at its rate, whatever the others do, and never twice at once', async () => {
  const { clock, finished, missed, add, runLasting } = harness()
  add(scenario('quick', 100), runLasting('quick', 10))
  add(scenario('slow', 100), runLasting('slow', 250))
  await clock.advance(10_000)
  const count = (name: string) => finished.filter((run) => run.scenario === name).length
  expect(count('quick')).toBeGreaterThanOrEqual(99)
  expect(missed['quick overlap']).toBeUndefined()
  // Each slow run takes the time of three ticks.
  expect(count('slow')).toBeGreaterThanOrEqual(32)
  expect(count('slow') + missed['slow overlap']!).toBeGreaterThanOrEqual(99)
})

test('paused ticks are counted, and runs go on afterwards', async () => {
  const { clock, finished, missed, scheduler, add, runLasting } = harness()
  scheduler.pause()
  add(scenario('s', 100), runLasting('s', 1))
  await clock.advance(1000)
  expect(finished).toHaveLength(0)
  expect(missed['s paused']).toBeGreaterThanOrEqual(10)
  scheduler.resume()
  await clock.advance(1000)
  expect(finished.length).toBeGreaterThanOrEqual(9)
})

test('a wall clock that is set back two hours silences no cron schedule', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 22, 12) })
  onTestFinished(() => void vi.useRealTimers())
  const { clock, finished, scheduler, add, runLasting } = harness(() => Date.now())
  const cron: Scenario['schedule'] = { kind: 'cron', expression: '*/10 * * * * *', timezone: undefined }
  add({ ...scenario('s', 1), schedule: cron }, runLasting('s', 1))
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      vi.setSystemTime(Date.now() + 1000)
      await clock.advance(1000)
    }
  }
  await pass(60)
  const before = finished.length
  vi.setSystemTime(Date.now() - 7_200_000)
  await pass(180)
  expect(before).toBeGreaterThanOrEqual(5)
  // It is noticed at the next wait, which is a minute at most.
  expect(finished.length - before).toBeGreaterThanOrEqual(11)
  await Promise.all([scheduler.drain(0), clock.advance(1)])
})

test('draining lets a run end within the grace, and stops the one that does not', async () => {
  const { clock, finished, scheduler, add, runLasting } = harness()
  add(scenario('ends', 10_000), runLasting('ends', 500))
  add(scenario('hangs', 10), runLasting('hangs', 1_000_000))
  await clock.advance(100)
  const drained = scheduler.drain(1000)
  await clock.advance(2000)
  await drained
  expect(finished.map((run) => [run.scenario, run.result])).toEqual([
    ['ends', 'kept'],
    ['hangs', 'abandoned'],
  ])
})

test('a run on demand keeps the rules: one at a time, within the budget, not while paused or stopping', async () => {
  const { clock, finished, missed, scheduler, add, runLasting } = harness()
  expect(scheduler.runNow('s')).toBe('not-scheduled')
  add({ ...scenario('s', 1_000_000), budget: { requestUnitsPerSecond: 1 } }, runLasting('s', 50))
  await clock.advance(100)
  expect(finished).toHaveLength(1)

  const started = scheduler.runNow('s')
  expect(scheduler.runNow('s')).toBe('overlap')
  await clock.advance(100)
  expect(started).toBeInstanceOf(Promise)
  expect(await started).toMatchObject({ scenario: 's', scheduleLagMs: 0 })
  expect(finished).toHaveLength(2)

  scheduler.pause()
  expect(scheduler.runNow('s')).toBe('paused')
  scheduler.resume()
  const drained = scheduler.drain(10)
  expect(scheduler.runNow('s')).toBe('not-scheduled')
  await clock.advance(20)
  await drained
  // What was asked for was not planned.
  expect(missed).toEqual({})
})

test('a run on demand that the budget does not hold is refused', async () => {
  const { clock, scheduler, add } = harness()
  add({ ...scenario('s', 1_000_000), budget: { requestUnitsPerSecond: 1 } }, async (lag) => dearRun(lag))
  await clock.advance(1)
  expect(scheduler.runNow('s')).toBe('budget')
  await clock.advance(60_000)
  expect(scheduler.runNow('s')).toBeInstanceOf(Promise)
})

test('a scenario that is removed starts no run any more, and is gone when the one under way has ended', async () => {
  const { clock, finished, missed, scheduler, add, runLasting } = harness()
  add(scenario('leaves', 100), runLasting('leaves', 250))
  add(scenario('stays', 100), runLasting('stays', 1))
  await clock.advance(120)
  let isGone = false
  const gone = scheduler.remove('leaves').then(() => {
    isGone = true
  })
  expect(scheduler.runNow('leaves')).toBe('not-scheduled')
  await clock.advance(50)
  expect([isGone, finished.filter((run) => run.scenario === 'leaves').length]).toEqual([false, 0])
  await clock.advance(1000)
  await gone
  expect(finished.filter((run) => run.scenario === 'leaves')).toHaveLength(1)
  expect(finished.filter((run) => run.scenario === 'stays').length).toBeGreaterThanOrEqual(10)
  const missedBefore = missed['leaves overlap']
  add(scenario('leaves', 100), runLasting('leaves', 1))
  await clock.advance(1000)
  expect(finished.filter((run) => run.scenario === 'leaves').length).toBeGreaterThanOrEqual(9)
  expect(missed['leaves overlap']).toBe(missedBefore)
  await scheduler.remove('nobody')
})

test('draining waits for the last run of a scenario that was removed', async () => {
  const { clock, finished, scheduler, add, runLasting } = harness()
  add(scenario('leaves', 10_000), runLasting('leaves', 500))
  await clock.advance(10)
  const gone = scheduler.remove('leaves')
  const drained = scheduler.drain(10_000)
  await clock.advance(1000)
  await Promise.all([gone, drained])
  expect(finished.map((run) => run.result)).toEqual(['kept'])
})
