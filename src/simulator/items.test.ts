import { describe, expect, test } from 'vitest'
import { type ItemCall, north, TestAccount } from './test-account.ts'

const at = { partitionKey: ['p'], id: 'a' } as const

describe('items', () => {
  test('create, read, replace, upsert, delete and their statuses', () => {
    const test = new TestAccount()
    const calls: ItemCall[] = [
      { kind: 'readItem', ...at },
      { kind: 'createItem', item: { id: 'a', pk: 'p', version: 1 } },
      { kind: 'createItem', item: { id: 'a', pk: 'p', version: 1 } },
      { kind: 'replaceItem', ...at, item: { id: 'a', pk: 'p', version: 2 } },
      { kind: 'upsertItem', item: { id: 'a', pk: 'p', version: 3 } },
      { kind: 'upsertItem', item: { id: 'b', pk: 'p', version: 1 } },
      { kind: 'deleteItem', ...at },
      { kind: 'deleteItem', ...at },
      { kind: 'replaceItem', ...at, item: { id: 'a', pk: 'p' } },
      { kind: 'patchItem', ...at, patch: { operations: [{ op: 'set', path: '/x', value: 1 }] } },
    ]
    const statuses = calls.map((call) => test.item(call).status)
    expect(statuses).toEqual([404, 201, 409, 200, 200, 201, 204, 404, 404, 404])
  })

  test('a document comes back whole, with system properties', () => {
    const test = new TestAccount({ wallOriginMs: 1_700_000_000_000 })
    test.nowMs = 5000
    const document = { id: 'a', pk: 'p', nested: { list: [1, null, 'é'] }, yes: true }
    const created = test.item({ kind: 'createItem', item: document })
    const read = test.item({ kind: 'readItem', ...at, sessionToken: created.sessionToken! })
    expect(read.body).toEqual(created.body)
    expect(read.body).toMatchObject({ ...document, _etag: read.etag, _ts: 1_700_000_005, _attachments: 'attachments/' })
  })

  test('a document is the simulator’s own: its writer cannot change it afterwards', () => {
    const test = new TestAccount()
    const list = [1]
    const { sessionToken } = test.item({ kind: 'createItem', item: { id: 'a', pk: 'p', list } })
    expect(() => list.push(2)).toThrow(TypeError)
    expect(test.item({ kind: 'readItem', ...at, sessionToken: sessionToken! }).body).toMatchObject({ list: [1] })
  })

  test('only the write region takes writes', () => {
    const test = new TestAccount()
    expect(test.item({ kind: 'upsertItem', item: { id: 'a', pk: 'p' } }, north)).toMatchObject({
      status: 403,
      substatus: 3,
    })
    expect(test.account.journal.commits()).toEqual([])
  })

  test('ETags guard writes and spare reads', () => {
    const test = new TestAccount()
    const first = test.upsert('a', 1).etag!
    const second = test.upsert('a', 2).etag!
    expect(second).not.toBe(first)
    const replace = (ifMatch: string) =>
      test.item({ kind: 'replaceItem', ...at, item: { id: 'a', pk: 'p', version: 3 }, ifMatch }).status
    expect([replace(first), replace(second)]).toEqual([412, 200])
    expect(test.item({ kind: 'deleteItem', ...at, ifMatch: second }).status).toBe(412)
    const third = test.item({ kind: 'upsertItem', item: { id: 'a', pk: 'p' }, ifMatch: '*' })
    test.nowMs = 1000
    expect(test.item({ kind: 'readItem', ...at, ifNoneMatch: third.etag! }).status).toBe(304)
    expect(test.item({ kind: 'readItem', ...at, ifNoneMatch: first }).status).toBe(200)
  })

  test.each([
    [{ pk: 'p' }, 400, undefined],
    [{ id: '', pk: 'p' }, 400, undefined],
    [{ id: 'a/b', pk: 'p' }, 400, undefined],
    [{ id: 'x'.repeat(1024), pk: 'p' }, 400, undefined],
    [{ id: 'a', pk: 'q' }, 400, 1001],
    [{ id: 'a', pk: { not: 'a key' } }, 400, 1001],
    [{ id: 'a', pk: 'p', ttl: 0 }, 400, undefined],
    [{ id: 'a', pk: 'p', blob: 'x'.repeat(2 * 1024 * 1024) }, 413, undefined],
  ])('a wrong document %# is refused', (item, status, substatus) => {
    const test = new TestAccount()
    const reply = test.item({ kind: 'createItem', partitionKey: ['p'], item } as ItemCall)
    expect([reply.status, reply.substatus]).toEqual([status, substatus])
    expect(test.account.journal.commits()).toEqual([])
  })

  test('a document without a partition key lives under the absent key', () => {
    const test = new TestAccount()
    const { sessionToken } = test.item({ kind: 'createItem', item: { id: 'a' } })
    expect(
      test.item({ kind: 'readItem', id: 'a', partitionKey: [undefined], sessionToken: sessionToken! }).status,
    ).toBe(200)
    expect(test.item({ kind: 'readItem', id: 'a', partitionKey: [null] }).status).toBe(404)
  })

  test('hierarchical keys need all their levels', () => {
    const test = new TestAccount({ container: { partitionKey: { paths: ['/tenant', '/user/id'], kind: 'MultiHash' } } })
    const item = { id: 'a', tenant: 't', user: { id: 7 } }
    const { sessionToken } = test.item({ kind: 'createItem', item, partitionKey: ['t', 7] })
    const read = (partitionKey: (string | number)[]) =>
      test.item({ kind: 'readItem', id: 'a', partitionKey, sessionToken: sessionToken! }).status
    expect([read(['t', 7]), read(['t', 8]), read(['t'])]).toEqual([200, 404, 400])
  })

  test('a missing container is 404/1003', () => {
    const test = new TestAccount()
    const reply = test.do({ kind: 'readItem', database: 'db', container: 'none', partitionKey: ['p'], id: 'a' })
    expect(reply).toMatchObject({ status: 404, substatus: 1003 })
  })
})

describe('patch', () => {
  const patched = (operations: readonly object[], condition?: string) => {
    const test = new TestAccount()
    test.item({ kind: 'createItem', item: { id: 'a', pk: 'p', n: 1, list: [1, 2], deep: { x: 1 } } })
    const patch = { operations, ...(condition === undefined ? {} : { condition }) }
    const reply = test.item({ kind: 'patchItem', ...at, patch } as ItemCall)
    return reply.status === 200 ? reply.body : reply.status
  }

  test.each([
    [[{ op: 'add', path: '/new', value: { y: 1 } }], { new: { y: 1 } }],
    [[{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2] }],
    [[{ op: 'add', path: '/list/-', value: 9 }], { list: [1, 2, 9] }],
    [[{ op: 'set', path: '/list/0', value: 9 }], { list: [9, 2] }],
    [[{ op: 'set', path: '/deep/z', value: 2 }], { deep: { x: 1, z: 2 } }],
    [[{ op: 'replace', path: '/n', value: 'now text' }], { n: 'now text' }],
    [[{ op: 'incr', path: '/n', value: 2.5 }], { n: 3.5 }],
    [[{ op: 'incr', path: '/fresh', value: 2 }], { fresh: 2 }],
    [[{ op: 'move', from: '/deep/x', path: '/moved' }], { deep: {}, moved: 1 }],
    [
      [
        { op: 'remove', path: '/list/0' },
        { op: 'incr', path: '/list/0', value: 1 },
      ],
      { list: [3] },
    ],
  ])('%j', (operations, expected) => {
    expect(patched(operations)).toMatchObject(expected)
  })

  test('remove removes', () => {
    expect(patched([{ op: 'remove', path: '/n' }])).not.toHaveProperty('n')
  })

  test.each([
    [[], 400],
    [[{ op: 'replace', path: '/none', value: 1 }], 400],
    [[{ op: 'remove', path: '/none' }], 400],
    [[{ op: 'set', path: '/none/inner', value: 1 }], 400],
    [[{ op: 'set', path: '/id', value: 'b' }], 400],
    [[{ op: 'set', path: '/pk', value: 'q' }], 400],
    [[{ op: 'set', path: '/_ts', value: 1 }], 400],
    [[{ op: 'incr', path: '/list', value: 1 }], 400],
    [Array.from({ length: 11 }, () => ({ op: 'incr', path: '/n', value: 1 })), 400],
  ])('%j is refused and changes nothing', (operations, status) => {
    expect(patched(operations)).toBe(status)
  })

  test('a condition decides', () => {
    const operations = [{ op: 'incr', path: '/n', value: 1 }]
    expect(patched(operations, 'from c where c.n = 1')).toMatchObject({ n: 2 })
    expect(patched(operations, 'from c where c.n = 2')).toBe(412)
    expect(patched(operations, 'from c where c.n LIKE 2')).toBe(501)
  })
})

describe('time to live', () => {
  const put = (test: TestAccount, id: string, ttl?: number) =>
    test.item({
      kind: 'upsertItem',
      item: ttl === undefined ? { id, pk: 'p', version: 1 } : { id, pk: 'p', version: 1, ttl },
    })

  test('the item’s own ttl beats the container’s; -1 never expires', () => {
    const test = new TestAccount({ container: { defaultTtl: 10 } })
    put(test, 'default')
    put(test, 'short', 5)
    put(test, 'forever', -1)
    const seen = () => ['default', 'short', 'forever'].map((id) => test.read(id))
    test.nowMs = 4999
    expect(seen()).toEqual([1, 1, 1])
    test.nowMs = 5000
    expect(seen()).toEqual([1, 0, 1])
    test.nowMs = 10_000
    expect(seen()).toEqual([0, 0, 1])
    expect(test.documents('SELECT VALUE c.id FROM c', { partitionKey: ['p'] })).toEqual(['forever'])
  })

  test('without a default on the container nothing expires', () => {
    const test = new TestAccount()
    put(test, 'a', 1)
    test.nowMs = 1e9
    expect(test.read('a')).toBe(1)
  })

  test('an expired item can be created again, and a write starts its time anew', () => {
    const test = new TestAccount({ container: { defaultTtl: 10 } })
    put(test, 'a')
    test.nowMs = 10_001
    expect(test.item({ kind: 'createItem', item: { id: 'a', pk: 'p', version: 2 } }).status).toBe(201)
    test.nowMs = 20_000
    expect(test.read('a')).toBe(2)
    expect(test.account.journal.commits().map(({ itemVersion }) => itemVersion)).toEqual([1, 1])
  })

  test('turning the container’s TTL off brings back what is still there', () => {
    const test = new TestAccount({ container: { defaultTtl: 1 } })
    put(test, 'a')
    test.nowMs = 2000
    expect(test.read('a')).toBe(0)
    const definition = { id: 'c', partitionKey: { paths: ['/pk'] } }
    expect(test.do({ kind: 'replaceContainer', database: 'db', container: 'c', definition }).status).toBe(200)
    expect(test.read('a')).toBe(1)
  })
})
