import { describe, expect, test } from 'vitest'
import { TargetProblem } from '../../src/cosmos/target.ts'
import { failing, type StubAccount, type StubReply, startStub, targetFor } from './stub-account.ts'

const need = { database: 'travel', container: 'itineraries', partitionKey: ['/customerId'] }

/** An account whose databases and containers answer as the table says: `GET /dbs/travel/colls/itineraries` → reply. */
const accountWith = async (replies: Record<string, StubReply | StubReply[]>): Promise<StubAccount> => {
  const stub = await startStub(() => failing(500))
  const queues = new Map(
    Object.entries(replies).map(([call, reply]) => [call, Array.isArray(reply) ? [...reply] : [reply]]),
  )
  stub.others = ({ method, path }) => {
    const queue = queues.get(`${method} ${path}`)
    return (queue && queue.length > 1 ? queue.shift() : queue?.[0]) ?? failing(404)
  }
  return stub
}
const containerPath = 'GET /dbs/travel/colls/itineraries'
const definition = (paths: string[], defaultTtl?: number): StubReply => ({
  status: 200,
  body: { id: 'itineraries', partitionKey: { paths, kind: 'Hash', version: 2 }, defaultTtl },
})

const problemOf = async (promise: Promise<unknown>): Promise<TargetProblem> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof TargetProblem) return error
  throw new Error('expected a TargetProblem', { cause: error })
}

describe('a container that is there', () => {
  test.each([
    ['on, without a default', -1, { ttlIsOn: true, defaultTtlSeconds: -1 }],
    ['on, with a default', 3600, { ttlIsOn: true, defaultTtlSeconds: 3600 }],
    ['off', undefined, { ttlIsOn: false, defaultTtlSeconds: undefined }],
  ])('tells that time to live is %s', async (_, ttl, expected) => {
    await using stub = await accountWith({ [containerPath]: definition(['/customerId'], ttl) })
    const target = targetFor(stub)
    expect(await target.ensureContainer(need, { provision: true })).toEqual({ wasCreated: false, ...expected })
    await target.close()
    expect(stub.seen.map(({ method }) => method)).toEqual(['GET'])
  })

  test('with another partition key is a clear error', async () => {
    await using stub = await accountWith({ [containerPath]: definition(['/tenant', '/user']) })
    const target = targetFor(stub)
    expect(await problemOf(target.ensureContainer(need, { provision: true }))).toMatchObject({
      kind: 'misconfigured',
      message: 'container travel/itineraries has the partition key /tenant, /user, not /customerId',
    })
    await target.close()
  })

  test('whose partition key is one of our own fields is refused without asking', async () => {
    await using stub = await accountWith({})
    const target = targetFor(stub)
    const problem = await problemOf(target.ensureContainer({ ...need, partitionKey: ['/run/id'] }, { provision: true }))
    await target.close()
    expect(problem.message).toContain('/run/id, which is a field of the probe documents')
    expect(stub.seen).toEqual([])
  })
})

describe('a container that is missing', () => {
  test('is made only when allowed; otherwise the commands are told', async () => {
    await using stub = await accountWith({})
    const target = targetFor(stub)
    const problem = await problemOf(target.ensureContainer(need, { provision: false }))
    await target.close()
    expect(problem.kind).toBe('misconfigured')
    expect(problem.message).toBe('container travel/itineraries does not exist')
    expect(problem.remedy.split('\n').slice(1)).toEqual([
      'az cosmosdb sql database create --account-name "$ACCOUNT" --resource-group "$RESOURCE_GROUP" --name travel',
      'az cosmosdb sql container create --account-name "$ACCOUNT" --resource-group "$RESOURCE_GROUP" --database-name travel --name itineraries --partition-key-path /customerId --ttl -1',
    ])
    expect(stub.seen.map(({ method }) => method)).toEqual(['GET'])
  })

  test('a hierarchical key is told in PowerShell, because the Azure CLI makes none', async () => {
    await using stub = await accountWith({})
    const target = targetFor(stub)
    const problem = await problemOf(
      target.ensureContainer({ ...need, partitionKey: ['/tenant', '/user id'] }, { provision: false }),
    )
    await target.close()
    expect(problem.remedy).toContain(
      "-PartitionKeyKind MultiHash -PartitionKeyVersion 2 -PartitionKeyPath /tenant,'/user id'",
    )
  })

  test('is made with time to live on', async () => {
    await using stub = await accountWith({
      [containerPath]: [failing(404), definition(['/customerId'], -1)],
      'POST /dbs': { status: 201, body: { id: 'travel' } },
      'POST /dbs/travel/colls': { status: 201, body: { id: 'itineraries' } },
    })
    const target = targetFor(stub)
    expect(await target.ensureContainer(need, { provision: true })).toEqual({
      wasCreated: true,
      ttlIsOn: true,
      defaultTtlSeconds: -1,
    })
    await target.close()
    const asked = stub.seen.find(({ method, path }) => method === 'POST' && path === '/dbs/travel/colls')
    expect(JSON.parse(asked?.body ?? '{}')).toEqual({
      id: 'itineraries',
      partitionKey: { paths: ['/customerId'], kind: 'Hash', version: 2 },
      defaultTtl: -1,
    })
  })

  test('somebody else may be faster', async () => {
    await using stub = await accountWith({
      [containerPath]: [failing(404), definition(['/customerId'], -1)],
      'POST /dbs': failing(409),
      'POST /dbs/travel/colls': failing(409),
    })
    const target = targetFor(stub)
    expect(await target.ensureContainer(need, { provision: true })).toMatchObject({ ttlIsOn: true })
    await target.close()
  })

  test('an identity that may not make it is told who may', async () => {
    await using stub = await accountWith({ [containerPath]: failing(404), 'POST /dbs': failing(403, 5300) })
    const target = targetFor(stub)
    const problem = await problemOf(target.ensureContainer(need, { provision: true }))
    await target.close()
    expect(problem.kind).toBe('refused')
    expect(problem.remedy).toContain('no data plane role creates databases or containers')
    expect(problem.remedy).toContain('az cosmosdb sql container create')
  })
})
