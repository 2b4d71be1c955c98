import { BulkOperationType, type OperationInput } from '@azure/cosmos'
import { describe, expect, test } from 'vitest'
import { clientOf, monitorOf, openSimulator } from './with-simulator.ts'

const west = 'West Europe'
const north = 'North Europe'

async function openStage(ranges = 4) {
  const simulator = await openSimulator({
    regions: [west, north],
    replication: { fixedMs: 4 },
    replicaLag: { fixedMs: 1 },
    sessionWaitMs: 40,
    partitionKeyRanges: ranges,
  })
  const client = clientOf(simulator)
  await client.databases.create({ id: 'd' })
  await client.database('d').containers.create({ id: 'c', partitionKey: { paths: ['/pk'] } })
  const containerIn = (region: string) => monitorOf(simulator, region).database('d').container('c')
  return { simulator, container: client.database('d').container('c'), containerIn }
}

const upsert = (id: string, n: number): OperationInput => ({
  operationType: BulkOperationType.Upsert,
  resourceBody: { id, pk: 'p', n },
})
const statuses = (results: readonly { readonly statusCode: number }[] | undefined) =>
  results?.map(({ statusCode }) => statusCode)

describe('a transactional batch', () => {
  test('is one commit, and each operation sees the ones before it', async () => {
    const { simulator, container } = await openStage()
    const response = await container.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'a', pk: 'p', n: 1 } },
        { operationType: 'Patch', id: 'a', resourceBody: { operations: [{ op: 'incr', path: '/n', value: 4 }] } },
        { operationType: 'Read', id: 'a' },
        { operationType: 'Upsert', resourceBody: { id: 'b', pk: 'p', n: 2 } },
        { operationType: 'Replace', id: 'b', resourceBody: { id: 'b', pk: 'p', n: 3 } },
        { operationType: 'Delete', id: 'b' },
      ],
      'p',
    )
    expect(response.code).toBe(200)
    expect(statuses(response.result)).toEqual([201, 200, 200, 201, 200, 204])
    expect(response.result?.[2]).toMatchObject({ resourceBody: { id: 'a', n: 5 }, eTag: expect.any(String) })
    const commits = simulator.account.journal.commits()
    expect(new Set(commits.map(({ lsn }) => lsn)).size).toBe(1)
    expect(response.headers['x-ms-session-token']).toMatch(/^\d+:1#1#1=1$/)
    expect((await container.item('a', 'p').read()).resource).toMatchObject({ n: 5 })
    expect((await container.item('b', 'p').read()).statusCode).toBe(404)
  })

  test('fails as a whole: nothing happened, the failing operation tells, the others depend on it', async () => {
    const { simulator, container } = await openStage()
    await container.items.create({ id: 'b', pk: 'p', n: 1 })
    const before = simulator.account.journal.commits().length
    const response = await container.items.batch(
      [upsert('a', 1), { operationType: 'Create', resourceBody: { id: 'b', pk: 'p' } }, upsert('c', 1)],
      'p',
    )
    expect(response.code).toBe(207)
    expect(statuses(response.result)).toEqual([424, 409, 424])
    expect(simulator.account.journal.commits().length).toBe(before)
    expect((await container.item('a', 'p').read()).statusCode).toBe(404)
  })

  test('keeps to one partition key, and to 100 operations and 2 MB', async () => {
    const { container } = await openStage()
    const elsewhere = await container.items.batch(
      [{ operationType: 'Upsert', resourceBody: { id: 'a', pk: 'other' } }],
      'p',
    )
    expect(statuses(elsewhere.result)).toEqual([400])
    const large = Array.from(
      { length: 3 },
      (_, i): OperationInput => ({
        operationType: 'Upsert',
        resourceBody: { id: `${i}`, pk: 'p', text: 'x'.repeat(800_000) },
      }),
    )
    const failure = await container.items.batch(large, 'p').catch((error: unknown) => error)
    expect(failure).toMatchObject({ cause: { code: 413 } })
    const none = await container.items.batch([], 'p').catch((error: unknown) => error)
    expect(none).toMatchObject({ cause: { code: 400 } })
  })

  test('of reads only is answered in any region, under the session token', async () => {
    const { simulator, container, containerIn } = await openStage()
    const { headers } = await container.items.create({ id: 'a', pk: 'p', n: 1 })
    const reads = (sessionToken: string) =>
      containerIn(north).items.batch([{ operationType: 'Read', id: 'a' }], 'p', { sessionToken })
    const seen = await reads(headers['x-ms-session-token'] as string)
    expect(seen.result?.[0]).toMatchObject({ statusCode: 200, resourceBody: { n: 1 } })
    simulator.pauseReplication(west, north)
    const written = await container.items.batch([upsert('a', 2)], 'p')
    const failure = await reads(written.headers['x-ms-session-token'] as string).catch((error: unknown) => error)
    expect(failure).toMatchObject({ cause: { code: 404, substatus: 1002 } })
    const refused = await containerIn(north)
      .items.batch([upsert('a', 3)], 'p')
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ cause: { code: 403, substatus: 3 } })
  })
})

describe('bulk', () => {
  const many = (): OperationInput[] =>
    Array.from({ length: 150 }, (_, i) => ({
      operationType: 'Create',
      partitionKey: `p${i % 29}`,
      resourceBody: { id: `${i % 145}`, pk: `p${i % 29}`, n: i },
    }))

  test('reaches every range, each operation by itself', async () => {
    const { simulator, container } = await openStage()
    const results = await container.items.executeBulkOperations(many())
    const codes = results.map(({ response, error }) => response?.statusCode ?? error?.code)
    expect(codes.filter((code) => code === 201)).toHaveLength(145)
    expect(codes.filter((code) => code === 409)).toHaveLength(5)
    const commits = simulator.account.journal.commits()
    expect(new Set(commits.map(({ range, lsn }) => `${range}/${lsn}`)).size).toBe(145)
    expect(results.find(({ response }) => response)?.response?.sessionToken).toMatch(/^\d+:1#\d+#1=\d+$/)
    const mixed = await container.items.executeBulkOperations([
      { operationType: 'Read', id: '0', partitionKey: 'p0' },
      { operationType: 'Delete', id: '1', partitionKey: 'p1' },
      { operationType: 'Patch', id: '2', partitionKey: 'p2', resourceBody: [{ op: 'set', path: '/n', value: 7 }] },
    ])
    expect(mixed.map(({ response }) => response?.statusCode)).toEqual([200, 204, 200])
  })

  test('also as the older call that groups by range itself', async () => {
    const { container } = await openStage()
    const results = await container.items.bulk(
      many()
        .slice(0, 40)
        .map((operation) => ({ ...operation })),
    )
    expect(new Set(statuses(results))).toEqual(new Set([201]))
  })
})
