import { ChangeFeedStartFrom, type Container, type CosmosClientOptions } from '@azure/cosmos'
import { describe, expect, test } from 'vitest'
import { type StartOptions, startSimulator } from '../../src/simulator/start.ts'
import { startSimulatorWorker } from '../../src/simulator/worker.ts'
import { clientOf, monitorOf, openSimulator } from './with-simulator.ts'

const west = 'West Europe'
const north = 'North Europe'
const east = 'East US'

async function openStage(options: StartOptions = {}, clientOptions: Partial<CosmosClientOptions> = {}) {
  const simulator = await openSimulator({
    regions: [west, north],
    replication: { fixedMs: 4 },
    replicaLag: { fixedMs: 1 },
    sessionWaitMs: 40,
    partitionKeyRanges: 2,
    ...options,
  })
  const client = clientOf(simulator, clientOptions)
  await client.databases.create({ id: 'd' })
  await client.database('d').containers.create({ id: 'c', partitionKey: { paths: ['/pk'] } })
  return { simulator, client, container: client.database('d').container('c') }
}

const fill = async (container: Container, count: number, from = 0) => {
  for (let i = from; i < from + count; i++) await container.items.upsert({ id: `${i}`, pk: `p${i}`, n: i })
}
const count = async (container: Container) =>
  (await container.items.query<number>('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources[0]
const rangesOf = async (container: Container) => (await container.readPartitionKeyRanges().fetchAll()).resources

describe('a split under the SDK', () => {
  // A client that knew the ranges before the split hangs in such a query (docs/simulator.md): a fresh one asks for them.
  test('goes on with its old token, and a cross-partition query of a fresh client finds the children', async () => {
    const { simulator, container } = await openStage()
    await fill(container, 30)
    expect(await count(container)).toBe(30)
    const children = simulator.splitRange('d', 'c', '0')
    for (let i = 0; i < 30; i++) expect((await container.item(`${i}`, `p${i}`).read()).resource).toMatchObject({ n: i })
    await fill(container, 10, 30)
    expect(await count(clientOf(simulator).database('d').container('c'))).toBe(40)
    const ranges = await rangesOf(container)
    expect(ranges.map(({ id, parents }) => [id, parents])).toEqual([
      [children[0], ['0']],
      [children[1], ['0']],
      ['1', []],
    ])
  })

  test('in the midst of a change feed and of a bulk', async () => {
    const { simulator, container } = await openStage()
    await fill(container, 30)
    const feed = container.items.getChangeFeedIterator<{ id: string }>({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
      maxItemCount: 4,
    })
    const seen = new Set((await feed.readNext()).result.map(({ id }) => id))
    const [left, right] = simulator.splitRange('d', 'c', '0')
    const drain = async () => {
      for (let quiet = 0; quiet < 4; ) {
        const { statusCode, result } = await feed.readNext()
        quiet = statusCode === 304 ? quiet + 1 : 0
        for (const { id } of result) seen.add(id)
      }
    }
    await drain()
    expect(seen.size).toBe(30)
    simulator.mergeRanges('d', 'c', [left!, right!])
    const results = await container.items.executeBulkOperations(
      Array.from({ length: 20 }, (_, i) => ({
        operationType: 'Upsert' as const,
        partitionKey: `p${i}`,
        resourceBody: { id: `b${i}`, pk: `p${i}` },
      })),
    )
    expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual(results.map(() => 201))
    await drain()
    expect(seen.size).toBe(50)
  })
})

describe('several write regions under the SDK', () => {
  const several = { multipleWriteLocations: true }

  test('it writes in the region that it prefers, and the other region shows it under the token', async () => {
    const { simulator, container } = await openStage(several, { connectionPolicy: { preferredLocations: [north] } })
    const { headers } = await container.items.create({ id: 'i', pk: 'p', n: 1 })
    expect(headers['x-ms-session-token']).toMatch(/^\d:1#1#1=0#2=1$/)
    expect(simulator.account.journal.requests().at(-1)).toMatchObject({ operation: 'createItem', region: north })
    const elsewhere = monitorOf(simulator, west).database('d').container('c').item('i', 'p')
    const read = await elsewhere.read({ sessionToken: headers['x-ms-session-token'] as string })
    expect(read.resource).toMatchObject({ n: 1 })
    const { headers: second } = await elsewhere.replace({ id: 'i', pk: 'p', n: 2 })
    expect(second['x-ms-session-token']).toMatch(/^\d:1#2#1=1#2=1$/)
    expect(
      (await container.item('i', 'p').read({ sessionToken: second['x-ms-session-token'] as string })).resource,
    ).toMatchObject({ n: 2 })
  })

  test('the SDK’s own merge of tokens from two regions is met', async () => {
    const { simulator, container } = await openStage(several)
    const inNorth = clientOf(simulator, { connectionPolicy: { preferredLocations: [north] } })
      .database('d')
      .container('c')
    for (let n = 1; n <= 20; n++) {
      const writer = n % 2 === 0 ? inNorth : container
      const { headers } = await writer.items.upsert({ id: 'i', pk: 'p', n })
      const reader = n % 2 === 0 ? container : inNorth
      const { resource } = await reader.item('i', 'p').read({ sessionToken: headers['x-ms-session-token'] as string })
      expect(resource).toMatchObject({ n })
      expect((await writer.item('i', 'p').read()).resource).toMatchObject({ n })
    }
  })
})

describe('regions that come and go', () => {
  test('a removed one answers 403/1008 and is announced no more; a new one is, and serves', async () => {
    const { simulator, container } = await openStage()
    await container.items.create({ id: 'i', pk: 'p', n: 1 })
    simulator.removeRegion(north)
    const gone = monitorOf(simulator, north).database('d').container('c').item('i', 'p')
    await expect(gone.read()).rejects.toMatchObject({ code: 403, substatus: 1008 })
    const endpoint = await simulator.addRegion(east)
    expect(simulator.regionalEndpoints[east]).toBe(endpoint)
    const { resource } = await clientOf(simulator).getDatabaseAccount()
    expect(resource?.readableLocations.map(({ name }) => name)).toEqual([west, east])
    expect(
      (await monitorOf(simulator, east).database('d').container('c').item('i', 'p').read()).resource,
    ).toMatchObject({ n: 1 })
    await container.items.upsert({ id: 'i', pk: 'p', n: 2 })
    expect((await container.item('i', 'p').read()).resource).toMatchObject({ n: 2 })
  })

  test('before a failover the incoming region is announced, and refuses', async () => {
    const { simulator, container } = await openStage({ failoverWindowMs: 60_000 })
    const announced = async () =>
      (await clientOf(simulator).getDatabaseAccount()).resource?.writableLocations.map(({ name }) => name)
    simulator.announceFailover(north)
    expect(await announced()).toEqual([west, north])
    const inNorth = monitorOf(simulator, north).database('d').container('c')
    await expect(inNorth.items.upsert({ id: 'i', pk: 'p' })).rejects.toMatchObject({ code: 403, substatus: 3 })
    expect((await container.items.upsert({ id: 'i', pk: 'p' })).statusCode).toBe(201)
    simulator.failover(north)
    expect(await announced()).toEqual([west, north])
    expect((await inNorth.items.upsert({ id: 'i', pk: 'p' })).statusCode).toBe(200)
  })

  test('the calls are there on the control endpoint and in the thread of its own', async () => {
    const { simulator } = await openStage()
    const post = async (call: string, body: unknown) => {
      const response = await fetch(`${simulator.controlEndpoint}${call}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
      return [response.status, ((await response.json()) as { result?: unknown }).result]
    }
    const of = { database: 'd', container: 'c' }
    expect(await post('split-range', of)).toEqual([200, ['2', '3']])
    expect(await post('merge-ranges', { ...of, ranges: ['2', '3'] })).toEqual([200, '4'])
    expect(await post('recreate-container', of)).toEqual([200, null])
    expect(await post('add-region', { region: east })).toEqual([200, expect.stringMatching(/^http:/)])
    expect(await post('remove-region', { region: east })).toEqual([200, null])
    expect(await post('announce-failover', { toRegion: north })).toEqual([200, null])
    const worker = await startSimulatorWorker({ regions: [west] })
    const endpoint = await worker.addRegion(north)
    expect((await fetch(endpoint)).status).toBe(401)
    await expect(worker.addRegion(north)).rejects.toThrow('same name')
    await worker.close()
  })
})

test('a recreated container: the SDK goes on with the old one’s token until an answer clears it', async () => {
  const { simulator, container } = await openStage({ partitionKeyRanges: 1 })
  await fill(container, 3)
  simulator.recreateContainer('d', 'c')
  const before = simulator.account.journal.requests().length
  expect((await container.item('0', 'p0').read()).statusCode).toBe(404)
  const tries = simulator.account.journal.requests().slice(before)
  expect(tries.map(({ status, substatus, token }) => [status, substatus, token !== undefined])).toEqual([
    [404, 1002, true],
    [404, undefined, false],
  ])
})

test('an account with several write regions and Strong does not start', async () => {
  await expect(startSimulator({ multipleWriteLocations: true, consistency: 'Strong' })).rejects.toThrow('Strong')
})
