import { ConsistencyLevel, type Container, type CosmosClient } from '@azure/cosmos'
import { describe, expect, test } from 'vitest'
import type { Simulator, StartOptions } from '../../src/simulator/start.ts'
import { clientOf, monitorOf, openSimulator } from './with-simulator.ts'

const west = 'West Europe'
const north = 'North Europe'
const sessionWaitMs = 40
/** Replication quick and certain, unless a test pauses it. */
const quick: StartOptions = {
  regions: [west, north],
  replication: { fixedMs: 4 },
  replicaLag: { fixedMs: 1 },
  sessionWaitMs,
}

interface Stage {
  readonly simulator: Simulator
  /** Writes in the write region. */
  readonly writer: Container
  /** Reads in the last region, one HTTP call an operation. */
  readonly reader: Container
}

async function openStage(
  options: StartOptions = {},
  consistencyLevel: ConsistencyLevel = ConsistencyLevel.Session,
): Promise<Stage> {
  const simulator = await openSimulator({
    ...quick,
    consistency: consistencyLevel,
    ...options,
  })
  const containerOf = (client: CosmosClient) => client.database('d').container('c')
  const writer = monitorOf(simulator, west, { consistencyLevel })
  await writer.databases.create({ id: 'd' })
  await writer.database('d').containers.create({ id: 'c', partitionKey: { paths: ['/pk'] } })
  return {
    simulator,
    writer: containerOf(writer),
    reader: containerOf(monitorOf(simulator, options.regions?.at(-1) ?? north, { consistencyLevel })),
  }
}

const write = async ({ writer }: Stage, n: number): Promise<string> => {
  const { headers } = await writer.items.upsert({ id: 'i', pk: 'p', n })
  return headers['x-ms-session-token'] as string
}

const versionAt = async (container: Container, sessionToken?: string): Promise<number | undefined> => {
  const { resource } = await container
    .item('i', 'p')
    .read<{ n: number }>(sessionToken === undefined ? {} : { sessionToken })
  return resource?.n
}

/** Version 1 everywhere, then version 2 in the write region only. */
async function withPausedReplication(stage: Stage): Promise<string> {
  const token = await write(stage, 1)
  await expect.poll(() => versionAt(stage.reader, token)).toBe(1)
  stage.simulator.pauseReplication(west, north)
  return write(stage, 2)
}

describe('the other region, while replication is paused', () => {
  test.each<[ConsistencyLevel, number]>([
    [ConsistencyLevel.Strong, 2],
    [ConsistencyLevel.Session, 1],
    [ConsistencyLevel.ConsistentPrefix, 1],
    [ConsistencyLevel.Eventual, 1],
  ])('%s without a token reads version %i of 2', async (level, version) => {
    const stage = await openStage({}, level)
    await withPausedReplication(stage)
    for (let read = 0; read < 20; read++) {
      // A fresh client holds no token of its own.
      const reader = monitorOf(stage.simulator, north, { consistencyLevel: level }).database('d').container('c')
      expect(await versionAt(reader)).toBe(version)
    }
  })

  test('BoundedStaleness reads behind, but never further than its bound', async () => {
    const level = ConsistencyLevel.BoundedStaleness
    const stage = await openStage({ boundedStaleness: { maxVersions: 3, maxIntervalMs: 600_000 } }, level)
    await withPausedReplication(stage)
    expect(await versionAt(stage.reader)).toBe(1)
    for (let version = 3; version <= 12; version++) {
      await write(stage, version)
      const read = await versionAt(stage.reader)
      expect(version - (read ?? 0)).toBeLessThanOrEqual(3)
    }
    expect(await versionAt(stage.reader)).toBeLessThan(12)
  })

  test('Session with the token of the write is never stale: it fails with 404/1002', async () => {
    const stage = await openStage()
    const token = await withPausedReplication(stage)
    const startedMs = performance.now()
    const response = await stage.reader.item('i', 'p').read({ sessionToken: token })
    expect(response).toMatchObject({ statusCode: 404, substatus: 1002, resource: undefined })
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(sessionWaitMs * 0.8)
    stage.simulator.resumeReplication(west, north)
    await expect.poll(() => versionAt(stage.reader, token)).toBe(2)
  })

  test('a read may ask for a weaker level than the account has, never for a stronger one', async () => {
    const stage = await openStage()
    await withPausedReplication(stage)
    const item = stage.reader.item('i', 'p')
    const weaker = await item.read<{ n: number }>({ consistencyLevel: ConsistencyLevel.Eventual })
    expect(weaker.resource?.n).toBe(1)
    await expect(item.read({ consistencyLevel: ConsistencyLevel.Strong })).rejects.toMatchObject({ code: 400 })
  })
})

describe('session tokens', () => {
  test('a read with the token waits for its replica and is fresh', async () => {
    const stage = await openStage({ replication: { fixedMs: 25 } })
    for (let n = 1; n <= 10; n++) {
      const token = await write(stage, n)
      expect(await versionAt(stage.reader, token)).toBe(n)
    }
    const waits = stage.simulator.account.journal.requests().map(({ waitedMs }) => waitedMs ?? 0)
    expect(Math.max(...waits)).toBeGreaterThan(0)
  })

  test('a read without one can be stale inside the write region, one with it never', async () => {
    const stage = await openStage({ regions: [west], replicaLag: { fixedMs: 60_000 } })
    let stale = 0
    for (let n = 1; n <= 40; n++) {
      const token = await write(stage, n)
      const stranger = monitorOf(stage.simulator, west).database('d').container('c')
      if ((await versionAt(stranger)) !== n) stale++
      expect(await versionAt(stage.writer, token)).toBe(n)
    }
    expect(stale).toBeGreaterThan(0)
    expect(stale).toBeLessThan(40)
  })

  test('are what the SDK carries by itself, container names with spaces included', async () => {
    const simulator = await openSimulator({ regions: [west], replicaLag: { fixedMs: 60_000 } })
    const { database } = await clientOf(simulator).databases.createIfNotExists({ id: 'd b' })
    const { container } = await database.containers.createIfNotExists({ id: 'é c', partitionKey: { paths: ['/pk'] } })
    for (let n = 1; n <= 30; n++) {
      await container.items.upsert({ id: 'i', pk: 'p', n })
      expect(await versionAt(container)).toBe(n)
    }
  })

  test('a malformed one is 400', async () => {
    const stage = await openStage()
    await write(stage, 1)
    await expect(versionAt(stage.reader, 'garbage')).rejects.toMatchObject({ code: 400 })
  })

  test('the SDK hides a broken promise: one try with the token, the next without it, and 200', async () => {
    const stage = await openStage()
    const token = await withPausedReplication(stage)
    const journal = stage.simulator.account.journal
    const sdk = clientOf(stage.simulator, { connectionPolicy: { preferredLocations: [north] } })
    const before = journal.requests().length
    const response = await sdk.database('d').container('c').item('i', 'p').read<{ n: number }>({ sessionToken: token })
    expect([response.statusCode, response.resource?.n]).toEqual([200, 1])
    const tries = journal
      .requests()
      .slice(before)
      .filter(({ operation }) => operation === 'readItem')
    expect(
      tries.map(({ status, substatus, region, token }) => [status, substatus, region, token !== undefined]),
    ).toEqual([
      [404, 1002, north, true],
      [200, undefined, north, false],
    ])
  })
})

test('the order of writes is kept wherever they are read', async () => {
  const stage = await openStage(
    { replication: { medianMs: 8, sigma: 1 }, replicaLag: { medianMs: 3, sigma: 1 } },
    ConsistencyLevel.Eventual,
  )
  const item = (id: string, n: number) => ({ id, pk: 'p', n })
  const writing = async () => {
    for (let n = 1; n <= 60; n++) {
      await stage.writer.items.upsert(item('first', n))
      await stage.writer.items.upsert(item('second', n))
    }
  }
  const leads: number[] = []
  const reading = async () => {
    for (let read = 0; read < 120; read++) {
      const { resources } = await stage.reader.items
        .query<{ id: string; n: number }>('SELECT c.id, c.n FROM c', { partitionKey: 'p' })
        .fetchNext()
      const version = (id: string) => resources.find((item) => item.id === id)?.n ?? 0
      leads.push(version('first') - version('second'))
    }
  }
  await Promise.all([writing(), reading()])
  // Every prefix of first 1, second 1, first 2 … and nothing else; and the reads did fall between the two writes.
  expect(new Set(leads)).toEqual(new Set([0, 1]))
})
