import { describe, expect, test } from 'vitest'
import { writeOutcome } from '../../src/domain/observation.ts'
import { readKinds, writeKinds } from '../../src/domain/scenario.ts'
import {
  failing,
  found,
  read,
  type StubReply,
  startStub,
  stored,
  storeFor,
  targetFor,
  withToken,
  write,
} from './stub-account.ts'

const single = { retries: 'none', region: 'North Europe' } as const

/** Every way to fail that the SDK would try again, and what an application is told. */
const failures: readonly (readonly [string, StubReply, number | undefined, number | undefined])[] = [
  ['404/1002', failing(404, 1002), 404, 1002],
  ['429', failing(429, 3200, { 'x-ms-retry-after-ms': '1' }), 429, 3200],
  ['503', failing(503), 503, undefined],
  ['403/3', failing(403, 3), 403, 3],
  ['403/1008', failing(403, 1008), 403, 1008],
  ['410/1002', failing(410, 1002), 410, 1002],
  ['449', failing(449), 449, undefined],
  ['500', failing(500), 500, undefined],
  ['a reset connection', 'reset', undefined, undefined],
]

describe('retries: none makes exactly one HTTP call an operation', () => {
  for (const [name, reply, status, substatus] of failures) {
    for (const request of [read('point', '0:1#5#1=5'), write('upsert', 1, '0:1#5#1=5')]) {
      test(`${name} at ${request.kind}`, async () => {
        await using stub = await startStub(() => reply)
        const target = targetFor(stub)
        const answer = await storeFor(target, single).execute(request)
        await target.close()
        expect(stub.operations()).toHaveLength(1)
        expect(stub.seen.filter(({ path }) => path !== '/')).toHaveLength(1)
        expect(answer).toMatchObject({ status, substatus })
        expect(answer.attempts).toHaveLength(1)
        expect(answer.attempts[0]).toMatchObject({
          purpose: 'operation',
          region: request.kind === 'upsert' ? 'West Europe' : 'North Europe',
          status,
          substatus,
          failure: reply === 'reset' ? 'connection' : undefined,
        })
        expect(answer.attempts[0]?.sent?.reveal()).toBe('0:1#5#1=5')
      })
    }
  }

  for (const kind of writeKinds) {
    test(`a first ${kind} asks nothing about the account or the container`, async () => {
      await using stub = await startStub(() =>
        withToken(kind === 'delete' ? 204 : 200, '0:1#6#1=6', kind === 'batch' ? [{ statusCode: 200 }] : stored(1)),
      )
      const target = targetFor(stub)
      await target.account()
      const before = stub.seen.length
      const answer = await storeFor(target, single).execute(write(kind))
      await target.close()
      expect(stub.seen.slice(before).map(({ region, path }) => [region, path.includes('/docs')])).toEqual([
        ['West Europe', true],
      ])
      expect(answer.attempts).toHaveLength(1)
      expect(answer.sessionToken?.reveal()).toBe('0:1#6#1=6')
    })
  }

  for (const kind of readKinds) {
    test(`a ${kind} is one operation; a query brings the query plan that the SDK always asks for`, async () => {
      await using stub = await startStub(() => withToken(200, '0:1#6#1=6', found(kind)))
      const target = targetFor(stub)
      const answer = await storeFor(target, single).execute(read(kind))
      await target.close()
      expect(answer.document).toEqual({ version: 1, owner: 'me' })
      expect(answer.sessionToken?.reveal()).toBe('0:1#6#1=6')
      expect(answer.attempts.map(({ purpose }) => purpose).toSorted()).toEqual(
        kind === 'query' || kind === 'cross-partition-query' ? ['operation', 'query-plan'] : ['operation'],
      )
    })
  }

  test('a read that hangs ends at the deadline, after one call', async () => {
    await using stub = await startStub(() => 'hang')
    const target = targetFor(stub)
    const store = storeFor(target, single)
    await target.account()
    const answer = await store.execute(read(), AbortSignal.timeout(150))
    await target.close()
    expect(stub.operations()).toHaveLength(1)
    expect(answer.status).toBeUndefined()
    expect(answer.attempts.map(({ failure }) => failure)).toEqual(['timeout'])
  })

  test('a write that hangs is indeterminate', async () => {
    await using stub = await startStub(() => 'hang')
    const target = targetFor(stub)
    const answer = await storeFor(target, single).execute(write(), AbortSignal.timeout(300))
    await target.close()
    expect(answer.attempts.map(({ failure }) => failure)).toEqual(['timeout'])
    expect(writeOutcome(answer.attempts, answer.status, answer.substatus)).toBe('indeterminate')
  })
})
