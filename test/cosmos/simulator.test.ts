import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Target } from '../../src/cosmos/target.ts'
import { retriesOf } from '../../src/domain/retries.ts'
import { readKinds, writeKinds } from '../../src/domain/scenario.ts'
import { type Simulator, startSimulator } from '../../src/simulator/start.ts'
import { hop, read, scopeOf, storeFor, targetFor, write } from './stub-account.ts'

const need = { database: 'travel', container: 'itineraries', partitionKey: ['/customerId'] }

describe('against the embedded simulator', () => {
  let simulator: Simulator
  let target: Target

  beforeAll(async () => {
    simulator = await startSimulator({ seed: 7, replication: { fixedMs: 3000 }, sessionWaitMs: 20 })
    target = targetFor(simulator)
    await target.ensureContainer(need, { provision: true })
  })

  afterAll(async () => {
    await target.close()
    await simulator.close()
  })

  test('every kind of write and of read', async () => {
    const store = storeFor(target)
    for (const [index, kind] of writeKinds.entries()) {
      if (kind === 'delete') {
        for (const readKind of readKinds) {
          const answer = await store.execute(read(readKind, undefined, 'every'))
          expect([readKind, answer.status, answer.document]).toEqual([readKind, 200, { version: index, owner: 'me' }])
          expect(answer.sessionToken?.parsed).toBeDefined()
        }
      }
      const answer = await store.execute(write(kind, index + 1, undefined, 'every'))
      expect([kind, answer.status, answer.message]).toEqual([
        kind,
        { create: 201, delete: 204 }[kind as 'create'] ?? 200,
        undefined,
      ])
      expect(answer.sessionToken?.parsed).toBeDefined()
      expect(answer.attempts.at(-1)!.requestCharge).toBeGreaterThan(0)
    }
    expect(await store.execute(read('point', undefined, 'every'))).toMatchObject({ status: 404, document: undefined })
  })

  test('the same lagging read: a silent downgrade with the SDK, "session unavailable" without its retries', async () => {
    const hops = [
      hop('writer', { region: 'West Europe' }),
      hop('reader', { region: 'North Europe' }),
      hop('monitor', { region: 'North Europe', retries: 'none' }),
    ] as const
    const [writer, reader, monitor] = hops.map((declared) => target.openStore(declared, scopeOf(...hops)))
    const first = await writer!.execute(write('upsert', 1, undefined, 'lagging'))
    const token = first.sessionToken?.reveal()

    const surfaced = await monitor!.execute(read('point', token, 'lagging'))
    expect(surfaced).toMatchObject({ status: 404, substatus: 1002 })
    expect(surfaced.attempts).toHaveLength(1)

    const hidden = await reader!.execute(read('point', token, 'lagging'))
    const tries = hidden.attempts.filter(({ purpose }) => purpose === 'operation')
    expect(tries.map(({ status, substatus, sent }) => [status, substatus, sent !== undefined])).toEqual([
      [404, 1002, true],
      [404, undefined, false],
    ])
    expect(retriesOf(hidden.attempts)).toEqual(['session'])
    expect(hidden).toMatchObject({ status: 404, document: undefined })
    expect(hidden.substatus).toBeUndefined()
  })

  test('a wrong key is refused, and said to be', async () => {
    const stranger = targetFor({ endpoint: simulator.endpoint, key: Buffer.alloc(64, 7).toString('base64') })
    expect(await stranger.ping()).toMatchObject({ kind: 'refused' })
    const answer = await storeFor(stranger).execute(write())
    expect(answer).toMatchObject({ status: 401 })
    await stranger.close()
  })

  test('no answer and no problem shows a token or a key, however it is printed', async () => {
    simulator.addFaultRule({ operations: ['readItem'], count: 1, status: 500 })
    const store = storeFor(target)
    const written = await store.execute(write('upsert', 1, undefined, 'printed'))
    const failed = await store.execute(read('point', written.sessionToken?.reveal(), 'printed'))
    const conflict = await store.execute(write('create', 1, written.sessionToken?.reveal(), 'printed'))
    const stranger = targetFor({ endpoint: simulator.endpoint, key: Buffer.alloc(64, 7).toString('base64') })
    const problem = await stranger.ping()
    const refused = await storeFor(stranger).execute(write())
    await stranger.close()
    expect([failed.status, conflict.status]).toEqual([500, 409])

    const everything = [written, failed, conflict, problem, refused, target, store, stranger]
    const printed = everything.map((value) => `${inspect(value, { depth: 12 })}${JSON.stringify(value)}`).join('\n')
    const token = written.sessionToken?.reveal() ?? ''
    expect(token).toMatch(/#/)
    expect(printed).not.toContain(token.slice(token.indexOf(':') + 1))
    expect(printed).not.toContain(simulator.key)
    expect(printed).not.toContain(Buffer.alloc(64, 7).toString('base64'))
    expect(printed).not.toMatch(/sig%3d|sig=[^[]/i)
  })

  test('a write whose answer is lost after the commit is seen as a connection failure', async () => {
    simulator.addFaultRule({ operations: ['upsertItem'], count: 1, when: 'after', connection: 'reset' })
    const store = storeFor(target, { retries: 'none' })
    const lost = await store.execute(write('upsert', 5, undefined, 'lost'))
    expect(lost.attempts.map(({ failure }) => failure)).toEqual(['connection'])
    expect(await store.execute(read('point', undefined, 'lost'))).toMatchObject({ document: { version: 5 } })
  })
})

test('the simulator goes away and comes back on the same ports', async () => {
  const first = await startSimulator({ seed: 1 })
  const portOf = (url: string) => Number(new URL(url).port)
  const ports = { account: portOf(first.endpoint), regions: Object.values(first.regionalEndpoints).map(portOf) }
  const target = targetFor(first)
  const store = storeFor(target, { retries: 'none' })
  await target.ensureContainer(need, { provision: true })
  expect((await store.execute(write())).status).toBe(201)

  await first.close()
  expect(await target.ping()).toMatchObject({ kind: 'unreachable' })
  expect((await store.execute(write())).attempts.map(({ failure }) => failure)).toEqual(['connection'])

  const second = await startSimulator({ seed: 2, key: first.key, ports })
  expect(await target.ping()).toBeUndefined()
  expect((await store.execute(write())).status).toBe(404)
  await target.ensureContainer(need, { provision: true })
  expect((await store.execute(write())).status).toBe(201)
  await target.close()
  await second.close()
})
