import { describe, expect, test } from 'vitest'
import { east, north, TestAccount, west } from './test-account.ts'

const range = (test: TestAccount) => {
  const commit = test.account.journal.commits()[0]
  if (commit === undefined) throw new Error('no commit yet')
  return { container: commit.container, range: commit.range }
}

describe('replication', () => {
  test('three replicas of the write region have a write at once, the fourth follows', () => {
    const test = new TestAccount({ replicaLag: { fixedMs: 5 } })
    for (let version = 1; version <= 50; version++) {
      test.upsert('a', version)
      const positions = [0, 1, 2, 3].map((i) => test.account.journal.replicaStateAt(west, i, range(test), test.nowMs)!)
      expect(positions.filter((lsn) => lsn === version).length).toBeGreaterThanOrEqual(3)
      test.nowMs += 2
    }
  })

  test('each pair of regions has its own delay', () => {
    const test = new TestAccount({
      replicaLag: { fixedMs: 0 },
      replication: { fixedMs: 10 },
      replicationBetween: [{ from: 'west europe', to: 'EastUS', delay: { fixedMs: 30 } }],
    })
    test.upsert('a', 1)
    const seen = () => [west, north, east].map((region) => test.read('a', { region }))
    expect(seen()).toEqual([1, 0, 0])
    test.nowMs = 10
    expect(seen()).toEqual([1, 1, 0])
    test.nowMs = 30
    expect(seen()).toEqual([1, 1, 1])
  })

  test('paused, nothing arrives, not even what was on its way; resumed, everything does', () => {
    const test = new TestAccount({ replication: { fixedMs: 50 }, replicaLag: { fixedMs: 0 } })
    test.upsert('a', 1)
    test.nowMs = 49
    test.account.pauseReplication(west, north, test.nowMs)
    test.upsert('a', 2)
    test.nowMs = 10_000
    expect([test.read('a', { region: north }), test.read('a', { region: east })]).toEqual([0, 2])
    test.account.resumeReplication(west, north, test.nowMs)
    test.nowMs += 49
    expect(test.read('a', { region: north })).toBe(0)
    test.nowMs += 1
    expect(test.read('a', { region: north })).toBe(2)
  })

  test('past the buffer of a paused region, writes answer 429/3075', () => {
    const test = new TestAccount({ replicationBufferMax: 3 })
    test.account.pauseReplication(west, north, 0)
    const statuses = [1, 2, 3, 4].map((version) => test.upsert('a', version))
    expect(statuses.map((reply) => reply.status)).toEqual([201, 200, 200, 429])
    expect(statuses[3]).toMatchObject({ substatus: 3075 })
    test.account.resumeReplication(west, north, 0)
    expect(test.upsert('a', 5).status).toBe(200)
  })
})

describe('regions', () => {
  test('an offline region answers 503 or not at all, and catches up afterwards', () => {
    const test = new TestAccount({ replication: { fixedMs: 10 }, replicaLag: { fixedMs: 0 } })
    test.account.setRegionOffline(north, 'unavailable', 0)
    test.upsert('a', 1)
    const read = { kind: 'readItem', database: 'db', container: 'c', partitionKey: ['p'], id: 'a' } as const
    expect(test.outcome(read, north)).toMatchObject({ kind: 'reply', reply: { status: 503 } })
    test.account.setRegionOffline(north, 'hang', 0)
    expect(test.outcome(read, north)).toMatchObject({ fault: { connection: 'hang' } })
    expect(test.account.regions(0).map(({ state }) => state)).toEqual(['online', 'hang', 'online'])
    test.nowMs = 1000
    test.account.setRegionOnline(north, 1000)
    expect(test.read('a', { region: north })).toBe(0)
    test.nowMs = 1010
    expect(test.read('a', { region: north })).toBe(1)
  })

  test('a region that the account does not have is the caller’s mistake', () => {
    const test = new TestAccount()
    expect(() => test.outcome({ kind: 'readAccount' }, 'Mars North')).toThrow('Mars North')
  })
})

describe('failover', () => {
  test('graceful: loses nothing, and the writes move', () => {
    const test = new TestAccount({ replication: { fixedMs: 100 } })
    for (let version = 1; version <= 5; version++) test.upsert('a', version)
    test.account.failover(north, 0)
    expect(test.read('a', { region: north, sessionToken: '0:1#5#1=5' })).toBe(5)
    expect(test.item({ kind: 'upsertItem', item: { id: 'a', pk: 'p' } }, west)).toMatchObject({
      status: 403,
      substatus: 3,
    })
    expect(test.upsert('a', 6).sessionToken).toBe('0:2#6#2=6')
    expect(test.account.regions(0).map(({ writable }) => writable)).toEqual([false, true, false])
    expect(test.account.journal.entries().filter((entry) => entry.kind === 'lost')).toEqual([])
    test.nowMs = 1000
    expect([west, east].map((region) => test.read('a', { region }))).toEqual([6, 6])
  })

  test('forced: what had not arrived is lost, and the journal says so', () => {
    const test = new TestAccount({ replication: { fixedMs: 100 }, replicaLag: { fixedMs: 0 } })
    test.upsert('a', 1)
    test.upsert('b', 1)
    test.nowMs = 100
    const { sessionToken: lostToken } = test.upsert('a', 2)
    test.upsert('c', 1)
    test.account.setRegionOffline(west, 'unavailable', 100)
    test.account.failover(north, 150)
    test.nowMs = 150
    expect(
      test.account.journal
        .entries()
        .filter((entry) => entry.kind === 'lost')
        .map(({ lsn }) => lsn),
    ).toEqual([3, 4])
    // The lost write's token is of an older version: only what survived binds, and the old state is all there is.
    const read = { region: north, sessionToken: lostToken! }
    expect(['a', 'b', 'c'].map((id) => test.read(id, read))).toEqual([1, 1, 0])
    expect(test.upsert('a', 7).sessionToken).toBe('0:2#3#2=3')
    // The old write region comes back as a reader, without the lost commits.
    test.account.setRegionOnline(west, 200)
    test.nowMs = 400
    expect(['a', 'b', 'c'].map((id) => test.read(id, { region: west }))).toEqual([7, 1, 0])
  })

  test('an item keeps its ETag over a failover, and a reused LSN gives a new one', () => {
    const test = new TestAccount({ replication: { fixedMs: 100 } })
    const kept = test.upsert('a', 1).etag
    test.nowMs = 200
    const lost = test.upsert('a', 2).etag
    test.account.setRegionOffline(west, 'unavailable', 200)
    test.account.failover(north, 200)
    expect(test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a' }).etag).toBe(kept)
    expect(test.upsert('a', 3).etag).not.toBe(lost)
  })

  test('a region behind keeps showing the old version until it has everything from before', () => {
    const test = new TestAccount({ replication: { fixedMs: 100 }, replicaLag: { fixedMs: 0 } })
    test.upsert('a', 1)
    test.account.failover(north, 0)
    const tokenIn = (region: string) =>
      test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a' }, region).sessionToken
    expect([tokenIn(north), tokenIn(east)]).toEqual(['0:2#1#2=1', '0:1#0#1=0'])
    test.nowMs = 100
    expect(tokenIn(east)).toBe('0:2#1#2=1')
  })

  test('for the announced window both regions are writable in the account’s own words', () => {
    const test = new TestAccount({ failoverWindowMs: 1000 })
    test.account.failover(north, 0)
    const writable = (nowMs: number) =>
      test.account
        .regions(nowMs)
        .filter((region) => region.writable)
        .map(({ name }) => name)
    expect(writable(999)).toEqual([west, north])
    expect(writable(1000)).toEqual([north])
  })

  test('it needs an online target', () => {
    const test = new TestAccount()
    test.account.setRegionOffline(north, 'unavailable', 0)
    expect(() => test.account.failover(north, 0)).toThrow('offline')
  })
})
