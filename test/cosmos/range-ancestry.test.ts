import { expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/start.ts'
import { read, startStub, stored, storeFor, targetFor, withToken, write } from './stub-account.ts'

const need = { database: 'travel', container: 'itineraries', partitionKey: ['/customerId'] }

test('an answer that names a range not heard of before makes its ancestors known, once', async () => {
  const simulator = await startSimulator({ partitionKeyRanges: 1, replicaLag: { fixedMs: 0 } })
  const target = targetFor(simulator)
  await target.ensureContainer(need, { provision: true })
  const asked = () =>
    simulator.account.journal.requests().filter(({ operation }) => operation === 'readPartitionKeyRanges').length
  const store = storeFor(target)
  const written = await store.execute(write('upsert', 1, undefined, 'split'))
  expect(asked()).toBe(0)
  simulator.splitRange('travel', 'itineraries')
  const token = written.sessionToken?.reveal()
  for (let i = 0; i < 3; i++) {
    const answer = await store.execute(read('point', token, 'split'))
    expect(answer).toMatchObject({ status: 200, document: { version: 1 } })
    const [child] = answer.attempts.at(-1)!.received!.parsed!.rangeIds
    expect(child).not.toBe('0')
    expect(answer.ancestry?.(child!)).toEqual(['0'])
    expect(asked()).toBe(1)
  }
  await target.close()
  await simulator.close()
})

test('each of several splits is made known at once', async () => {
  const simulator = await startSimulator({ partitionKeyRanges: 1, replicaLag: { fixedMs: 0 } })
  const target = targetFor(simulator)
  await target.ensureContainer(need, { provision: true })
  const store = storeFor(target)
  await store.execute(write('upsert', 1, undefined, 'splits'))
  for (let split = 1; split <= 3; split++) {
    simulator.splitRange('travel', 'itineraries')
    const answer = await store.execute(read('point', undefined, 'splits'))
    const [child] = answer.attempts.at(-1)!.received!.parsed!.rangeIds
    expect(answer.ancestry?.(child!)).toContain('0')
  }
  await target.close()
  await simulator.close()
})

test('a container that is made anew under its name takes over no ancestors', async () => {
  const parents = (of: string[]) => ({ PartitionKeyRanges: ['1', '2'].map((id) => ({ id, parents: of })), _count: 2 })
  let range = '0'
  await using stub = await startStub(() => withToken(200, `${range}:1#4#1=4`, stored(1)))
  stub.others = ({ path }) => (path.endsWith('/pkranges') ? { status: 200, body: parents(['0']) } : undefined)
  const target = targetFor(stub)
  const store = storeFor(target, { retries: 'none' })
  await store.execute(read())
  range = '1'
  expect((await store.execute(read())).ancestry?.('1')).toEqual(['0'])

  // It has two ranges from the start now, and the names of both were known.
  stub.others = ({ path }) => (path.endsWith('/pkranges') ? { status: 200, body: parents([]) } : undefined)
  stub.script = () => {
    const reply = withToken(200, `${range}:1#4#1=4`, stored(1))
    if (typeof reply === 'string') return reply
    return { ...reply, headers: { ...reply.headers, 'x-ms-content-path': 'AAAAAQAAAAI=' } }
  }
  range = '0'
  await store.execute(read())
  range = '1'
  expect((await store.execute(read())).ancestry?.('1')).toEqual([])
  await target.close()
})
