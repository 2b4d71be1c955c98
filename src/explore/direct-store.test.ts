import { expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import type { StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { HopDeclaration } from '../domain/scenario.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import { SimulatedAccount } from '../simulator/account.ts'
import type { SimulatorOptions } from '../simulator/options.ts'
import { type ClientHabits, plainHabits } from './client-habits.ts'
import { DirectStore } from './direct-store.ts'

const west = 'West Europe'
const north = 'North Europe'
const scenario = { container: { database: 'db', container: 'c' }, partitionKey: ['/pk'], journey: [] }

function harness(options: SimulatorOptions = {}, habits: Partial<ClientHabits> = {}) {
  const clock = new ManualClock()
  const account = new SimulatedAccount(
    { regions: [west, north], replicaLag: { fixedMs: 0 }, ...options },
    seededRandom('direct'),
  )
  const at = { region: west, nowMs: 0 }
  account.execute({ kind: 'createDatabase', id: 'db' }, at)
  const definition = { id: 'c', partitionKey: { paths: ['/pk'] } }
  account.execute({ kind: 'createContainer', database: 'db', definition }, at)
  const openAt = (region: string, retries: HopDeclaration['retries'] = 'sdk') => {
    const hop: HopDeclaration = { name: region, region, client: 'own', retries, consistency: 'Session' }
    const store = new DirectStore({ account, clock, hop, scenario, habits: { ...plainHabits, ...habits } })
    return async (request: StoreRequest): Promise<StoreAnswer> => {
      const answers: StoreAnswer[] = []
      void Promise.resolve(store.execute(request)).then((answer) => answers.push(answer))
      await clock.advance(0)
      while (answers.length === 0) await clock.advanceToNext()
      return answers[0]!
    }
  }
  return { clock, account, openAt }
}

const common = { id: 'doc', partitionKey: ['p'], consistency: 'Session' } as const
const write = (version = 1, losesResponse = false): StoreRequest => ({
  kind: 'upsert',
  document: { ...common, version, owner: 'me', run: 'r', ttlSeconds: 60 },
  sessionToken: undefined,
  consistency: 'Session',
  losesResponse,
})
const read = (kind: 'point' | 'cross-partition-query', sessionToken?: WireToken): StoreRequest => ({
  ...common,
  kind,
  sessionToken,
})

test('a read waits on the clock for the progress that its token demands', async () => {
  const { openAt } = harness({ replication: { fixedMs: 40 }, sessionWaitMs: 100 })
  const { sessionToken } = await openAt(west)(write())
  const answer = await openAt(north)(read('point', sessionToken))
  expect(answer).toMatchObject({ status: 200, document: { version: 1 }, durationMs: 40 })
  expect(answer.attempts).toHaveLength(1)
})

test('where it waits in vain the token is dropped, as the SDK does, and what then comes back is what the region has', async () => {
  const { openAt } = harness({ replication: { fixedMs: 500 }, sessionWaitMs: 10 })
  const { sessionToken } = await openAt(west)(write())
  const answer = await openAt(north)(read('point', sessionToken))
  expect(answer).toMatchObject({ status: 404, document: undefined })
  expect(answer.attempts.map(({ status, substatus, sent }) => [status, substatus, sent === undefined])).toEqual([
    [404, 1002, false],
    [404, undefined, true],
  ])
})

test('a connection that gives out fails the attempt, after its delay', async () => {
  const { account, openAt } = harness()
  account.addFaultRule({ connection: 'reset', delayMs: 5, count: 1 })
  const answer = await openAt(west, 'none')(write())
  expect(answer).toMatchObject({ status: undefined, durationMs: 5, attempts: [{ failure: 'connection' }] })
})

test('a lost response leaves the write done and the client without an answer', async () => {
  const { openAt } = harness()
  const store = openAt(west)
  expect(await store(write(1, true))).toMatchObject({ status: undefined, sessionToken: undefined })
  expect(await store(read('point'))).toMatchObject({ document: { version: 1 } })
})

test('a query range by range goes on until it has the document, and gives the tokens of all pages', async () => {
  const { openAt } = harness({ partitionKeyRanges: 4 }, { asksByRange: true })
  const store = openAt(west)
  const none = await store(read('cross-partition-query'))
  expect(none).toMatchObject({ status: 200, document: undefined })
  expect(none.attempts.map(({ purpose }) => purpose)).toEqual([
    'query-plan',
    'operation',
    'operation',
    'operation',
    'operation',
  ])
  expect(none.sessionToken?.parsed?.rangeIds).toEqual(['0', '1', '2', '3'])
  const written = await store(write())
  const found = await store(read('cross-partition-query'))
  expect(found).toMatchObject({ status: 200, document: { version: 1 } })
  expect(found.attempts.at(-1)?.received?.parsed?.rangeIds).toEqual(written.sessionToken?.parsed?.rangeIds)
})

test('a client that cannot reach the account sends no operation', async () => {
  const { openAt } = harness({}, { looksUp: () => 'unreachable' })
  const answer = await openAt(west)(read('point'))
  expect(answer.attempts).toMatchObject([{ purpose: 'metadata', failure: 'connection' }])
  expect(answer.status).toBeUndefined()
})
