import { createHmac } from 'node:crypto'
import { ChangeFeedMode, type Container, type ItemDefinition, PatchOperationType } from '@azure/cosmos'
import { describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/start.ts'
import { clientOf, openSimulator } from './with-simulator.ts'

/** One region and no lag: what these tests ask has one answer. */
const still = { regions: ['West Europe'], replicaLag: { fixedMs: 0 } }

async function openContainer(definition: Record<string, unknown> = {}): Promise<Container> {
  const { database } = await clientOf(await openSimulator(still)).databases.createIfNotExists({ id: 'd b' })
  const { container } = await database.containers.createIfNotExists({
    id: 'é c',
    partitionKey: { paths: ['/pk'] },
    ...definition,
  })
  return container
}

const note = { id: 'i d', pk: 'pé', text: 'first' }

describe('databases and containers', () => {
  test('are created, listed, read, replaced and deleted', async () => {
    const client = clientOf(await openSimulator(still))
    expect((await client.databases.createIfNotExists({ id: 'd' })).statusCode).toBe(201)
    expect((await client.databases.createIfNotExists({ id: 'd' })).statusCode).toBe(200)
    await expect(client.databases.create({ id: 'd' })).rejects.toMatchObject({ code: 409 })
    expect((await client.databases.readAll().fetchAll()).resources).toMatchObject([{ id: 'd' }])

    const database = client.database('d')
    const definition = { id: 'c', partitionKey: { paths: ['/pk'] } }
    expect((await database.containers.create(definition)).statusCode).toBe(201)
    await expect(database.containers.create(definition)).rejects.toMatchObject({ code: 409 })
    expect((await database.containers.readAll().fetchAll()).resources).toMatchObject([{ id: 'c' }])

    const container = database.container('c')
    await container.replace({ ...definition, defaultTtl: 60 })
    expect((await container.read()).resource).toMatchObject({ id: 'c', defaultTtl: 60 })
    expect((await container.delete()).statusCode).toBe(204)
    await expect(container.read()).rejects.toMatchObject({ code: 404 })
    expect((await database.delete()).statusCode).toBe(204)
    await expect(database.read()).rejects.toMatchObject({ code: 404 })
  })

  test('partition key ranges tile the space of keys', async () => {
    const container = await openContainer()
    const { resources } = await container.readPartitionKeyRanges().fetchAll()
    expect(resources).toHaveLength(4)
    expect(resources[0]?.minInclusive).toBe('')
    expect(resources.at(-1)?.maxExclusive).toBe('FF')
    for (const [index, range] of resources.entries()) {
      expect(range.minInclusive).toBe(index === 0 ? '' : resources[index - 1]?.maxExclusive)
    }
  })

  test('an offer is found, read and replaced', async () => {
    const { database } = await clientOf(await openSimulator(still)).databases.createIfNotExists({ id: 'd' })
    const { container } = await database.containers.create({
      id: 'c',
      partitionKey: { paths: ['/pk'] },
      throughput: 400,
    })
    const { resource, offer } = await container.readOffer()
    expect(resource?.content?.offerThroughput).toBe(400)
    const replaced = await offer.replace({ ...resource!, content: { ...resource!.content!, offerThroughput: 900 } })
    expect(replaced.statusCode).toBe(200)
    expect((await container.readOffer()).resource?.content?.offerThroughput).toBe(900)
    expect((await offer.read()).resource?.content?.offerThroughput).toBe(900)
  })
})

describe('items', () => {
  test('are created, read, upserted, replaced and deleted', async () => {
    const container = await openContainer()
    const created = await container.items.create(note)
    expect(created.statusCode).toBe(201)
    expect(created.resource).toMatchObject(note)
    expect(created.requestCharge).toBeGreaterThan(0)
    expect(created.activityId).toMatch(/^[0-9a-f-]{36}$/)
    await expect(container.items.create(note)).rejects.toMatchObject({ code: 409 })

    const item = container.item(note.id, note.pk)
    expect((await item.read()).resource).toMatchObject(note)
    expect((await container.items.upsert({ ...note, text: 'second' })).statusCode).toBe(200)
    expect((await container.items.upsert({ ...note, id: 'new' })).statusCode).toBe(201)
    expect((await item.replace({ ...note, text: 'third' })).resource).toMatchObject({ text: 'third' })
    expect((await item.delete()).statusCode).toBe(204)
    expect(await item.read()).toMatchObject({ statusCode: 404, resource: undefined })
    await expect(item.delete()).rejects.toMatchObject({ code: 404 })
    await expect(item.replace(note)).rejects.toMatchObject({ code: 404 })
  })

  test('are guarded by their ETags', async () => {
    const container = await openContainer()
    const { etag } = await container.items.create(note)
    const item = container.item(note.id, note.pk)
    const unless = await item.read({ accessCondition: { type: 'IfNoneMatch', condition: etag } })
    expect(unless).toMatchObject({ statusCode: 304 })
    const onlyIf = { accessCondition: { type: 'IfMatch', condition: etag } }
    const replaced = await item.replace({ ...note, text: 'second' }, onlyIf)
    expect(replaced.etag).not.toBe(etag)
    await expect(item.replace({ ...note, text: 'third' }, onlyIf)).rejects.toMatchObject({ code: 412 })
    await expect(item.delete(onlyIf)).rejects.toMatchObject({ code: 412 })
    expect((await item.read()).resource).toMatchObject({ text: 'second', _etag: replaced.etag })
  })

  test('are patched, under a condition too', async () => {
    const container = await openContainer()
    await container.items.create({ ...note, n: 1, old: true })
    const item = container.item(note.id, note.pk)
    const patched = await item.patch([
      { op: PatchOperationType.incr, path: '/n', value: 2 },
      { op: PatchOperationType.set, path: '/text', value: 'patched' },
      { op: PatchOperationType.remove, path: '/old' },
    ])
    expect(patched.resource).toMatchObject({ n: 3, text: 'patched' })
    expect(patched.resource).not.toHaveProperty('old')
    const guarded = { condition: 'FROM c WHERE c.n = 1', operations: [{ op: 'set', path: '/n', value: 0 }] } as const
    await expect(item.patch({ ...guarded, operations: [...guarded.operations] })).rejects.toMatchObject({ code: 412 })
  })

  test('expire', async () => {
    const container = await openContainer({ defaultTtl: -1 })
    await container.items.create<ItemDefinition>({ ...note, ttl: 1 })
    const item = container.item(note.id, note.pk)
    expect((await item.read()).statusCode).toBe(200)
    await expect.poll(async () => (await item.read()).statusCode, { timeout: 5_000, interval: 200 }).toBe(404)
  })

  test('live under hierarchical keys and under none', async () => {
    const container = await openContainer({
      partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 },
    })
    await container.items.create({ id: 'i', tenant: 't', user: 7 })
    expect((await container.item('i', ['t', 7]).read()).resource).toMatchObject({ user: 7 })
    expect((await container.item('i', ['t', 8]).read()).statusCode).toBe(404)

    const plain = await openContainer()
    await plain.items.create({ id: 'keyless' })
    expect((await plain.item('keyless', undefined).read()).resource).toMatchObject({ id: 'keyless' })
  })

  test.each<[string, Record<string, unknown>, number]>([
    ['larger than 2 MB', { id: 'i', pk: 'p', text: 'x'.repeat(2_200_000) }, 413],
    ['under an id with a slash', { id: 'a/b', pk: 'p' }, 400],
    ['under another partition key than their own', { id: 'i', pk: 'q' }, 400],
  ])('are refused when %s', async (_name, item, status) => {
    const simulator = await openSimulator(still)
    const { database } = await clientOf(simulator).databases.createIfNotExists({ id: 'd' })
    await database.containers.createIfNotExists({ id: 'c', partitionKey: { paths: ['/pk'] } })
    const answer = await postItem(simulator, 'dbs/d/colls/c', item)
    expect([answer.status, await answer.json()]).toEqual([
      status,
      expect.objectContaining({ message: expect.any(String) }),
    ])
  })
})

/** A write under partition key `p` that the SDK itself would not send. */
function postItem(simulator: Simulator, link: string, item: Record<string, unknown>): Promise<Response> {
  const date = new Date().toUTCString()
  const signature = createHmac('sha256', Buffer.from(simulator.key, 'base64'))
    .update(`post\ndocs\n${link}\n${date.toLowerCase()}\n\n`)
    .digest('base64')
  return fetch(`${simulator.endpoint}${link}/docs`, {
    method: 'POST',
    headers: {
      authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
      'x-ms-date': date,
      'x-ms-documentdb-partitionkey': '["p"]',
      'content-type': 'application/json',
    },
    body: JSON.stringify(item),
  })
}

describe('what is left out answers 501 and is named', () => {
  test.each<[string, (container: Container) => Promise<unknown>]>([
    ['stored procedures', (c) => c.scripts.storedProcedures.create({ id: 's', body: 'function () {}' })],
    ['triggers', (c) => c.scripts.triggers.readAll().fetchAll()],
    ['user-defined functions', (c) => c.scripts.userDefinedFunction('u').read()],
    ['users', (c) => c.database.users.create({ id: 'u' })],
    ['the conflicts feed', (c) => c.conflicts.readAll().fetchAll()],
    [
      'the change feed in any mode but the latest version',
      (c) => c.items.getChangeFeedIterator({ changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes }).readNext(),
    ],
    ['queries over databases', (c) => c.database.client.databases.query('SELECT * FROM d').fetchAll()],
  ])('%s', async (feature, act) => {
    const error = await act(await openContainer()).catch((error: unknown) => error)
    const refusal = error instanceof Error && error.cause !== undefined ? error.cause : error
    expect(refusal).toMatchObject({ code: 501, message: expect.stringContaining(feature) })
  })
})
