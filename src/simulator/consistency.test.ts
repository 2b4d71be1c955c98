import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import { east, north, TestAccount, west } from './test-account.ts'

/** Writes version after version and reads right behind: how many reads were stale, in the write region and elsewhere. */
function countStale(level: ConsistencyLevel, withToken: boolean): { home: number; away: number; reads: number } {
  const test = new TestAccount({
    consistency: level,
    seed: 7,
    boundedStaleness: { maxVersions: 2, maxIntervalMs: 60_000 },
  })
  const stale = { home: 0, away: 0, reads: 300 }
  for (let version = 1; version <= stale.reads; version++) {
    const { sessionToken } = test.upsert('a', version)
    test.nowMs += 1
    const options = withToken && sessionToken !== undefined ? { sessionToken } : {}
    if (test.read('a', options) < version) stale.home += 1
    if (test.read('a', { ...options, region: north }) < version) stale.away += 1
    test.nowMs += 3
  }
  return stale
}

describe('each level allows exactly its anomalies', () => {
  test('Strong is never stale, anywhere', () => {
    expect(countStale('Strong', false)).toMatchObject({ home: 0, away: 0 })
  })

  test('Session is never stale with the write’s token', () => {
    expect(countStale('Session', true)).toMatchObject({ home: 0, away: 0 })
  })

  test.each([
    ['Session', 'without a token', false],
    ['ConsistentPrefix', 'whatever it carries', true],
    ['Eventual', 'whatever it carries', true],
  ] as const)('%s is stale %s: seldom in the write region, nearly always in another', (level, _, withToken) => {
    const { home, away, reads } = countStale(level, withToken)
    // The fourth replica of the write region trails: about a quarter of the reads meet it.
    expect(home).toBeGreaterThan(0)
    expect(home).toBeLessThan(reads / 2)
    expect(away).toBeGreaterThan(reads / 2)
  })

  test('BoundedStaleness is stale, but never by more than its bound', () => {
    const test = new TestAccount({
      consistency: 'BoundedStaleness',
      boundedStaleness: { maxVersions: 3, maxIntervalMs: 1e9 },
    })
    let stale = 0
    for (let version = 1; version <= 200; version++) {
      test.upsert('a', version)
      test.nowMs += 1
      const seen = test.read('a', { region: east })
      expect(seen).toBeGreaterThanOrEqual(version - 3)
      if (seen < version) stale += 1
    }
    expect(stale).toBeGreaterThan(50)
  })

  test('BoundedStaleness in time: what is older than the interval is always seen', () => {
    const test = new TestAccount({
      consistency: 'BoundedStaleness',
      boundedStaleness: { maxVersions: 1e6, maxIntervalMs: 100 },
      replication: { fixedMs: 5000 },
    })
    test.upsert('a', 1)
    test.nowMs = 99
    expect(test.read('a', { region: north })).toBe(0)
    test.nowMs = 100
    expect(test.read('a', { region: north })).toBe(1)
  })

  test('a reader without a token can step backwards; one that hands its last token on never does', () => {
    const test = new TestAccount({ seed: 3 })
    let [last, backwards, lastWithToken] = [0, 0, 0]
    let sessionToken: string | undefined
    for (let version = 1; version <= 300; version++) {
      test.upsert('a', version)
      test.nowMs += 8
      const seen = test.read('a', { region: north })
      if (seen < last) backwards += 1
      last = seen
      const token = sessionToken === undefined ? {} : { sessionToken }
      const reply = test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a', ...token }, north)
      const seenWithToken = reply.status === 200 ? (reply.body as { version: number }).version : 0
      expect(seenWithToken).toBeGreaterThanOrEqual(lastWithToken)
      lastWithToken = seenWithToken
      sessionToken = reply.sessionToken
    }
    expect(backwards).toBeGreaterThan(0)
  })

  test('two items are never seen in the wrong order: every state is a prefix of the writes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(12), { minLength: 5, maxLength: 40 }), (seed, pauses) => {
        const test = new TestAccount({ seed, consistency: 'Eventual' })
        for (const [i, pauseMs] of pauses.entries()) {
          test.upsert('first', i + 1)
          test.upsert('second', i + 1)
          test.nowMs += pauseMs
          const rows = test.query('SELECT c.id, c.version FROM c', { partitionKey: ['p'] }, north).body as {
            Documents: { id: string; version: number }[]
          }
          const seen: Record<string, number> = Object.fromEntries(
            rows.Documents.map(({ id, version }) => [id, version]),
          )
          const { first = 0, second = 0 } = seen
          expect(first - second === 0 || first - second === 1).toBe(true)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('session tokens', () => {
  test('a read waits for its token’s progress and then has it', () => {
    const test = new TestAccount({ replication: { fixedMs: 80 } })
    const { sessionToken } = test.upsert('a', 1)
    expect(test.read('a', { region: north, sessionToken: sessionToken! })).toBe(1)
    expect(test.nowMs).toBe(80)
  })

  test('when the progress does not come in time: 404/1002', () => {
    const test = new TestAccount({ replication: { fixedMs: 5000 }, sessionWaitMs: 200 })
    const { sessionToken } = test.upsert('a', 1)
    const call = { kind: 'readItem', partitionKey: ['p'], id: 'a', sessionToken: sessionToken! } as const
    expect(test.item(call, north)).toMatchObject({ status: 404, substatus: 1002 })
    expect(test.nowMs).toBe(200)
  })

  test('a token ahead of any commit: 404/1002, unless the commit comes meanwhile', () => {
    const test = new TestAccount()
    test.upsert('a', 1)
    const call = { kind: 'readItem', partitionKey: ['p'], id: 'a', sessionToken: '0:1#2#1=2' } as const
    expect(test.item(call)).toMatchObject({ status: 404, substatus: 1002 })
    const waiting = test.outcome({ database: 'db', container: 'c', ...call })
    if (waiting.kind !== 'wait') throw new Error('expected a wait')
    test.upsert('a', 2)
    test.nowMs = waiting.untilMs
    const answered = test.outcome({ database: 'db', container: 'c', ...call }, west, waiting.attempt)
    expect(answered).toMatchObject({ reply: { status: 200, body: { version: 2 } } })
  })

  test('a token for another range only is none; a malformed one is 400', () => {
    const test = new TestAccount({ replication: { fixedMs: 1000 } })
    test.upsert('a', 1)
    expect(test.read('a', { region: north, sessionToken: '9:1#50#1=50' })).toBe(0)
    const bad = test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a', sessionToken: 'garbage' })
    expect(bad).toMatchObject({ status: 400 })
    expect(JSON.stringify(bad)).not.toContain('garbage')
  })

  test('a request may weaken its level, never strengthen it', () => {
    const test = new TestAccount({ replication: { fixedMs: 1000 } })
    const { sessionToken } = test.upsert('a', 1)
    expect(test.read('a', { region: north, consistency: 'Eventual', sessionToken: sessionToken! })).toBe(0)
    const strong = test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a', consistency: 'Strong' })
    expect(strong.status).toBe(400)
  })

  test('every answer about an item carries the token of the replica that answered', () => {
    const test = new TestAccount()
    const missing = test.item({ kind: 'readItem', partitionKey: ['p'], id: 'none' })
    expect(missing).toMatchObject({ status: 404, sessionToken: '0:1#0#1=0' })
    const created = test.upsert('a', 1)
    expect(created.sessionToken).toBe('0:1#1#1=1')
    const conflict = test.item({ kind: 'createItem', item: { id: 'a', pk: 'p' } })
    expect(conflict).toMatchObject({ status: 409, sessionToken: '0:1#1#1=1' })
    const stale = test.item({ kind: 'deleteItem', partitionKey: ['p'], id: 'a', ifMatch: '"no"' })
    expect(stale).toMatchObject({ status: 412, sessionToken: '0:1#1#1=1' })
    const same = test.item({
      kind: 'readItem',
      partitionKey: ['p'],
      id: 'a',
      ifNoneMatch: created.etag!,
      sessionToken: '0:1#1#1=1',
    })
    expect(same).toMatchObject({ status: 304, sessionToken: '0:1#1#1=1' })
  })
})
