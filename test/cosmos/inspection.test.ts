import { describe, expect, test } from 'vitest'
import { ManualClock, systemClock } from '../../src/base/clock.ts'
import { createInspector } from '../../src/cosmos/inspection.ts'
import { failing, type StubAccount, type StubReply, startStub } from './stub-account.ts'

const place = { database: 'travel', container: 'itineraries' }
const definition = {
  id: 'itineraries',
  _self: 'dbs/AAAA/colls/AAAAAA==/',
  partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 },
  conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/_ts' },
}
const offers = (...found: object[]): StubReply => ({ status: 200, body: { Offers: found, _count: found.length } })
const ranges: StubReply = { status: 200, body: { PartitionKeyRanges: [{ id: '0' }, { id: '1' }], _count: 2 } }

/** What the account answers to whom; anything else is not there. */
async function inspect(replies: Readonly<Record<string, StubReply | readonly StubReply[]>>) {
  const left = new Map(
    Object.entries(replies).map(([path, reply]) => [path, Array.isArray(reply) ? [...reply] : [reply]]),
  )
  await using stub: StubAccount = await startStub(() => failing(404))
  stub.others = ({ method, path }) => {
    const queue = left.get(`${method} ${path}`)
    return (queue && queue.length > 1 ? queue.shift() : queue?.[0]) ?? failing(404)
  }
  const inspector = createInspector({ name: 'default', endpoint: stub.endpoint, key: stub.key }, systemClock)
  const look = await inspector.container(place)
  inspector.close()
  return { look, methods: new Set(stub.seen.map(({ method }) => method)) }
}

const container = 'GET /dbs/travel/colls/itineraries'
const there = {
  [container]: { status: 200, body: definition },
  [`${container}/pkranges`]: ranges,
  'GET /dbs/travel': { status: 200, body: { id: 'travel', _self: 'dbs/AAAA/' } },
}

describe('a look at a container', () => {
  test('tells its key of several levels, its ranges, time to live and what settles conflicts', async () => {
    const { look, methods } = await inspect({
      ...there,
      'POST /offers': offers({ id: 'x', content: { offerThroughput: 400 } }),
    })
    expect(look).toEqual({
      state: 'found',
      partitionKey: ['/tenant', '/user'],
      defaultTtlSeconds: undefined,
      conflictResolution: 'LastWriterWins',
      ranges: 2,
      throughput: { kind: 'manual', requestUnitsPerSecond: 400, isDatabases: false },
    })
    // A query of offers is the one question that is sent as a POST.
    expect([...methods].toSorted()).toEqual(['GET', 'POST'])
  })

  test.each<[string, StubReply | readonly StubReply[], object]>([
    [
      'autoscale, shared by the database',
      [
        offers(),
        offers({ id: 'x', content: { offerThroughput: 400, offerAutopilotSettings: { maxThroughput: 4000 } } }),
      ],
      { kind: 'autoscale', requestUnitsPerSecond: 4000, isDatabases: true },
    ],
    ['none at all', offers(), { kind: 'none' }],
    [
      'serverless',
      {
        status: 400,
        body: { code: 'BadRequest', message: 'Reading or replacing offers is not supported for serverless accounts.' },
      },
      { kind: 'none' },
    ],
    [
      'not for this identity',
      failing(403, 5301),
      { kind: 'unknown', reason: 'it may not be read with these credentials (403)' },
    ],
  ])('throughput: %s', async (_, answer, throughput) => {
    expect((await inspect({ ...there, 'POST /offers': answer })).look).toMatchObject({ state: 'found', throughput })
  })

  test('what is not there is missing; what may not be read is unknown', async () => {
    expect(await inspect({})).toEqual({ look: { state: 'missing' }, methods: new Set(['GET']) })
    const { look } = await inspect({ [container]: failing(403, 5301) })
    expect(look).toEqual({ state: 'unknown', reason: 'it may not be read with these credentials (403)' })
  })
})

test('the clock of the account is told by any answer, and by none it is not', async () => {
  await using stub = await startStub(() => failing(404))
  const key = stub.key
  const clock = new ManualClock(Date.now() + 3_600_000)
  const inspector = createInspector({ name: 'default', endpoint: stub.endpoint, key }, clock)
  const sample = await inspector.sampleClock()
  inspector.close()
  expect(sample!.askedWallMs - sample!.serverWallMs).toBeGreaterThan(3_500_000)
  const away = createInspector({ name: 'default', endpoint: 'http://127.0.0.1:9', key }, systemClock)
  expect(await away.sampleClock()).toBeUndefined()
  away.close()
})
