import { describe, expect, test } from 'vitest'
import { ItemStore } from './item-store.ts'
import { north, TestAccount } from './test-account.ts'

describe('databases and containers', () => {
  test('are made once, listed, and gone when deleted', () => {
    const test = new TestAccount()
    expect(test.do({ kind: 'createDatabase', id: 'db' }).status).toBe(409)
    const definition = { id: 'c', partitionKey: { paths: ['/pk'] } }
    expect(test.do({ kind: 'createContainer', database: 'db', definition }).status).toBe(409)
    expect(test.do({ kind: 'listDatabases' }).body).toMatchObject({ Databases: [{ id: 'db' }], _count: 1 })
    expect(test.do({ kind: 'listContainers', database: 'db' }).body).toMatchObject({
      DocumentCollections: [{ id: 'c' }],
    })
    expect(test.do({ kind: 'deleteContainer', database: 'db', container: 'c' }).status).toBe(204)
    expect(test.do({ kind: 'readContainer', database: 'db', container: 'c' }).status).toBe(404)
    expect(test.do({ kind: 'deleteDatabase', database: 'db' }).status).toBe(204)
    expect(test.do({ kind: 'readDatabase', database: 'db' }).status).toBe(404)
  })

  test('a container made anew has another resource id, of 8 bytes, and is empty', () => {
    const test = new TestAccount()
    test.upsert('a', 1)
    const rid = () => (test.do({ kind: 'readContainer', database: 'db', container: 'c' }).body as { _rid: string })._rid
    const before = rid()
    test.do({ kind: 'deleteContainer', database: 'db', container: 'c' })
    const definition = { id: 'c', partitionKey: { paths: ['/pk'] } }
    test.do({ kind: 'createContainer', database: 'db', definition })
    expect(rid()).not.toBe(before)
    expect(Buffer.from(rid().replaceAll('-', '/'), 'base64').length).toBe(8)
    expect(test.read('a')).toBe(0)
  })

  test('ranges tile the whole key space', () => {
    const test = new TestAccount({ partitionKeyRanges: 5 })
    const { PartitionKeyRanges: ranges } = test.do({
      kind: 'readPartitionKeyRanges',
      database: 'db',
      container: 'c',
    }).body as { PartitionKeyRanges: { minInclusive: string; maxExclusive: string }[] }
    expect(ranges.length).toBe(5)
    expect(['', ...ranges.map((range) => range.maxExclusive)]).toEqual([
      ...ranges.map((range) => range.minInclusive),
      'FF',
    ])
  })

  test.each([
    [{ partitionKey: { paths: [] } }, 400],
    [{ partitionKey: { paths: ['pk'] } }, 400],
    [{ defaultTtl: 0 }, 400],
    [{ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a'] }] } }, 501],
    [{ vectorEmbeddingPolicy: { vectorEmbeddings: [{ path: '/v' }] } }, 501],
    [{ uniqueKeyPolicy: { uniqueKeys: [] } }, 201],
  ])('a container with %j → %d', (more, status) => {
    const test = new TestAccount()
    const definition = { id: 'other', partitionKey: { paths: ['/pk'] }, ...more }
    expect(test.do({ kind: 'createContainer', database: 'db', definition }).status).toBe(status)
  })

  test('only the write region changes them; every region shows them at once', () => {
    const test = new TestAccount()
    expect(test.do({ kind: 'createDatabase', id: 'other' }, north)).toMatchObject({ status: 403, substatus: 3 })
    test.do({ kind: 'createDatabase', id: 'other' })
    expect(test.do({ kind: 'readDatabase', database: 'other' }, north).status).toBe(200)
  })
})

describe('the store lets go', () => {
  const state = (lsn: number, committedAtMs: number, item: object | undefined = { id: 'x' }) => ({
    lsn,
    log: 0,
    configuration: 1,
    item: item as { id: string } | undefined,
    bytes: 1,
    committedAtMs,
    itemVersion: 1,
    older: undefined,
  })
  const size = (store: ItemStore) => [...store.partitions()].flatMap((partition) => [...partition.chains()]).length

  test('of superseded states once every replica has passed them, not before', () => {
    const store = new ItemStore()
    for (let lsn = 1; lsn <= 3; lsn++) store.put('0', 'k', 'a', state(lsn, 0), undefined)
    store.tidy({ lsn: 1 }, 0, () => undefined)
    expect(store.chain('k', 'a')?.newest.older?.older?.lsn).toBe(1)
    store.tidy({ lsn: 3 }, 0, () => undefined)
    expect(store.chain('k', 'a')?.newest.older).toBeUndefined()
  })

  test('of deleted items once every replica has passed the delete', () => {
    const store = new ItemStore()
    store.put('0', 'k', 'a', state(1, 0), undefined)
    store.put('0', 'k', 'a', { ...state(2, 0), item: undefined }, undefined)
    store.tidy({ lsn: 1 }, 0, () => undefined)
    expect(size(store)).toBe(1)
    store.tidy({ lsn: 2 }, 0, () => undefined)
    expect(size(store)).toBe(0)
  })

  test('of expired items, also when they were written again and again', () => {
    const store = new ItemStore()
    const expiry = ({ committedAtMs }: { committedAtMs: number }) => committedAtMs + 5000
    let lsn = 0
    for (let ms = 0; ms < 60_000; ms += 100) {
      lsn += 1
      store.put('0', `k${lsn % 7}`, lsn % 2 === 0 ? 'reused' : `fresh-${lsn}`, state(lsn, ms), ms + 5000)
      store.tidy({ lsn }, ms, expiry)
      expect(size(store)).toBeLessThan(80)
    }
    store.tidy({ lsn }, 70_000, expiry)
    expect(size(store)).toBe(0)
  })
})
