import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Target } from '../../src/cosmos/target.ts'
import type { DocumentStore } from '../../src/domain/document-store.ts'
import {
  failing,
  hop,
  read,
  type StubRequest,
  scopeOf,
  startStub,
  stored,
  storeFor,
  targetFor,
  withToken,
  write,
} from './stub-account.ts'

const token = '0:1#5#1=5'
const answering = () => startStub(({ method }) => withToken(method === 'POST' ? 201 : 200, token, stored(1)))
const tokensOf = (requests: readonly StubRequest[]) => requests.map(({ headers }) => headers['x-ms-session-token'])

describe('whose client it is decides what is remembered', () => {
  test('own: the token of the hop before is sent by itself', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const store = storeFor(target)
    await store.execute(write())
    await store.execute(read())
    await target.close()
    expect(tokensOf(stub.operations())).toEqual([undefined, token])
  })

  test('own: two hops of one scenario share nothing, the same hop of two scenarios neither', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const [writer, reader] = [hop('writer'), hop('reader')]
    const scope = scopeOf(writer, reader)
    await target.openStore(writer, scope).execute(write())
    await target.openStore(reader, scope).execute(read())
    await target.openStore(writer, { ...scope, name: 'another' }).execute(read())
    await target.openStore(writer, scope).execute(read())
    await target.close()
    expect(tokensOf(stub.operations())).toEqual([undefined, undefined, undefined, token])
  })

  test('shared: the token that the other hop was given, and one question about the account', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const [writer, reader] = [hop('writer'), hop('reader', { client: { shared: 'writer' } })]
    const scope = scopeOf(writer, reader)
    await target.openStore(writer, scope).execute(write())
    await target.openStore(reader, scope).execute(read())
    await target.close()
    expect(tokensOf(stub.operations())).toEqual([undefined, token])
    // One of the target's own, one of the client's.
    expect(stub.seen.filter(({ path }) => path === '/')).toHaveLength(2)
  })

  test('shared with a hop that does not exist, or in a circle, is told at once', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const [left, right] = [hop('left', { client: { shared: 'right' } }), hop('right', { client: { shared: 'left' } })]
    expect(() => target.openStore(left, scopeOf(left, right))).toThrow(/leads to no client/)
    expect(() => target.openStore(left, scopeOf(left))).toThrow('shares the client of "right"')
    await target.close()
  })

  test('per-operation: nothing is remembered, and each operation pays for a new client', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const store = storeFor(target, { client: 'per-operation' })
    await store.execute(write())
    const second = await store.execute(write('upsert', 2))
    await store.execute(read())
    await target.close()
    expect(tokensOf(stub.operations())).toEqual([undefined, undefined, undefined])
    expect(second.attempts.map(({ purpose }) => purpose)).toEqual(['metadata', 'metadata', 'operation'])
  })

  test('closing the stores of a scenario forgets its tokens', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    await storeFor(target).execute(write())
    target.closeStores('travel-itinerary')
    await storeFor(target).execute(read())
    await target.close()
    expect(tokensOf(stub.operations())).toEqual([undefined, undefined])
  })

  test('the consistency level is always said, on the request as the request asks', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const store = storeFor(target)
    await store.execute(write())
    await store.execute({ ...read(), consistency: 'Eventual' })
    await target.close()
    expect(stub.operations().map(({ headers }) => headers['x-ms-consistency-level'])).toEqual(['Session', 'Eventual'])
  })
})

describe('connections', () => {
  test('a hundred clients use no more connections than one', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const hops = Array.from({ length: 100 }, (_, index) => hop(`hop-${index}`, { retries: index % 2 ? 'none' : 'sdk' }))
    const scope = scopeOf(...hops)
    for (const declared of hops) await target.openStore(declared, scope).execute(read())
    await target.close()
    expect(stub.operations()).toHaveLength(100)
    // One to the account's endpoint and one to each region's that is contacted.
    expect(stub.connections()).toBeLessThanOrEqual(3)
  })

  test('clients at work together need as many connections as there are requests at one time', async () => {
    await using stub = await startStub(() => withToken(200, token, stored(1), 30))
    const target = targetFor(stub)
    const hops = Array.from({ length: 50 }, (_, index) => hop(`hop-${index}`, { retries: 'none' }))
    const scope = scopeOf(...hops)
    const stores = hops.map((declared) => target.openStore(declared, scope))
    await target.account()
    for (let round = 0; round < 5; round++) await Promise.all(stores.map(async (store) => store.execute(read())))
    await target.close()
    expect(stub.operations()).toHaveLength(250)
    expect(stub.connections()).toBeLessThanOrEqual(51)
  })

  test('closing the target cuts them', async () => {
    await using stub = await startStub(() => 'hang')
    const target = targetFor(stub)
    const hanging = storeFor(target, { retries: 'none' }).execute(write())
    while (stub.operations().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await target.close()
    expect((await hanging).attempts.map(({ failure }) => failure)).toEqual(['connection'])
  })
})

/** SDK clients that ask for the regions anew every five minutes, for as long as they are not disposed of. */
function refreshing(): () => number {
  const started = vi.spyOn(globalThis, 'setInterval')
  const ended = vi.spyOn(globalThis, 'clearTimeout')
  onTestFinished(() => {
    started.mockRestore()
    ended.mockRestore()
  })
  return () => {
    const timers = started.mock.results.filter((_, call) => started.mock.calls[call]?.[1] === 300_000)
    return timers.filter(({ value }) => !ended.mock.calls.some(([timer]) => timer === value)).length
  }
}

describe('a client that comes too late for whoever waited', () => {
  test('an operation of its own, given up before: it is disposed of', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const clients = refreshing()
    const deadline = new AbortController()
    const answer = storeFor(target, { client: 'per-operation' }).execute(read(), deadline.signal)
    deadline.abort()
    expect((await answer).message).toBe('the deadline passed before an answer came')
    await target.account()
    await new Promise(setImmediate)
    expect(clients()).toBe(0)
    await target.close()
  })

  for (const [what, end] of [
    ['its scenario is gone', (target: Target) => target.closeStores('travel-itinerary')],
    ['its hop has reconnected', (_: Target, store: DocumentStore) => store.reconnect()],
  ] as const) {
    test(`${what}: it is disposed of`, async () => {
      await using stub = await answering()
      const target = targetFor(stub)
      const clients = refreshing()
      const store = storeFor(target)
      const answer = store.execute(read())
      end(target, store)
      expect((await answer).status).toBe(200)
      expect(clients()).toBe(0)
      await target.close()
    })
  }
})

describe('regions', () => {
  test('the preferred region is read from, writes go to the write region', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    const store = storeFor(target, { region: 'north europe' })
    await store.execute(write())
    await store.execute(read())
    await target.close()
    expect(stub.operations().map(({ region }) => region)).toEqual(['West Europe', 'North Europe'])
  })

  test('an announced address may be another one from here', async () => {
    await using stub = await answering()
    const plain = targetFor(stub)
    const { endpoints } = await plain.account()
    await plain.close()
    const [announced, contacted] = [endpoints.get('North Europe')!, endpoints.get('West Europe')!]
    const target = targetFor(stub, { hostRewrite: { [announced]: contacted } })
    await storeFor(target, { region: 'North Europe' }).execute(read())
    await target.close()
    expect(stub.operations().map(({ region }) => region)).toEqual(['West Europe'])
  })

  for (const retries of ['sdk', 'none'] as const) {
    test(`an address with the port of its scheme, as Azure announces it, is known by its region (retries: ${retries})`, async () => {
      await using stub = await answering()
      const { endpoint } = stub
      stub.announced = (region) => `https://a-${region.toLowerCase().replace(' ', '')}.documents.azure.com:443/`
      const target = targetFor(stub, { hostRewrite: { [stub.announced('North Europe')!]: endpoint } })
      const answer = await storeFor(target, { region: 'North Europe', retries }).execute(read())
      await target.close()
      const tries = answer.attempts.filter(({ purpose }) => purpose === 'operation')
      expect(tries.map(({ region, status }) => [region, status])).toEqual([['North Europe', 200]])
    })

    test(`an unknown region names those that the account has (retries: ${retries})`, async () => {
      await using stub = await answering()
      const target = targetFor(stub)
      const answer = await storeFor(target, { region: 'Mars North', retries }).execute(write())
      await target.close()
      expect(stub.operations()).toEqual([])
      expect(answer.message).toBe('the account has no region "Mars North"; it has West Europe, North Europe')
    })
  }

  test('they are checked ahead of the first operation', async () => {
    await using stub = await answering()
    const target = targetFor(stub)
    await target.checkRegions([hop('a', { region: 'westeurope' }), hop('b')])
    await expect(target.checkRegions([hop('far', { region: 'Mars North' })])).rejects.toMatchObject({
      kind: 'misconfigured',
      message:
        'hop "far" at target "default": the account has no region "Mars North"; it has West Europe, North Europe',
    })
    await target.close()
  })

  test('a write that is sent away with 403/3 makes the account be asked where writes go', async () => {
    await using stub = await startStub(() => failing(403, 3))
    const target = targetFor(stub)
    const answer = await storeFor(target, { retries: 'none' }).execute(write())
    while (stub.seen.filter(({ path }) => path === '/').length < 2) await new Promise((r) => setTimeout(r, 5))
    await target.close()
    expect(answer).toMatchObject({ status: 403, substatus: 3 })
    expect(answer.attempts).toHaveLength(1)
  })
})
