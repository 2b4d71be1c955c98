import { describe, expect, test } from 'vitest'
import { requestCharge } from './request-charge.ts'
import { onContainer, TestAccount } from './test-account.ts'

const kilobyte = 1024

describe('request charges', () => {
  test.each([
    ['a point read of 1 KB', requestCharge.pointRead(kilobyte, 'Session'), 1],
    ['… under Strong', requestCharge.pointRead(kilobyte, 'Strong'), 2],
    ['… under BoundedStaleness', requestCharge.pointRead(kilobyte, 'BoundedStaleness'), 2],
    ['… under Eventual', requestCharge.pointRead(kilobyte, 'Eventual'), 1],
    ['a point read of 100 bytes', requestCharge.pointRead(100, 'Session'), 1],
    ['a point read of 100 KB', requestCharge.pointRead(100 * kilobyte, 'Session'), 56.44],
    ['a create of 1 KB', requestCharge.create(kilobyte), 5.29],
    ['a replace of 1 KB', requestCharge.replace(kilobyte), 10.29],
    ['a delete of 1 KB', requestCharge.remove(kilobyte), 5.29],
    ['a query without results', requestCharge.query({ items: 0, bytes: 0 }, 'Session'), 2.3],
    ['a query of 100 items of 1 KB', requestCharge.query({ items: 100, bytes: 100 * kilobyte }, 'Session'), 32.3],
  ])('%s', (_, charge, expected) => {
    expect(charge).toBe(expected)
  })

  test('answers carry them', () => {
    const test = new TestAccount()
    expect(test.upsert('a', 1).requestCharge).toBe(5.29)
    expect(test.upsert('a', 2).requestCharge).toBe(10.29)
    expect(test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a' }).requestCharge).toBe(1)
    expect(test.query('SELECT * FROM c WHERE c.id = "none"', { partitionKey: ['p'] }).requestCharge).toBe(2.3)
  })
})

describe('throughput', () => {
  test('used up: 429/3200 with the time to stay away, and then it works again', () => {
    const test = new TestAccount({ throughput: 100 })
    let [accepted, reply] = [0, test.upsert('a', 0)]
    while (reply.status !== 429) {
      accepted += 1
      reply = test.upsert('a', accepted)
    }
    // One second's worth of 10.29 RU each, and the last may overdraw.
    expect(accepted).toBe(11)
    expect(reply).toMatchObject({ substatus: 3200 })
    test.nowMs += reply.retryAfterMs! - 1
    expect(test.upsert('a', 1).status).toBe(429)
    test.nowMs += 1
    expect(test.upsert('a', 1).status).toBe(200)
  })

  test('it is spread over the ranges, and each region has its own', () => {
    const test = new TestAccount({ throughput: 400, partitionKeyRanges: 4 })
    const drain = (pk: string, region?: string) => {
      let reads = 0
      while (test.item({ kind: 'readItem', partitionKey: [pk], id: 'a' }, region).status !== 429) reads += 1
      return reads
    }
    expect(drain('p')).toBe(100)
    expect(drain('p', 'East US')).toBe(100)
  })

  test('an offer shows it and changes it', () => {
    const test = new TestAccount({ throughput: 400 })
    const [offer] = (test.do({ kind: 'readOffers' }).body as { Offers: { id: string; resource: string }[] }).Offers
    const { _self } = test.do({ kind: 'readContainer', database: 'db', container: 'c' }).body as { _self: string }
    expect(offer).toMatchObject({ resource: _self, content: { offerThroughput: 400 } })
    test.do({ kind: 'replaceOffer', offerId: offer!.id, throughput: 900 })
    expect(test.do({ kind: 'readOffers' }).body).toMatchObject({ Offers: [{ content: { offerThroughput: 900 } }] })
    expect(test.do({ kind: 'replaceOffer', offerId: 'none', throughput: 900 }).status).toBe(404)
  })
})

describe('fault rules', () => {
  const read = onContainer({ kind: 'readItem', partitionKey: ['p'], id: 'a' })

  test('before: the operation does not happen', () => {
    const test = new TestAccount()
    test.account.addFaultRule({ operations: ['upsertItem'], status: 503, count: 1 })
    expect(test.upsert('a', 1).status).toBe(503)
    expect(test.account.journal.commits()).toEqual([])
    expect(test.upsert('a', 1).status).toBe(201)
  })

  test('after: the write is committed, the answer lost', () => {
    const test = new TestAccount()
    test.account.addFaultRule({ operations: ['upsertItem'], when: 'after', connection: 'reset', count: 1 })
    const write = onContainer({ kind: 'upsertItem', item: { id: 'a', pk: 'p', version: 1 } })
    expect(test.outcome(write)).toMatchObject({ fault: { connection: 'reset' } })
    expect(test.account.journal.commits().length).toBe(1)
    expect(test.account.journal.requests().at(-1)).toMatchObject({ operation: 'upsertItem', connection: 'reset' })
  })

  test('a delay alone only delays; truncate needs an answer to cut', () => {
    const test = new TestAccount()
    test.upsert('a', 1)
    test.nowMs = 100
    const id = test.account.addFaultRule({ region: 'westeurope', delayMs: 70 })
    expect(test.outcome(read)).toMatchObject({ reply: { status: 200 }, fault: { delayMs: 70 } })
    expect(test.account.removeFaultRule(id)).toBe(true)
    test.account.addFaultRule({ connection: 'truncate' })
    expect(test.outcome(read)).toMatchObject({ reply: { status: 200 }, fault: { connection: 'truncate' } })
    expect(test.outcome(read, 'North Europe')).toMatchObject({ fault: { connection: 'truncate' } })
  })

  test('a share strikes that share, by the rule’s own seed', () => {
    const strikes = () => {
      const test = new TestAccount()
      test.account.addFaultRule({ share: 0.25, seed: 'rule', status: 500 })
      return Array.from({ length: 400 }, () => test.item({ kind: 'readItem', partitionKey: ['p'], id: 'a' }).status)
    }
    const statuses = strikes()
    const struck = statuses.filter((status) => status === 500).length
    expect(struck).toBeGreaterThan(60)
    expect(struck).toBeLessThan(140)
    expect(strikes()).toEqual(statuses)
  })
})
