import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SessionToken } from '../protocol/session-token.ts'
import type { Reply } from './operation.ts'
import type { SimulatorOptions } from './options.ts'
import { east, north, TestAccount, west } from './test-account.ts'

const tokenOf = (reply: Reply): SessionToken => {
  const parsed = SessionToken.parse(reply.sessionToken ?? '')
  if ('problem' in parsed) throw new Error(`${parsed.problem} in an answer ${reply.status}/${reply.substatus}`)
  return parsed.token
}
const rangeIds = (account: TestAccount) =>
  (
    account.do({ kind: 'readPartitionKeyRanges', database: 'db', container: 'c' }).body as {
      PartitionKeyRanges: { id: string; parents: string[]; minInclusive: string; maxExclusive: string }[]
    }
  ).PartitionKeyRanges

describe('a split', () => {
  test('gives two children that tile the parent, with its items, its LSNs and a raised version', () => {
    const test = new TestAccount({ replicaLag: { fixedMs: 0 } })
    for (let i = 0; i < 40; i++) test.upsert('a', 1, `p${i}`)
    const old = test.upsert('a', 2, 'p7')
    expect(old.sessionToken).toBe('0:1#41#1=41')
    const children = test.account.splitRange('db', 'c', '0', test.nowMs)
    expect(children).toEqual(['1', '2'])
    const ranges = rangeIds(test)
    expect(ranges.map(({ id, parents }) => [id, parents])).toEqual([
      ['1', ['0']],
      ['2', ['0']],
    ])
    expect([ranges[0]?.minInclusive, ranges[1]?.maxExclusive]).toEqual(['', 'FF'])
    expect(ranges[0]?.maxExclusive).toBe(ranges[1]?.minInclusive)
    for (let i = 0; i < 40; i++)
      expect(test.read('a', { pk: `p${i}`, sessionToken: old.sessionToken! })).toBeGreaterThan(0)
    const next = test.upsert('a', 3, 'p7')
    expect(next.sessionToken).toMatch(/^[12]:2#42#1=42$/)
    expect(test.documents('SELECT * FROM c WHERE c.version >= 1')).toHaveLength(40)
  })

  test('leaves known what a range came from that is there no more itself', () => {
    const test = new TestAccount({ replicaLag: { fixedMs: 0 } })
    test.upsert('a', 1)
    const [child] = test.account.splitRange('db', 'c', '0', test.nowMs)
    test.account.splitRange('db', 'c', child, test.nowMs)
    expect(test.account.rangesOf('db', 'c')).not.toContain(child)
    expect(test.account.ancestorsOf('db', 'c', child!)).toEqual(['0'])
  })

  test('keeps a parent’s token binding in a region that lags, and the etag and resource id of an item', () => {
    const test = new TestAccount({ replication: { fixedMs: 50 }, replicaLag: { fixedMs: 0 }, sessionWaitMs: 10 })
    const written = test.upsert('a', 1)
    test.account.splitRange('db', 'c', undefined, test.nowMs)
    const read = { kind: 'readItem', partitionKey: ['p'], id: 'a' } as const
    expect(test.item({ ...read, sessionToken: written.sessionToken! }, north)).toMatchObject({
      status: 404,
      substatus: 1002,
    })
    test.nowMs = 50
    const there = test.item({ ...read, sessionToken: written.sessionToken! }, north)
    expect(there.status).toBe(200)
    expect(there.body).toMatchObject({ _etag: written.etag, _rid: (written.body as { _rid: string })._rid })
    const replaced = {
      kind: 'replaceItem',
      partitionKey: ['p'],
      id: 'a',
      item: { id: 'a', pk: 'p', version: 2 },
    } as const
    expect(test.item({ ...replaced, ifMatch: written.etag! }).status).toBe(200)
  })

  test('answers 410/1002 to the old range’s id, and 410/1007 while it is being completed', () => {
    const test = new TestAccount()
    test.upsert('a', 1)
    const [first] = test.account.splitRange('db', 'c', '0', test.nowMs, 30)
    expect(test.query('SELECT * FROM c', { rangeId: '0' })).toMatchObject({ status: 410, substatus: 1002 })
    expect(test.query('SELECT * FROM c', { rangeId: first! })).toMatchObject({ status: 410, substatus: 1007 })
    expect(test.upsert('a', 2)).toMatchObject({ status: 410, substatus: 1007 })
    test.nowMs = 30
    expect(test.upsert('a', 2).status).toBe(200)
  })

  test('is told by the journal, which knows the child’s replicas from before', () => {
    const test = new TestAccount({ replication: { fixedMs: 50 }, replicaLag: { fixedMs: 0 } })
    test.upsert('a', 1)
    const [child] = test.account.splitRange('db', 'c', '0', test.nowMs)
    const { container } = test.account.journal.commits()[0]!
    const at = (ms: number) => test.account.journal.replicaStateAt(north, 0, { container, range: child! }, ms)
    expect([at(49), at(50)]).toEqual([0, 1])
    expect(test.account.journal.entries()).toContainEqual(
      expect.objectContaining({
        kind: 'ranges',
        parents: ['0'],
        children: [
          expect.objectContaining({ id: '1', minInclusive: '' }),
          expect.objectContaining({ id: '2', maxExclusive: 'FF' }),
        ],
      }),
    )
  })
})

describe('a merge', () => {
  test('takes either parent’s tokens, and every replica has everything', () => {
    const test = new TestAccount({ partitionKeyRanges: 2, replication: { fixedMs: 50 } })
    const tokens = Array.from({ length: 20 }, (_, i) => test.upsert('a', i + 1, `p${i}`).sessionToken!)
    expect(test.account.mergeRanges('db', 'c', ['0', '1'], test.nowMs)).toBe('2')
    for (const [i, sessionToken] of tokens.entries()) {
      for (const region of [west, north, east])
        expect(test.read('a', { region, pk: `p${i}`, sessionToken })).toBe(i + 1)
    }
    expect(test.nowMs).toBe(0)
    expect(test.documents('SELECT * FROM c ORDER BY c.version')).toHaveLength(20)
  })

  test('waits for what is held back, and for neighbours', () => {
    const test = new TestAccount({ partitionKeyRanges: 3 })
    test.account.pauseReplication(west, north, 0)
    for (let i = 0; i < 20; i++) test.upsert('a', 1, `p${i}`)
    expect(() => test.account.mergeRanges('db', 'c', ['0', '1'], 0)).toThrow('held back from North Europe')
    expect(() => test.account.mergeRanges('db', 'c', ['0', '2'], 0)).toThrow('next to each other')
    test.account.resumeReplication(west, north, 0)
    expect(test.account.mergeRanges('db', 'c', ['1', '0'], 0)).toBe('3')
  })
})

describe('regions', () => {
  test('a removed one answers 403/1008 and lingers in the metadata; one added again has another id', () => {
    const test = new TestAccount({ removedRegionLingerMs: 100 })
    test.upsert('a', 1)
    test.nowMs = 1000
    test.account.removeRegion(north, test.nowMs)
    const read = { kind: 'readItem', partitionKey: ['p'], id: 'a' } as const
    expect(test.item(read, north)).toMatchObject({ status: 403, substatus: 1008 })
    expect(test.account.regions(1099).map(({ name }) => name)).toContain(north)
    expect(test.account.regions(1100).map(({ name }) => name)).not.toContain(north)
    expect(test.upsert('a', 2).sessionToken).toBe('0:2#2#1=2')
    test.account.addRegion(north, test.nowMs)
    expect(test.account.regions(1100).find(({ name }) => name === north)?.id).toBe(4)
    test.nowMs += 1000
    expect(test.read('a', { region: north })).toBe(2)
    expect(() => test.account.removeRegion(west, 0)).toThrow('fail over first')
    expect(() => test.account.addRegion('westeurope', 0)).toThrow('same name')
  })

  test('none joins several write regions while one is offline: its tokens would not tell of its own log', () => {
    const test = new TestAccount({ regions: [west, north], multipleWriteLocations: true })
    test.account.setRegionOffline(west, 'hang', test.nowMs)
    expect(() => test.account.addRegion(east, test.nowMs)).toThrow('is offline')
    test.account.setRegionOnline(west, test.nowMs)
    test.account.addRegion(east, test.nowMs)
    expect(test.account.regions(test.nowMs).map(({ name }) => name)).toContain(east)
  })

  test('a new one has what any other has, and follows the log', () => {
    const test = new TestAccount({ regions: [west, north], replication: { fixedMs: 50 }, replicaLag: { fixedMs: 0 } })
    test.upsert('a', 1)
    test.account.addRegion(east, test.nowMs)
    expect(test.read('a', { region: east })).toBe(1)
    test.upsert('a', 2)
    expect(test.read('a', { region: east })).toBe(1)
    test.nowMs = 50
    expect(test.read('a', { region: east })).toBe(2)
  })
})

describe('a recreated container', () => {
  test('is another one: empty, and an old token asks for progress that it does not have yet', () => {
    const test = new TestAccount({ sessionWaitMs: 10 })
    const old = [1, 2, 3].map((version) => test.upsert('a', version)).at(-1)!
    test.account.recreateContainer('db', 'c', test.nowMs)
    const fresh = test.upsert('a', 9)
    expect(fresh).toMatchObject({ status: 201, sessionToken: '0:1#1#1=1' })
    expect(fresh.ownerRid).not.toBe(old.ownerRid)
    const read = { kind: 'readItem', partitionKey: ['p'], id: 'a', sessionToken: old.sessionToken! } as const
    expect(test.item(read)).toMatchObject({ status: 404, substatus: 1002 })
    for (const version of [10, 11]) test.upsert('a', version)
    expect(test.item(read).status).toBe(200)
  })
})

describe('several write regions', () => {
  const several: SimulatorOptions = {
    multipleWriteLocations: true,
    replication: { fixedMs: 50 },
    replicaLag: { fixedMs: 0 },
    sessionWaitMs: 10,
  }
  const upsert = (test: TestAccount, version: number, region: string) =>
    test.item({ kind: 'upsertItem', item: { id: 'a', pk: 'p', version } }, region)

  test('each takes writes into its own log; tokens name every region’s', () => {
    const test = new TestAccount(several)
    expect(upsert(test, 1, west).sessionToken).toBe('0:1#1#1=1#2=0#3=0')
    expect(upsert(test, 2, north)).toMatchObject({ status: 201, sessionToken: '0:1#1#1=0#2=1#3=0' })
    test.nowMs = 50
    expect(upsert(test, 3, east)).toMatchObject({ status: 200, sessionToken: '0:1#3#1=1#2=1#3=1' })
  })

  test('the last writer wins everywhere, whatever arrives first', () => {
    const test = new TestAccount(several)
    upsert(test, 1, north)
    test.nowMs = 10
    upsert(test, 2, west)
    test.nowMs = 1000
    for (const region of [west, north, east]) expect(test.read('a', { region })).toBe(2)
  })

  test('of writes at the same moment the one made last wins, in every region', () => {
    const test = new TestAccount(several)
    for (const [i, region] of [east, west, north].entries()) upsert(test, i + 1, region)
    test.nowMs = 1000
    for (const region of [west, north, east]) expect(test.read('a', { region })).toBe(3)
  })

  test('a token of one region’s write is enforced in another', () => {
    const test = new TestAccount(several)
    const { sessionToken } = upsert(test, 1, north)
    const read = { kind: 'readItem', partitionKey: ['p'], id: 'a', sessionToken: sessionToken! } as const
    expect(test.item(read, west)).toMatchObject({ status: 404, substatus: 1002 })
    test.nowMs = 50
    expect(test.item(read, west).status).toBe(200)
  })

  test('there is no Strong, and nothing to fail over', () => {
    expect(() => new TestAccount({ ...several, consistency: 'Strong' })).toThrow('Strong')
    expect(() => new TestAccount(several).account.failover(north, 0)).toThrow('every region takes writes')
  })
})

type Act =
  | { readonly kind: 'write' | 'delete' | 'read'; readonly item: string; readonly region: string }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'pause' | 'resume'; readonly region: string; readonly to: string }
  | { readonly kind: 'failover' | 'split' | 'merge' | 'add' | 'remove'; readonly region: string }

/** Lives through the acts as one client that merges every token it gets. Each read must show what it wrote. */
function live(acts: readonly Act[], options: SimulatorOptions) {
  const test = new TestAccount({ ...options, sessionWaitMs: 30 })
  const { account } = test
  const newest = new Map<string, number>()
  let token = SessionToken.empty
  const seen = { reads: 0, refused: 0, changes: 0 }
  const attempt = (change: () => void) => {
    try {
      change()
      seen.changes += 1
    } catch (error) {
      if (!(error instanceof Error)) throw error
      seen.refused += 1
    }
  }
  for (const act of acts) {
    test.nowMs += 0.01
    const { nowMs } = test
    switch (act.kind) {
      case 'pass':
        test.nowMs += act.ms
        break
      case 'pause':
        attempt(() => account.pauseReplication(act.region, act.to, nowMs))
        break
      case 'resume':
        attempt(() => account.resumeReplication(act.region, act.to, nowMs))
        break
      case 'failover':
        attempt(() => account.failover(act.region, nowMs))
        break
      case 'split':
        attempt(() => account.splitRange('db', 'c', undefined, nowMs))
        break
      case 'merge':
        attempt(() =>
          account.mergeRanges(
            'db',
            'c',
            rangeIds(test)
              .slice(0, 2)
              .map(({ id }) => id),
            nowMs,
          ),
        )
        break
      case 'add':
        attempt(() => account.addRegion(act.region, nowMs))
        break
      case 'remove':
        attempt(() => account.removeRegion(act.region, nowMs))
        break
      default: {
        const region = act.kind === 'read' || options.multipleWriteLocations ? act.region : test.writeRegion
        const at = { partitionKey: [act.item], id: act.item }
        if (act.kind === 'read') {
          const reply = test.item({ kind: 'readItem', ...at, sessionToken: token.reveal() || '0:1#0#1=0' }, region)
          if (reply.sessionToken === undefined) break
          seen.reads += 1
          token = token.merge(tokenOf(reply))
          const wanted = newest.get(act.item) ?? 0
          const version = reply.status === 200 ? (reply.body as { version: number }).version : 0
          expect([act.item, version]).toEqual([act.item, Math.max(0, wanted)])
        } else {
          const version = Math.abs(newest.get(act.item) ?? 0) + 1
          const reply =
            act.kind === 'delete'
              ? test.item({ kind: 'deleteItem', ...at }, region)
              : test.item({ kind: 'upsertItem', item: { id: act.item, pk: act.item, version } }, region)
          if (reply.status < 300) newest.set(act.item, act.kind === 'delete' ? -version : version)
          if (reply.sessionToken !== undefined) token = token.merge(tokenOf(reply))
        }
      }
    }
  }
  return { test, seen, newest }
}

const region = fc.constantFrom(west, north, east)
const of = <K extends Act['kind']>(kind: K) => fc.constant(kind)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: of('write'), item: fc.constantFrom('a', 'b', 'c', 'd'), region }) },
  { weight: 1, arbitrary: fc.record({ kind: of('delete'), item: fc.constantFrom('a', 'b', 'c', 'd'), region }) },
  { weight: 8, arbitrary: fc.record({ kind: of('read'), item: fc.constantFrom('a', 'b', 'c', 'd'), region }) },
  { weight: 3, arbitrary: fc.record({ kind: of('pass'), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume'), region, to: region }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('failover', 'split', 'merge', 'add', 'remove'), region }) },
)
const acts = fc.array(act, { minLength: 30, maxLength: 90, size: 'max' })

describe.each([
  ['one write region', false],
  ['several write regions', true],
])('over random histories with splits, merges and changes of regions, %s', (_, multipleWriteLocations) => {
  test('a client that keeps its tokens always reads what it wrote', () => {
    const total = { reads: 0, changes: 0 }
    fc.assert(
      fc.property(acts, (history) => {
        const { seen } = live(history, { multipleWriteLocations })
        total.reads += seen.reads
        total.changes += seen.changes
      }),
      { numRuns: 150 },
    )
    expect(total.reads).toBeGreaterThan(500)
    expect(total.changes).toBeGreaterThan(300)
  })

  test('the same history gives the same journal, and in the end every region tells the same', () => {
    fc.assert(
      fc.property(acts, (history) => {
        const print = () => JSON.stringify(live(history, { multipleWriteLocations }).test.account.journal.entries())
        expect(print()).toBe(print())
        const { test, newest } = live(history, { multipleWriteLocations })
        const names = test.account.regions(test.nowMs).map(({ name }) => name)
        for (const from of names) for (const to of names) test.account.resumeReplication(from, to, test.nowMs)
        test.nowMs += 60_000
        for (const [item, version] of newest) {
          for (const name of names)
            expect([item, test.read(item, { region: name, pk: item })]).toEqual([item, Math.max(0, version)])
        }
      }),
      { numRuns: 50 },
    )
  })
})
