import { type Container, CosmosClient, type FeedOptions, type SqlQuerySpec } from '@azure/cosmos'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/start.ts'

/** One simulator for all: queries change nothing. No lag, so that each query has one answer. */
let container: Container
const cities = ['Lisbon', 'Oslo', 'Turin'] as const

beforeAll(async () => {
  const simulator: Simulator = await startSimulator({ regions: ['West Europe'], replicaLag: { fixedMs: 0 }, seed: 1 })
  const client = new CosmosClient({ endpoint: simulator.endpoint, key: simulator.key, consistencyLevel: 'Session' })
  const { database } = await client.databases.createIfNotExists({ id: 'd' })
  const created = await database.containers.createIfNotExists({ id: 'c', partitionKey: { paths: ['/customer'] } })
  container = created.container
  for (let n = 0; n < 30; n++) {
    await container.items.create({ id: `i${n}`, customer: `c${n % 10}`, n, city: cities[n % 3]! })
  }
  return async () => {
    client.dispose()
    await simulator.close()
  }
})

const resourcesOf = async (query: string | SqlQuerySpec, options: FeedOptions = {}): Promise<unknown[]> =>
  (await container.items.query(query, options).fetchAll()).resources

describe('in one partition', () => {
  const inC3 = { partitionKey: 'c3' }

  test('filters, parameters, projection and order', async () => {
    const query = 'SELECT VALUE c.n FROM c WHERE c.n >= @least ORDER BY c.n DESC'
    expect(await resourcesOf({ query, parameters: [{ name: '@least', value: 10 }] }, inC3)).toEqual([23, 13])
    expect(await resourcesOf('SELECT c.n, c.city FROM c WHERE c.id = "i3"', inC3)).toEqual([{ n: 3, city: 'Lisbon' }])
  })

  test('aggregates', async () => {
    expect(await resourcesOf('SELECT VALUE COUNT(1) FROM c', inC3)).toEqual([3])
    expect(await resourcesOf('SELECT VALUE MAX(c.n) FROM c', inC3)).toEqual([23])
  })

  test('comes in pages that a new iterator continues', async () => {
    const query = 'SELECT VALUE c.n FROM c ORDER BY c.n'
    const first = await container.items.query<number>(query, { ...inC3, maxItemCount: 2 }).fetchNext()
    expect(first.resources).toEqual([3, 13])
    expect(first.continuationToken).toBeTruthy()
    const rest = container.items.query<number>(query, { ...inC3, continuationToken: first.continuationToken })
    expect((await rest.fetchNext()).resources).toEqual([23])
  })

  test('carries its charge and session token', async () => {
    const page = await container.items.query('SELECT * FROM c', inC3).fetchNext()
    expect(page.requestCharge).toBeGreaterThan(0)
    // The SDK keeps a page's headers to itself, but a page's token is what a reader would pass on.
    const headers = Reflect.get(page, 'headers') as Record<string, string>
    expect(headers['x-ms-session-token']).toMatch(/^\w+:\d+#\d+#\d+=\d+$/)
    expect(headers['x-ms-item-count']).toBe('3')
  })
})

describe('across partitions', () => {
  const all = Array.from({ length: 30 }, (_, n) => n)

  test('without an order, in pages', async () => {
    const seen: number[] = []
    let pages = 0
    for await (const { resources } of container.items
      .query<number>('SELECT VALUE c.n FROM c', { maxItemCount: 4 })
      .getAsyncIterator()) {
      expect(resources.length).toBeLessThanOrEqual(4)
      seen.push(...resources)
      pages++
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(all)
    expect(pages).toBeGreaterThanOrEqual(8)
  })

  test('everything, by readAll', async () => {
    expect((await container.items.readAll().fetchAll()).resources).toHaveLength(30)
  })

  test.each<[string, unknown[]]>([
    ['SELECT VALUE c.n FROM c ORDER BY c.n', all],
    ['SELECT VALUE c.n FROM c WHERE c.n < 5 ORDER BY c.n DESC', [4, 3, 2, 1, 0]],
    ['SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n', [0, 1, 2]],
    ['SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 10 LIMIT 3', [10, 11, 12]],
    ['SELECT VALUE COUNT(1) FROM c', [30]],
    ['SELECT VALUE SUM(c.n) FROM c', [435]],
    ['SELECT VALUE AVG(c.n) FROM c', [14.5]],
    ['SELECT VALUE MIN(c.n) FROM c WHERE c.city = "Turin"', [2]],
    ['SELECT VALUE MAX(c.n) FROM c WHERE c.city = "Oslo"', [28]],
  ])('%s', async (query, expected) => {
    expect(await resourcesOf(query)).toEqual(expected)
  })

  test('through the query plan when the client asks for it', async () => {
    expect(await resourcesOf('SELECT VALUE c.n FROM c WHERE c.n < 3 ORDER BY c.n', { forceQueryPlan: true })).toEqual([
      0, 1, 2,
    ])
  })

  test('distinct values', async () => {
    const distinct = await resourcesOf('SELECT DISTINCT VALUE c.city FROM c')
    expect(distinct).toHaveLength(cities.length)
    expect(new Set(distinct)).toEqual(new Set(cities))
  })

  test.each([
    ['GROUP BY', 'SELECT c.city, COUNT(1) AS n FROM c GROUP BY c.city'],
    ['a user-defined function', 'SELECT udf.f(c) FROM c'],
  ])('%s is refused by name', async (feature, query) => {
    await expect(resourcesOf(query)).rejects.toMatchObject({ code: 501, message: expect.stringContaining(feature) })
  })

  test('a query that is no SQL is 400', async () => {
    await expect(resourcesOf('SELEKT everything')).rejects.toMatchObject({ code: 400 })
  })
})
