import type { Container } from '@azure/cosmos'
import { describe, expect, test } from 'vitest'
import type { FaultRule } from '../../src/simulator/faults.ts'
import type { Simulator, StartOptions } from '../../src/simulator/start.ts'
import { clientOf, monitorOf, openSimulator } from './with-simulator.ts'

const west = 'West Europe'
const north = 'North Europe'
const note = { id: 'i', pk: 'p', n: 1 }

async function openStage(options: StartOptions = {}): Promise<{ simulator: Simulator; container: Container }> {
  const simulator = await openSimulator({
    regions: [west, north],
    replication: { fixedMs: 3 },
    replicaLag: { fixedMs: 0 },
    ...options,
  })
  const client = monitorOf(simulator, west)
  await client.databases.create({ id: 'd' })
  const definition = { id: 'c', partitionKey: { paths: ['/pk'] } }
  await client.database('d').containers.create({ ...definition, throughput: options.throughput ?? 100_000 })
  return { simulator, container: client.database('d').container('c') }
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)
const exists = async (container: Container): Promise<boolean> =>
  (await container.item(note.id, note.pk).read()).statusCode === 200

describe('throughput', () => {
  test('past it comes 429 with the time to wait; the SDK waits and succeeds', async () => {
    const { simulator, container } = await openStage({ throughput: 400 })
    const throttled = await failure(
      (async () => {
        for (let n = 0; n < 200; n++) await container.items.upsert({ ...note, n })
      })(),
    )
    expect(throttled).toMatchObject({ code: 429, substatus: 3200, retryAfterInMs: expect.any(Number) })
    expect((throttled as { retryAfterInMs: number }).retryAfterInMs).toBeGreaterThan(0)
    const patient = clientOf(simulator).database('d').container('c')
    const { headers, statusCode } = await patient.items.upsert({ ...note, n: 1000 })
    expect(statusCode).toBe(200)
    expect(headers['x-ms-throttle-retry-count']).toBeDefined()
    simulator.setThroughput('d', 'c', 100_000)
    for (let n = 0; n < 50; n++) await container.items.upsert({ ...note, n })
  })
})

describe('an offline region', () => {
  test('answers 503, and the SDK reads in the next region', async () => {
    const { simulator, container } = await openStage()
    const { headers } = await container.items.create(note)
    const sessionToken = headers['x-ms-session-token'] as string
    const reader = clientOf(simulator, { connectionPolicy: { preferredLocations: [north, west] } })
    await reader.database('d').container('c').item('i', 'p').read({ sessionToken })
    simulator.setRegionOffline(north)
    await expect(monitorOf(simulator, north).database('d').container('c').item('i', 'p').read()).rejects.toMatchObject({
      code: 503,
    })
    expect((await reader.database('d').container('c').item('i', 'p').read()).statusCode).toBe(200)
    simulator.setRegionOnline(north)
    expect((await monitorOf(simulator, north).database('d').container('c').item('i', 'p').read()).statusCode).toBe(200)
  })

  test('may hang instead, until the client gives up', async () => {
    const { simulator } = await openStage()
    simulator.setRegionOffline(north, 'hang')
    const hung = monitorOf(simulator, north, {
      connectionPolicy: {
        enableEndpointDiscovery: false,
        requestTimeout: 150,
        retryOptions: { maxRetryAttemptCount: 0 },
      },
    })
    // A read would be tried 120 times after a timeout; a write is tried once.
    const error = await failure(hung.database('d').container('c').item('i', 'p').replace(note))
    expect(error).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('failover', () => {
  test('moves the writes, and the SDK follows', async () => {
    const { simulator, container } = await openStage()
    const client = clientOf(simulator)
    const followed = client.database('d').container('c')
    await followed.items.create(note)
    simulator.failover(north)
    await expect(container.items.upsert(note)).rejects.toMatchObject({ code: 403, substatus: 3 })
    expect((await followed.items.upsert({ ...note, n: 2 })).statusCode).toBe(200)
    expect((await followed.item('i', 'p').read()).resource).toMatchObject({ n: 2 })
    const { resource } = await client.getDatabaseAccount()
    expect(resource?.writableLocations.map(({ name }) => name)).toEqual([north])
  })
})

describe('fault rules', () => {
  test('a status instead of the answer, as often as it counts', async () => {
    const { simulator, container } = await openStage()
    simulator.addFaultRule({ operations: ['createItem'], status: 449, substatus: 7, count: 1 })
    await expect(container.items.create(note)).rejects.toMatchObject({ code: 449, substatus: 7 })
    expect(await exists(container)).toBe(false)
    expect((await container.items.create(note)).statusCode).toBe(201)
  })

  test('a delay, until the rule is removed', async () => {
    const { simulator, container } = await openStage()
    await container.items.create(note)
    const read = async () => {
      const startedMs = performance.now()
      await container.item('i', 'p').read()
      return performance.now() - startedMs
    }
    const id = simulator.addFaultRule({ operations: ['readItem'], region: west, delayMs: 400 })
    expect(await read()).toBeGreaterThan(380)
    simulator.removeFaultRule(id)
    expect(await read()).toBeLessThan(380)
  })

  test.each<[string, FaultRule, boolean]>([
    ['a reset before the commit loses the write', { connection: 'reset', when: 'before' }, false],
    ['a reset after the commit loses only the answer', { connection: 'reset', when: 'after' }, true],
    ['a truncated answer comes after the commit', { connection: 'truncate' }, true],
    ['an error after the commit hides it', { status: 500, when: 'after' }, true],
  ])('%s', async (_name, rule, isCommitted) => {
    const { simulator, container } = await openStage()
    simulator.addFaultRule({ operations: ['createItem'], count: 1, ...rule })
    expect(await failure(container.items.create(note))).toBeInstanceOf(Error)
    expect(await exists(container)).toBe(isCommitted)
  })

  test('a share of the requests, the same ones for the same seed', async () => {
    const struck = async () => {
      const { simulator, container } = await openStage()
      await container.items.create(note)
      simulator.addFaultRule({ operations: ['readItem'], share: 0.3, seed: 7, status: 503 })
      const outcomes: boolean[] = []
      for (let read = 0; read < 60; read++) {
        outcomes.push((await failure(container.item('i', 'p').read())) instanceof Error)
      }
      return outcomes
    }
    const first = await struck()
    const hits = first.filter(Boolean).length
    expect(hits).toBeGreaterThan(5)
    expect(hits).toBeLessThan(40)
    expect(await struck()).toEqual(first)
  })
})
