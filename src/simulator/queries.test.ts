import { describe, expect, test } from 'vitest'
import type { Json, Reply } from './operation.ts'
import { north, TestAccount } from './test-account.ts'

/** Ten items in one partition, settled everywhere. */
function tenItems(): TestAccount {
  const test = new TestAccount()
  for (let n = 0; n < 10; n++) {
    const item = {
      id: `i${n}`,
      pk: 'p',
      n,
      half: n % 2 === 0 ? n / 2 : null,
      tags: n % 3 === 0 ? ['x', 'y'] : [],
      name: `Name ${n}`,
    }
    test.item({ kind: 'createItem', item: n === 9 ? { id: 'i9', pk: 'p', n } : item })
  }
  test.nowMs = 10_000
  return test
}

const single = { partitionKey: ['p'] } as const

describe('a query of one partition', () => {
  const account = tenItems()
  test.each<[string, unknown[]]>([
    ['SELECT VALUE c.n FROM c WHERE c.id = "i3"', [3]],
    ["SELECT c.id, c.n AS number FROM c WHERE c.id = 'i3'", [{ id: 'i3', number: 3 }]],
    ['SELECT VALUE c.n FROM c WHERE c.n BETWEEN 2 AND 4 ORDER BY c.n DESC', [4, 3, 2]],
    ['SELECT VALUE c.n FROM c WHERE c.n IN (1, 5) OR c.name = "Name 7"', [1, 5, 7]],
    ['SELECT VALUE c.n FROM c WHERE c.half = null', [1, 3, 5, 7]],
    ['SELECT VALUE c.n FROM c WHERE NOT IS_DEFINED(c.half)', [9]],
    ['SELECT VALUE c.n FROM c WHERE c.half != null AND c.half > 2', [6, 8]],
    ['SELECT VALUE c.half FROM c ORDER BY c.half', [null, null, null, null, 0, 1, 2, 3, 4]],
    ['SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n DESC', [9, 8]],
    ['SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 2 LIMIT 3', [2, 3, 4]],
    ['SELECT DISTINCT VALUE c.half FROM c WHERE c.n < 4', [0, null, 1]],
    [
      'SELECT c.n, t FROM c JOIN t IN c.tags WHERE c.n = 3',
      [
        { n: 3, t: 'x' },
        { n: 3, t: 'y' },
      ],
    ],
    ['SELECT VALUE COUNT(1) FROM c', [10]],
    ['SELECT VALUE COUNT(c.half) FROM c', [9]],
    ['SELECT VALUE SUM(c.n) FROM c WHERE c.n > 7', [17]],
    ['SELECT VALUE SUM(c.half) FROM c', []],
    ['SELECT VALUE AVG(c.n) FROM c', [4.5]],
    ['SELECT MIN(c.name) AS least, MAX(c.n) AS most FROM c', [{ least: 'Name 0', most: 9 }]],
    ['SELECT VALUE UPPER(c.name) FROM c WHERE STARTSWITH(c.name, "name 1", true)', ['NAME 1']],
    ['SELECT VALUE CONTAINS(c.name, "E") FROM c WHERE c.n = 1', [false]],
    ['SELECT VALUE {a: c.n, b: [c.none, c.n]} FROM c WHERE c.n = 1', [{ a: 1, b: [1] }]],
    ['SELECT VALUE c.n * 2 + 1 FROM c WHERE c["id"] = "i2"', [5]],
    ['SELECT VALUE r.n FROM root r WHERE ARRAY_CONTAINS(r.tags, "x") AND r.n > 3', [6]],
    ['SELECT VALUE c.n > 5 ? "big" : "small" FROM c WHERE c.n > 4 AND c.n < 7', ['small', 'big']],
    ['SELECT VALUE c.half ?? "gone" FROM c WHERE c.n > 7', [4, 'gone']],
    ['SELECT VALUE 1', Array.from({ length: 10 }, () => 1)],
  ])('%s', (query, expected) => {
    expect(account.documents(query, single)).toEqual(expected)
  })

  test('parameters', () => {
    const parameters = [{ name: '@id', value: 'i4' }]
    expect(account.documents('SELECT VALUE c.n FROM c WHERE c.id = @id', { ...single, parameters })).toEqual([4])
    expect(account.query('SELECT * FROM c WHERE c.id = @none', single).status).toBe(400)
  })

  test.each([
    ['SELECT * FROM', 400],
    ['SELECT d.n FROM c', 400],
    ['SELECT c.n, COUNT(1) FROM c', 400],
    ['SELECT * FROM c JOIN t IN c.tags', 400],
    ['SELECT LOWER(c.a, c.b) FROM c', 400],
    ['SELECT c.n FROM c GROUP BY c.n', 501],
    ['SELECT * FROM c WHERE c.name LIKE "N%"', 501],
    ['SELECT VALUE udf.f(c) FROM c', 501],
    ['SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags)', 501],
    ['SELECT * FROM c ORDER BY LOWER(c.name)', 501],
    ['SELECT * FROM c WHERE NOT c.a = 1', 501],
    ['SELECT VALUE ST_DISTANCE(c.a, c.b) FROM c', 501],
  ])('%s → %d', (query, status) => {
    const reply = account.query(query, single)
    expect(reply.status).toBe(status)
    expect((reply.body as { message: string }).message.length).toBeGreaterThan(10)
  })

  test('words within literals are no clauses', () => {
    expect(
      account.documents("SELECT VALUE c.n FROM c WHERE c.name = 'GROUP BY LIKE OFFSET 1 LIMIT 1'", single),
    ).toEqual([])
  })

  test.each([
    'SELECT VALUE c.n FROM c',
    'SELECT VALUE c.n FROM c ORDER BY c.n DESC',
    'SELECT VALUE c.n FROM c ORDER BY c.half DESC, c.n',
    'SELECT DISTINCT VALUE c.half FROM c',
    'SELECT VALUE [c.n, t] FROM c JOIN t IN c.tags',
    'SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 1 LIMIT 6',
    'SELECT TOP 7 VALUE c.n FROM c',
  ])('%s: pages put together are the whole', (query) => {
    const whole = account.documents(query, single)
    for (const maxItemCount of [1, 2, 3, 100]) {
      expect(readPages(account, query, { ...single, maxItemCount }).documents).toEqual(whole)
    }
  })

  test('a foreign continuation token is refused', () => {
    expect(account.query('SELECT * FROM c', { ...single, continuation: 'nonsense' }).status).toBe(400)
  })
})

describe('a query over several ranges', () => {
  const account = new TestAccount({ partitionKeyRanges: 4 })
  for (let n = 0; n < 60; n++) account.item({ kind: 'createItem', item: { id: `i${n}`, pk: `p${n % 20}`, n } })
  account.nowMs = 10_000

  test('what needs no merging is served range by range, with each range’s token', () => {
    const { documents, replies } = readPages(account, 'SELECT VALUE c.n FROM c WHERE c.n >= 10', { maxItemCount: 7 })
    expect((documents as number[]).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 10))
    const ranges = new Set(
      replies.flatMap((reply) => reply.sessionToken!.split(',').map((token) => token.split(':')[0])),
    )
    expect(ranges).toEqual(new Set(['0', '1', '2', '3']))
  })

  test.each([
    'SELECT * FROM c ORDER BY c.n',
    'SELECT VALUE COUNT(1) FROM c',
    'SELECT DISTINCT VALUE c.pk FROM c',
    'SELECT TOP 5 * FROM c',
    'SELECT * FROM c OFFSET 1 LIMIT 2',
  ])('%s: 400 with a plan, as the SDK needs it', (query) => {
    const reply = account.query(query)
    expect(reply).toMatchObject({ status: 400, body: { code: 'BadRequest' } })
    const { message, additionalErrorInfo } = reply.body as { message: string; additionalErrorInfo: string }
    expect(message).toContain('Cross partition query only supports')
    expect(JSON.parse(additionalErrorInfo)).toEqual(account.account.queryPlan(query).body)
  })

  /** What the SDK does with a plan, in little: the rewritten query to each range. */
  const perRange = (query: string) => {
    const plan = account.account.queryPlan(query).body as { queryInfo: { rewrittenQuery: string } }
    const rewritten = plan.queryInfo.rewrittenQuery || query
    return ['0', '1', '2', '3'].map((rangeId) => account.documents(rewritten, { rangeId }))
  }

  test('ORDER BY: each range gives its rows in order, with their sort values', () => {
    const rows = perRange('SELECT VALUE c.n FROM c WHERE c.n < 30 ORDER BY c.n DESC') as {
      orderByItems: { item: number }[]
      payload: number
    }[][]
    expect(rows.flat().length).toBe(30)
    for (const range of rows) {
      const values = range.map((row) => row.payload)
      expect(values).toEqual(values.toSorted((a, b) => b - a))
      expect(range.map((row) => row.orderByItems[0]!.item)).toEqual(values)
    }
  })

  test('aggregates: each range gives its part', () => {
    const counts = perRange('SELECT VALUE COUNT(1) FROM c') as { item: number }[][][]
    expect(counts.flat(2).reduce((sum, part) => sum + part.item, 0)).toBe(60)
    const averages = perRange('SELECT VALUE AVG(c.n) FROM c') as { item: { sum: number; count: number } }[][][]
    expect(averages.flat(2).reduce((sum, part) => sum + part.item.sum, 0)).toBe((59 * 60) / 2)
    const named = perRange('SELECT COUNT(1) AS rows, MAX(c.n) AS most FROM c') as {
      payload: { most: { item: { max: number } } }
    }[][]
    expect(Math.max(...named.flat().map((row) => row.payload.most.item.max))).toBe(59)
  })

  test('OFFSET and LIMIT: each range gives as many rows as could be among the wanted', () => {
    for (const rows of perRange('SELECT * FROM c ORDER BY c.n OFFSET 2 LIMIT 3')) expect(rows.length).toBe(5)
  })

  test('a calculation with an aggregate is refused rather than guessed', () => {
    expect(account.account.queryPlan('SELECT VALUE COUNT(1) + 1 FROM c').status).toBe(501)
  })

  test('an unknown range is gone', () => {
    expect(account.query('SELECT * FROM c', { rangeId: '9' })).toMatchObject({ status: 410, substatus: 1002 })
  })
})

test('a query waits for its session token, and is stale without one', () => {
  const test = new TestAccount({ replication: { fixedMs: 50 } })
  const { sessionToken } = test.upsert('a', 1)
  const count = (reply: Reply) => (reply.body as { _count: number })._count
  expect(count(test.query('SELECT * FROM c', { partitionKey: ['p'] }, north))).toBe(0)
  expect(count(test.query('SELECT * FROM c', { partitionKey: ['p'], sessionToken: sessionToken! }, north))).toBe(1)
  expect(test.nowMs).toBe(50)
})

function readPages(test: TestAccount, query: string, more: { partitionKey?: readonly string[]; maxItemCount: number }) {
  const documents: Json[] = []
  const replies: Reply[] = []
  let continuation: string | undefined
  do {
    const reply: Reply = test.query(query, { ...more, ...(continuation === undefined ? {} : { continuation }) })
    expect(reply.status).toBe(200)
    const page = (reply.body as { Documents: Json[] }).Documents
    expect(page.length).toBeLessThanOrEqual(more.maxItemCount)
    documents.push(...page)
    replies.push(reply)
    continuation = reply.continuation
  } while (continuation !== undefined)
  return { documents, replies }
}
