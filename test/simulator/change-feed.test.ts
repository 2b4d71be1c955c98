import { ChangeFeedStartFrom, type Container } from '@azure/cosmos'
import { describe, expect, test } from 'vitest'
import { clientOf, monitorOf, openSimulator } from './with-simulator.ts'

const west = 'West Europe'
const north = 'North Europe'

async function openStage(paths = ['/pk']) {
  const simulator = await openSimulator({
    regions: [west, north],
    replication: { fixedMs: 4 },
    replicaLag: { fixedMs: 1 },
    sessionWaitMs: 40,
  })
  const client = clientOf(simulator)
  await client.databases.create({ id: 'd' })
  const partitionKey = paths.length > 1 ? { paths, kind: 'MultiHash' as never, version: 2 } : { paths }
  await client.database('d').containers.create({ id: 'c', partitionKey })
  const containerIn = (region: string) => monitorOf(simulator, region).database('d').container('c')
  return { simulator, container: client.database('d').container('c'), containerIn }
}

/** Everything until the feed has no more, as `id@n`. */
async function drain(feed: { readNext(): Promise<{ statusCode: number; result: { id: string; n?: number }[] }> }) {
  const seen: string[] = []
  for (;;) {
    const { statusCode, result } = await feed.readNext()
    if (statusCode === 304) return seen
    seen.push(...result.map(({ id, n }) => `${id}@${n}`))
  }
}

const write = (container: Container, id: string, n: number, pk = 'p') => container.items.upsert({ id, pk, n })

describe('the change feed', () => {
  test('of a partition: each item once, at its latest change, in the order of the log; then what is new', async () => {
    const { container } = await openStage()
    for (const [id, n] of [
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['c', 1],
    ] as const)
      await write(container, id, n)
    const start = ChangeFeedStartFrom.Beginning('p')
    const feed = container.items.getChangeFeedIterator<{ id: string; n: number }>({
      changeFeedStartFrom: start,
      maxItemCount: 2,
    })
    expect(await drain(feed)).toEqual(['b@1', 'a@2', 'c@1'])
    await write(container, 'b', 2)
    await write(container, 'x', 1, 'elsewhere')
    await container.item('c', 'p').delete()
    expect(await drain(feed)).toEqual(['b@2'])
  })

  test('of the whole container, through every range; and it resumes from its continuation', async () => {
    const { container } = await openStage()
    const expected: string[] = []
    for (let i = 0; i < 20; i++) {
      await write(container, `${i}`, i, `p${i}`)
      expected.push(`${i}@${i}`)
    }
    const feed = container.items.getChangeFeedIterator<{ id: string; n: number }>({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
    })
    const first = await feed.readNext()
    const rest = container.items.getChangeFeedIterator<{ id: string; n: number }>({
      changeFeedStartFrom: ChangeFeedStartFrom.Continuation(first.continuationToken),
    })
    const seen = [...first.result.map(({ id, n }) => `${id}@${n}`), ...(await drain(rest))]
    expect(seen.toSorted()).toEqual(expected.toSorted())
  })

  test('from now on, and from a time', async () => {
    const { container } = await openStage()
    await write(container, 'a', 1)
    const from = (start: ChangeFeedStartFrom) =>
      container.items.getChangeFeedIterator<{ id: string; n: number }>({ changeFeedStartFrom: start })
    const now = from(ChangeFeedStartFrom.Now('p'))
    expect(await drain(now)).toEqual([])
    await write(container, 'b', 1)
    expect(await drain(now)).toEqual(['b@1'])
    expect(await drain(from(ChangeFeedStartFrom.Time(new Date(Date.now() - 60_000), 'p')))).toEqual(['a@1', 'b@1'])
    expect(await drain(from(ChangeFeedStartFrom.Time(new Date(Date.now() + 60_000), 'p')))).toEqual([])
  })

  test('the older iterator too', async () => {
    const { container } = await openStage()
    await write(container, 'a', 1)
    const feed = container.items.changeFeed<{ id: string; n: number }>('p', { startFromBeginning: true })
    expect((await feed.fetchNext()).result).toMatchObject([{ id: 'a', n: 1 }])
    expect((await feed.fetchNext()).statusCode).toBe(304)
    await write(container, 'a', 2)
    expect((await feed.fetchNext()).result).toMatchObject([{ id: 'a', n: 2 }])
  })

  test('is read as any read: a lagging region has nothing new, and under a session token says so', async () => {
    const { simulator, container, containerIn } = await openStage()
    simulator.pauseReplication(west, north)
    const { headers } = await write(container, 'a', 1)
    const feedIn = (region: string, sessionToken?: string) =>
      containerIn(region).items.getChangeFeedIterator<{ id: string; n: number }>({
        changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p'),
        ...(sessionToken !== undefined && { sessionToken }),
      })
    expect(await drain(feedIn(west))).toEqual(['a@1'])
    expect(await drain(feedIn(north))).toEqual([])
    const token = headers['x-ms-session-token'] as string
    await expect(feedIn(north, token).readNext()).rejects.toMatchObject({ code: 404 })
    simulator.resumeReplication(west, north)
    await expect.poll(() => drain(feedIn(north, token))).toEqual(['a@1'])
  })

  test('never cuts a transactional batch in two', async () => {
    const { container } = await openStage()
    const operations = ['a', 'b', 'c'].map((id) => ({
      operationType: 'Create' as const,
      resourceBody: { id, pk: 'p', n: 1 },
    }))
    await container.items.batch(operations, 'p')
    const feed = container.items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p'),
      maxItemCount: 2,
    })
    expect((await feed.readNext()).result).toHaveLength(3)
  })
})

test('a query by a prefix of a hierarchical key finds what is under it, and nothing else', async () => {
  const { container } = await openStage(['/tenant', '/user'])
  for (const tenant of ['t1', 't2']) {
    for (const user of ['u1', 'u2', 'u3']) await container.items.create({ id: 'i', tenant, user })
  }
  const users = async (partitionKey: string[]) => {
    const { resources } = await container.items
      .query<{ tenant: string; user: string }>('SELECT c.tenant, c.user FROM c', { partitionKey })
      .fetchAll()
    return resources.map(({ tenant, user }) => `${tenant}/${user}`).toSorted()
  }
  expect(await users(['t1'])).toEqual(['t1/u1', 't1/u2', 't1/u3'])
  expect(await users(['t2', 'u2'])).toEqual(['t2/u2'])
  expect(await users(['t3'])).toEqual([])
})
