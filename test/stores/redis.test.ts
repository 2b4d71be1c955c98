import { spawnSync } from 'node:child_process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { runCheck } from '../../src/compose/check.ts'
import type { CarryEvent, FinishedRun, ReadEvent } from '../../src/domain/journey.ts'
import { RedisStore } from '../../src/run/stores/redis-store.ts'
import { parseScenario } from '../../src/scenario/parse-scenario.ts'
import { hasRedis, redisServer } from './redis.ts'

const scenarioText = (name: string, carry: string) => `scenario: ${name}
every: 1s
deadline: 15s
container: shop/orders
partitionKey: /customerId
partitions: 2
hops:
  cart: { region: West Europe }
  orders: { region: North Europe, client: per-operation }
journey:
  - { write: upsert, at: cart }
  - { ${carry}, to: orders }
  - { read: point, at: orders }
`

function scenarioOf(name: string, carry: string) {
  const { scenario, problems } = parseScenario(scenarioText(name, carry), { file: name, env: {} })
  expect(problems).toBeUndefined()
  return scenario!
}

const opened = (url: string) => {
  const store = new RedisStore(url)
  onTestFinished(() => store.close())
  return store
}

const carriesOf = (run: FinishedRun) => run.events.filter((event): event is CarryEvent => event.kind === 'carry')
const readsOf = (run: FinishedRun) => run.events.filter((event): event is ReadEvent => event.kind === 'read')

describe.skipIf(!hasRedis)('a real Redis (skipped where redis-server is not installed)', () => {
  test('keeps a value, forgets it after its time, and asks for its password', async () => {
    const redis = await redisServer('open-sesame')
    const store = opened(redis.url)
    await store.put('k', '0:1#5#1=5', 60_000)
    expect(await store.get('k')).toBe('0:1#5#1=5')
    expect(await store.get('never put')).toBeUndefined()
    await store.put('k', 'short-lived', 30)
    await expect.poll(() => store.get('k'), { timeout: 10_000 }).toBeUndefined()

    const stranger = opened(redis.url.replace('open-sesame', 'guess'))
    await expect(stranger.get('k')).rejects.toThrow()
  })

  test('that goes and comes back is used again, and rejects at once meanwhile', async () => {
    const redis = await redisServer()
    const store = opened(redis.url)
    await store.put('k', 'v', 60_000)
    await redis.kill()
    await expect.poll(() => store.get('k').catch(() => 'down'), { timeout: 10_000 }).toBe('down')
    await redis.start()
    await expect
      .poll(
        () =>
          store.put('k', 'again', 60_000).then(
            () => store.get('k'),
            () => 'down',
          ),
        { timeout: 20_000 },
      )
      .toBe('again')
  })

  test('journeys through it: intact while it runs; lost, with the reason, once it has stopped; others unharmed', async () => {
    const redis = await redisServer()
    const runs: FinishedRun[] = []
    const afterStop: FinishedRun[] = []
    let stopped: Promise<void> | undefined
    await runCheck({
      scenarios: [scenarioOf('by-store', 'carry: store, store: sessions'), scenarioOf('by-header', 'carry: header')],
      targets: [],
      simulator: { seed: 1 },
      carriers: { stores: new Map([['sessions', redis.url]]), dataDir: undefined },
      runs: 40,
      forMs: undefined,
      provision: true,
      owner: 'redis-test',
      clock: systemClock,
      random: seededRandom(1),
      signal: new AbortController().signal,
      onRun(run) {
        runs.push(run)
        if (run.scenario !== 'by-store') return
        if (stopped !== undefined) afterStop.push(run)
        else if (runs.filter(({ scenario }) => scenario === 'by-store').length === 10) {
          expect(runs.flatMap(carriesOf).map(({ token }) => token)).toEqual(runs.map(() => 'intact'))
          const keys = spawnSync('redis-cli', ['-p', String(redis.port), 'keys', '*'], { encoding: 'utf8' }).stdout
          expect(keys.trim().split('\n').toSorted()).toEqual([
            'hopwatch:redis-test:by-store:cart:orders:0',
            'hopwatch:redis-test:by-store:cart:orders:1',
          ])
          stopped = redis.kill()
        }
      },
      onSimulatorError(error) {
        throw error
      },
    })
    await stopped
    expect(runs).toHaveLength(80)
    // The kill may arrive after a carry or two.
    const settled = afterStop.slice(5)
    expect(settled.flatMap(carriesOf)).toEqual(
      settled.map(() => expect.objectContaining({ carrier: 'store', token: 'lost', cause: 'store-unavailable' })),
    )
    for (const read of settled.flatMap(readsOf)) expect(read.token).toBe('lost')
    expect(runs.flatMap(readsOf).filter(({ finding }) => finding === 'broken-promise')).toEqual([])
    const byHeader = runs.filter(({ scenario }) => scenario === 'by-header')
    expect(byHeader.map(({ result }) => result)).toEqual(byHeader.map(() => 'kept'))
    expect(runs.filter(({ result }) => result === 'abandoned' || result === 'crashed')).toEqual([])
  }, 60_000)

  test('that hangs delays a run by a bounded time and never harms it', async () => {
    const redis = await redisServer()
    const runs: FinishedRun[] = []
    redis.freeze()
    await runCheck({
      scenarios: [scenarioOf('by-store', 'carry: store, store: sessions')],
      targets: [],
      simulator: { seed: 1 },
      carriers: { stores: new Map([['sessions', redis.url]]), dataDir: undefined },
      runs: 2,
      forMs: undefined,
      provision: true,
      owner: 'redis-test',
      clock: systemClock,
      random: seededRandom(1),
      signal: new AbortController().signal,
      onRun: (run) => runs.push(run),
      onSimulatorError(error) {
        throw error
      },
    })
    redis.thaw()
    expect(runs.flatMap(carriesOf).map(({ token, cause }) => [token, cause])).toEqual([
      ['lost', 'store-unavailable'],
      ['lost', 'store-unavailable'],
    ])
    expect(runs.every(({ result }) => result === 'kept' || result === 'found')).toBe(true)
  }, 60_000)
})

test('a store that nothing answers for is no reason to stop', async () => {
  const store = opened('redis://127.0.0.1:1')
  await expect(store.put('k', 'v', 1000)).rejects.toThrow()
  await expect(store.get('k')).rejects.toThrow()
})
