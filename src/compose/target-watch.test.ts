import { pino } from 'pino'
import { expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import { type AccountEvidence, type Target, TargetProblem } from '../cosmos/target.ts'
import { TargetWatch } from './target-watch.ts'
import { watchEvents } from './watch-events.ts'

const account: AccountEvidence = {
  consistency: 'Session',
  writeRegions: [],
  readRegions: [],
  multipleWriteLocations: false,
  endpoints: new Map(),
  fingerprints: [],
}

test('what a container is asked while everything closes is nobody’s defect', async () => {
  const clock = new ManualClock(0)
  let fail: (error: Error) => void = () => {}
  const target: Partial<Target> = {
    name: 'default',
    account: async () => account,
    checkRegions: async () => {},
    ensureContainer: () =>
      new Promise((_, reject) => {
        fail = reject
      }),
  }
  const told: string[] = []
  const tell = (what: string) => () => void told.push(what)
  const events = {
    onUp: tell('up'),
    onChanged: tell('changed'),
    onDown: tell('down'),
    onReady: tell('ready'),
    onNotReady: tell('not ready'),
  }
  const watch = new TargetWatch(target as Target, { clock, provision: false, events })
  await watch.start()
  // As a reload does.
  watch.add(scenarioOf('late'))
  await new Promise(setImmediate)
  await watch.stop()
  fail(new Error('the client is closed'))
  // A rejection that nobody takes would end the process, and fails this test.
  await new Promise(setImmediate)
  expect(told).toEqual(['up'])
})

test('a failover of an account that goes on answering is told, once', async () => {
  const clock = new ManualClock(0)
  let writeRegions = ['West Europe']
  const target: Partial<Target> = { name: 'default', account: async () => ({ ...account, writeRegions }) }
  const told: string[] = []
  const events = {
    onUp: (_: string, { writeRegions: [first] }: AccountEvidence) => void told.push(`up ${first}`),
    onChanged: (_: string, { writeRegions: [first] }: AccountEvidence) => void told.push(`changed ${first}`),
    onDown: () => {},
    onReady: () => {},
    onNotReady: () => {},
  }
  const watch = new TargetWatch(target as Target, { clock, provision: false, events })
  await watch.start()
  for (const first of ['West Europe', 'North Europe', 'North Europe']) {
    writeRegions = [first]
    await clock.advance(5_000)
  }
  await watch.stop()
  expect(told).toEqual(['up West Europe', 'changed North Europe'])
})

test('a container that does not answer holds up neither the next look nor the end', async () => {
  const clock = new ManualClock(0)
  let isAnswering = true
  let asked = 0
  const target: Partial<Target> = {
    name: 'default',
    account: async () => {
      asked++
      return account
    },
    checkRegions: async () => {},
    ensureContainer: () =>
      isAnswering
        ? Promise.resolve({ wasCreated: false, ttlIsOn: true, defaultTtlSeconds: -1 })
        : new Promise(() => {}),
  }
  const events = { onUp: () => {}, onChanged: () => {}, onDown: () => {}, onReady: () => {}, onNotReady: () => {} }
  const watch = new TargetWatch(target as Target, { clock, provision: false, events })
  watch.add(scenarioOf('first'))
  await watch.start()
  isAnswering = false
  watch.add(scenarioOf('hanging'))
  await clock.advance(20_000)
  expect(asked).toBe(5)
  await watch.stop()
})

test('a container that goes while its scenario runs is not told as one that keeps it from starting', async () => {
  const clock = new ManualClock(0)
  let isThere = true
  const target: Partial<Target> = {
    name: 'default',
    account: async () => account,
    checkRegions: async () => {},
    ensureContainer: async () => {
      if (!isThere) throw new TargetProblem('misconfigured', 'it does not exist', 'make it')
      return { wasCreated: false, ttlIsOn: true, defaultTtlSeconds: -1 }
    },
  }
  const lines: string[] = []
  const logger = pino({ level: 'error' }, { write: (line) => void lines.push(line) })
  const metrics = { setTargetUp: () => {}, setAccountInfo: () => {} }
  const watch = new TargetWatch(target as Target, {
    clock,
    provision: false,
    events: watchEvents(metrics, logger, () => {}),
  })
  watch.add(scenarioOf('first'))
  await watch.start()
  isThere = false
  const run = runOf({ scenario: 'first' })
  const [write] = run.events.filter((event) => event.kind === 'write')
  const refused = { ...write!, observation: { ...write!.observation, status: 404, substatus: 1003 } }
  watch.suspect({ ...run, events: [refused] })
  watch.add(scenarioOf('second'))
  await clock.advance(5_000)
  expect(watch.troubled).toEqual([
    { name: 'first', isRunning: true, problem: 'it does not exist' },
    { name: 'second', isRunning: false, problem: 'it does not exist' },
  ])
  isThere = true
  await clock.advance(5_000)
  expect(watch.troubled).toEqual([])
  await watch.stop()
  const told = (name: string) => lines.filter((line) => line.includes(`"scenario":"${name}"`))
  expect(told('first')).toEqual([expect.stringContaining('its runs fail')])
  expect(told('second')).toEqual([expect.stringContaining('cannot start')])
})
