import { describe, expect, test } from 'vitest'
import { writeOutcome } from '../../src/domain/observation.ts'
import { retriesOf } from '../../src/domain/retries.ts'
import {
  failing,
  read,
  type StubReply,
  type StubRequest,
  startStub,
  stored,
  storeFor,
  targetFor,
  withToken,
  write,
} from './stub-account.ts'

const later = '0:1#9#1=9'
const documents = (version: number) => ({ Documents: [stored(version)], _count: 1 })
const sentToken = ({ headers }: StubRequest) => headers['x-ms-session-token']

describe('what the SDK hides, attempt by attempt', () => {
  test('a silent downgrade: 404/1002 with the token, then 200 without it', async () => {
    await using stub = await startStub((request) =>
      sentToken(request) ? failing(404, 1002) : withToken(200, '0:1#4#1=4', stored(1)),
    )
    const target = targetFor(stub)
    const answer = await storeFor(target, { region: 'North Europe' }).execute(read('point', later))
    await target.close()
    expect(answer).toMatchObject({ status: 200, document: { version: 1, owner: 'me' } })
    const tries = answer.attempts.filter(({ purpose }) => purpose === 'operation')
    expect(tries.map(({ region, status, substatus, sent }) => [region, status, substatus, sent?.reveal()])).toEqual([
      ['North Europe', 404, 1002, later],
      ['North Europe', 200, undefined, undefined],
    ])
    expect(tries.map(({ received }) => received?.reveal())).toEqual([undefined, '0:1#4#1=4'])
    expect(retriesOf(answer.attempts)).toEqual(['session'])
  })

  test.each([
    ['6f2a1c9e-0b6d-4a6b-9c51-2b6f7e2f7d10', '6f2a1c9e-0b6d-4a6b-9c51-2b6f7e2f7d10'],
    ['0:1#4#1=4', undefined],
  ])('by which its support finds an exchange: %s', async (header, activityId) => {
    await using stub = await startStub(() => failing(404, 0, { 'x-ms-activity-id': header }))
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(read())
    await target.close()
    expect(answer.attempts.at(-1)).toMatchObject({ purpose: 'operation', activityId })
  })

  test('404/1002 to the end surfaces as 404/1002, not as "not found"', async () => {
    await using stub = await startStub(() => failing(404, 1002))
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(read('point', later))
    await target.close()
    expect(answer).toMatchObject({ status: 404, substatus: 1002, document: undefined })
    expect(stub.operations().map(sentToken)).toEqual([later, undefined, undefined])
  })

  test('throttling is waited for and counted, with its charge', async () => {
    await using stub = await startStub(({ index }) =>
      index < 2 ? failing(429, 3200, { 'x-ms-retry-after-ms': '5' }) : withToken(200, later, stored(3)),
    )
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(read())
    await target.close()
    expect(answer.status).toBe(200)
    expect(retriesOf(answer.attempts)).toEqual(['throttle', 'throttle'])
    expect(answer.attempts.filter(({ purpose }) => purpose === 'operation').map((a) => a.requestCharge)).toEqual([
      1.5, 1.5, 1.5,
    ])
  })

  test('503 moves a read to the next region', async () => {
    await using stub = await startStub(({ region }) =>
      region === 'North Europe' ? failing(503) : withToken(200, later, stored(1)),
    )
    const target = targetFor(stub)
    const answer = await storeFor(target, { region: 'northeurope' }).execute(read())
    await target.close()
    const tries = answer.attempts.filter(({ purpose }) => purpose === 'operation')
    expect(tries.map(({ region, status }) => [region, status])).toEqual([
      ['North Europe', 503],
      ['West Europe', 200],
    ])
    expect(retriesOf(answer.attempts)).toEqual(['endpoint'])
  })

  test('what the SDK asks besides is set apart: the account, the container, the query plan', async () => {
    await using stub = await startStub(({ method }) =>
      method === 'POST' ? withToken(201, later, stored(1)) : failing(404),
    )
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(write('create'))
    expect(answer.attempts.map(({ purpose }) => purpose)).toEqual(['metadata', 'metadata', 'operation'])
    stub.script = () => withToken(200, later, documents(1))
    stub.others = () => ({ status: 400, body: { message: 'slow plan' }, afterMs: 80 })
    const query = await storeFor(target).execute(read('query'))
    await target.close()
    expect(query.status).toBe(200)
    expect(query.attempts.map(({ purpose, status }) => [purpose, status])).toEqual([
      ['operation', 200],
      ['query-plan', 400],
    ])
    // The plan is waited for so that it is counted, but it is not the application's time.
    expect(query.durationMs).toBeLessThan(query.attempts[1]!.durationMs)
  })

  test('a query plan that never comes does not hold the answer', async () => {
    await using stub = await startStub(() => withToken(200, later, documents(1)))
    stub.others = () => 'hang'
    const target = targetFor(stub)
    const answer = await storeFor(target, { retries: 'none' }).execute(read('query'))
    await target.close()
    expect(answer).toMatchObject({ status: 200, document: { version: 1 } })
    expect(answer.attempts.map(({ purpose }) => purpose)).toEqual(['operation'])
  })

  test('the pages of a query are all seen, the document is found on a later one, and their tokens are joined', async () => {
    await using stub = await startStub(({ index }) => {
      const page = withToken(
        200,
        index === 0 ? '0:1#2#1=2' : '1:1#7#1=7',
        index === 0 ? { Documents: [] } : documents(4),
      )
      if (index > 0 || typeof page === 'string') return page
      return { ...page, headers: { ...page.headers, 'x-ms-continuation': 'next' } }
    })
    const target = targetFor(stub)
    const answer = await storeFor(target, { retries: 'none' }).execute(read('cross-partition-query'))
    await target.close()
    expect(answer.document?.version).toBe(4)
    expect(answer.sessionToken?.reveal()).toBe('0:1#2#1=2,1:1#7#1=7')
    expect(answer.attempts.filter(({ purpose }) => purpose === 'operation')).toHaveLength(2)
  })

  test('a cross-partition query does not take the same id of another partition for its document', async () => {
    await using stub = await startStub(() =>
      withToken(200, later, { Documents: [{ ...stored(9), customerId: 'q' }, stored(2)], _count: 2 }),
    )
    const target = targetFor(stub)
    const answer = await storeFor(target, { retries: 'none' }).execute(read('cross-partition-query'))
    await target.close()
    expect(answer.document?.version).toBe(2)
  })
})

describe('the SDK throws on its own account', () => {
  /** A returned token of the same version with other regions: the SDK throws, though the service did as it was asked. */
  const script = ({ index }: StubRequest) => withToken(201, index === 0 ? '0:1#5#1=5' : '0:1#6#2=6', stored(1))

  test('a write answered 201 is acknowledged all the same', async () => {
    await using stub = await startStub(script)
    const target = targetFor(stub)
    const store = storeFor(target)
    await store.execute(write())
    const answer = await store.execute(write('upsert', 2))
    await target.close()
    expect(answer.message).toContain('unexpected regions')
    expect(answer.message).not.toContain('1#5#1=5')
    expect(answer.status).toBe(201)
    expect(answer.sessionToken).toBeUndefined()
    expect(answer.attempts.at(-1)?.received?.reveal()).toBe('0:1#6#2=6')
    expect(writeOutcome(answer.attempts, answer.status, answer.substatus)).toBe('succeeded')
  })

  test('a read whose document never came out has no answer to judge', async () => {
    await using stub = await startStub((request) =>
      request.method === 'GET' ? withToken(200, '0:1#6#2=6', stored(1)) : script(request),
    )
    const target = targetFor(stub)
    const store = storeFor(target)
    await store.execute(write())
    const answer = await store.execute(read())
    await target.close()
    expect(answer).toMatchObject({ status: undefined, document: undefined })
    expect(answer.attempts.at(-1)).toMatchObject({ status: 200, failure: undefined })
  })

  test('431 with an empty body, over which the SDK stumbles, is 431', async () => {
    await using stub = await startStub(() => ({ status: 431, body: '' }))
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(read())
    await target.close()
    expect(answer.status).toBe(431)
  })
})

describe('deadlines', () => {
  test('a wait between two tries is cut short, and no try is made afterwards', async () => {
    await using stub = await startStub(() => failing(429, 3200, { 'x-ms-retry-after-ms': '400' }))
    const target = targetFor(stub)
    const store = storeFor(target, { region: 'North Europe' })
    const answer = await store.execute(read(), AbortSignal.timeout(100))
    expect(answer).toMatchObject({ status: undefined, message: 'the deadline passed before an answer came' })
    expect(answer.durationMs).toBeLessThan(390)
    expect(stub.operations()).toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect(stub.operations()).toHaveLength(1)
    await target.close()
  })

  test('a change feed that never comes to its end is read until the deadline, and no further', async () => {
    const empty: StubReply = { status: 200, headers: { etag: '"1"' }, body: { Documents: [], _count: 0 } }
    await using stub = await startStub(() => empty)
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(read('changeFeed'), AbortSignal.timeout(100))
    expect(answer).toMatchObject({ status: undefined, message: 'the deadline passed before an answer came' })
    // One may be under way.
    const asked = stub.operations().length
    await new Promise((resolve) => setTimeout(resolve, 200))
    await target.close()
    expect(stub.operations().length).toBeLessThanOrEqual(asked + 1)
  })

  test.each(['changeFeed', 'query', 'point'] as const)(
    'a throttled %s is not tried again once the deadline has passed',
    async (kind) => {
      await using stub = await startStub(() => failing(429, 3200, { 'x-ms-retry-after-ms': '60' }))
      const target = targetFor(stub)
      const answer = await storeFor(target).execute(read(kind), AbortSignal.timeout(200))
      expect(answer.message).toBe('the deadline passed before an answer came')
      const sent = stub.operations().length
      expect(sent).toBeGreaterThan(0)
      await new Promise((resolve) => setTimeout(resolve, 300))
      // One may be under way.
      expect(stub.operations().length).toBeLessThanOrEqual(sent + 1)
      await target.close()
    },
  )

  test('nor is what the change feed asks of the container before', async () => {
    await using stub = await startStub(() => failing(500))
    stub.others = () => failing(429, 3200, { 'x-ms-retry-after-ms': '60' })
    const target = targetFor(stub)
    const asked = () => stub.seen.filter(({ path }) => path.includes('/colls/')).length
    await storeFor(target).execute(read('changeFeed'), AbortSignal.timeout(200))
    const sent = asked()
    expect(sent).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(asked()).toBeLessThanOrEqual(sent + 1)
    await target.close()
  })

  test('a deadline that has passed sends nothing', async () => {
    await using stub = await startStub(() => failing(500))
    const target = targetFor(stub)
    const answer = await storeFor(target).execute(write(), AbortSignal.abort())
    await target.close()
    expect(stub.seen).toEqual([])
    expect(answer.attempts).toEqual([])
    expect(writeOutcome(answer.attempts, answer.status, answer.substatus)).toBe('refused')
  })
})

describe('operations at the same time', () => {
  test('each gets its own attempts, on one shared client, in whatever order the answers come', async () => {
    // The last digit of the id decides what happens to it, so that each answer can be recognised.
    const script = ({ path, headers }: StubRequest): StubReply => {
      const number = Number(path.split('-').at(-1))
      const afterMs = (number * 7) % 23
      const isFirst = headers['x-ms-session-token'] === `0:1#${number}#1=${number}`
      if (number % 3 === 0 && isFirst) return { ...(failing(404, 1002) as object), status: 404, afterMs }
      return withToken(200, `0:2#${number}#1=${number}`, stored(number, `doc-${number}`), afterMs)
    }
    await using stub = await startStub(script)
    const target = targetFor(stub)
    const store = storeFor(target)
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1)
    const answers = await Promise.all(
      numbers.map(async (number) => store.execute(read('point', `0:1#${number}#1=${number}`, `doc-${number}`))),
    )
    await target.close()
    for (const [index, { document, attempts }] of answers.entries()) {
      const number = numbers[index]!
      expect(document?.version).toBe(number)
      const tries = attempts.filter(({ purpose }) => purpose === 'operation')
      expect(tries.map(({ status }) => status)).toEqual(number % 3 === 0 ? [404, 200] : [200])
      expect(tries[0]?.sent?.reveal()).toBe(`0:1#${number}#1=${number}`)
      expect(tries.at(-1)?.received?.reveal()).toBe(`0:2#${number}#1=${number}`)
    }
    const requests = stub.seen.filter(({ region, path }) => region !== 'account' || path !== '/').length
    const recorded = answers.flatMap(({ attempts }) => attempts.filter(({ purpose }) => purpose === 'operation')).length
    expect(recorded).toBe(requests)
  })
})
