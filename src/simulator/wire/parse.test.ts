import { describe, expect, test } from 'vitest'
import type { Operation } from '../operation.ts'
import { Refused } from './errors.ts'
import { parsePath } from './path.ts'
import { findRoute } from './routes.ts'
import { verbOf } from './verb.ts'

type Headers = Record<string, string>

/** The operation that a request becomes. */
function operationOf(method: string, target: string, headers: Headers = {}, body?: unknown): Operation {
  const path = parsePath(target)!
  const route = findRoute(path, verbOf(method, headers))
  if (route.kind !== 'operation') throw new Error(`answered by ${route.kind}`)
  return route.parse({ path, headers, body: typeof body === 'string' ? body : (JSON.stringify(body) ?? '') })
}

function refusalOf(method: string, target: string, headers: Headers = {}, body?: unknown) {
  const path = parsePath(target)!
  const route = findRoute(path, verbOf(method, headers))
  if (route.kind === 'refused') return { status: route.reply.status, ...(route.reply.body as object) }
  try {
    operationOf(method, target, headers, body)
  } catch (error) {
    if (error instanceof Refused) return { status: error.reply.status, ...(error.reply.body as object) }
    throw error
  }
  throw new Error('not refused')
}

const docs = '/dbs/d/colls/c/docs'
const where = { database: 'd', container: 'c' }
const pk = { 'x-ms-documentdb-partitionkey': '["p"]' }

describe('requests become operations', () => {
  test('a point read with everything that it may carry', () => {
    const headers = {
      ...pk,
      'x-ms-consistency-level': 'Session',
      'x-ms-session-token': '0:1#5#1=5',
      'if-none-match': 'e',
    }
    expect(operationOf('GET', `${docs}/i`, headers)).toEqual({
      kind: 'readItem',
      ...where,
      id: 'i',
      partitionKey: ['p'],
      consistency: 'Session',
      sessionToken: '0:1#5#1=5',
      ifNoneMatch: 'e',
    })
  })

  test('an empty session token demands nothing', () => {
    expect(operationOf('GET', `${docs}/i`, { ...pk, 'x-ms-session-token': ' ' })).not.toHaveProperty('sessionToken')
  })

  test.each([
    ['["a",1,true,null]', ['a', 1, true, null]],
    ['[{}]', [undefined]],
    ['["p"]', ['p']],
    ['[""]', ['']],
    [' ["p"]', ['p']],
    ['["a","b"]', ['a', 'b']],
    ['["a\\"b"]', ['a"b']],
    ['["\\\\"]', ['\\']],
    ['["\\u00e9"]', ['é']],
  ])('the partition key %s', (text, partitionKey) => {
    const operation = operationOf('GET', `${docs}/i`, { 'x-ms-documentdb-partitionkey': text })
    expect(operation).toMatchObject({ partitionKey })
  })

  test('one path and POST, four meanings', () => {
    const item = { id: 'i', pk: 'p' }
    expect(operationOf('POST', docs, pk, item)).toEqual({ kind: 'createItem', ...where, partitionKey: ['p'], item })
    const upsert = { ...pk, 'x-ms-documentdb-is-upsert': 'true' }
    expect(operationOf('POST', docs, upsert, item)).toMatchObject({ kind: 'upsertItem', item })
    const query = { 'content-type': 'application/query+json', 'x-ms-max-item-count': '7', 'x-ms-continuation': 'c' }
    const text = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: 1 }] }
    expect(operationOf('POST', docs, query, text)).toEqual({
      kind: 'queryItems',
      ...where,
      ...text,
      maxItemCount: 7,
      continuation: 'c',
    })
    const plan = findRoute(parsePath(docs)!, verbOf('POST', { ...query, 'x-ms-cosmos-is-query-plan-request': 'True' }))
    expect(plan.kind).toBe('queryPlan')
  })

  test('a page of -1 leaves the size to the service', () => {
    expect(operationOf('GET', docs, { 'x-ms-max-item-count': '-1' })).toEqual({
      kind: 'queryItems',
      ...where,
      query: 'SELECT * FROM c',
    })
  })

  test('a patch as an object and as an array', () => {
    const operations = [{ op: 'incr', path: '/n', value: 1 }] as const
    const condition = 'FROM c WHERE c.n = 1'
    const patch = (body: unknown) => operationOf('PATCH', `${docs}/i`, { ...pk, 'if-match': 'e' }, body)
    expect(patch({ operations, condition })).toMatchObject({ patch: { operations, condition }, ifMatch: 'e' })
    expect(patch(operations)).toMatchObject({ kind: 'patchItem', id: 'i', patch: { operations } })
  })

  test('a container with throughput, fixed and autoscale', () => {
    const definition = { id: 'c', partitionKey: { paths: ['/a', '/b'], kind: 'MultiHash', version: 2 }, defaultTtl: -1 }
    const create = (headers: Headers) => operationOf('POST', '/dbs/d/colls', headers, definition)
    expect(create({ 'x-ms-offer-throughput': '400' })).toEqual({
      kind: 'createContainer',
      database: 'd',
      definition,
      throughput: 400,
    })
    expect(create({ 'x-ms-cosmos-offer-autopilot-settings': '{"maxThroughput":4000}' })).toMatchObject({
      throughput: 4000,
    })
  })

  test('an offer', () => {
    expect(operationOf('PUT', '/offers/x', {}, { content: { offerThroughput: 500 } })).toEqual({
      kind: 'replaceOffer',
      offerId: 'x',
      throughput: 500,
    })
  })
})

describe('requests are refused with words', () => {
  test.each<[string, string, Headers, unknown, number, string]>([
    ['GET', `${docs}/i`, {}, undefined, 400, 'PartitionKey'],
    ['GET', `${docs}/i`, { 'x-ms-documentdb-partitionkey': 'p' }, undefined, 400, 'JSON'],
    ['GET', `${docs}/i`, { 'x-ms-documentdb-partitionkey': '[[1]]' }, undefined, 400, 'partition key value'],
    ['GET', `${docs}/i`, { ...pk, 'x-ms-consistency-level': 'session' }, undefined, 400, 'BoundedStaleness'],
    ['GET', docs, { 'a-im': 'Full-Fidelity Feed' }, undefined, 501, 'change feed'],
    ['GET', docs, { 'x-ms-max-item-count': 'ten' }, undefined, 400, 'whole number'],
    ['POST', docs, pk, '{', 400, 'JSON'],
    ['POST', docs, pk, [], 400, 'object'],
    ['POST', docs, pk, {}, 400, "'id'"],
    ['POST', docs, pk, '{"id":"\\ud800"}', 400, 'well-formed'],
    ['POST', docs, pk, `{"id":"i","a":${'['.repeat(200)}${']'.repeat(200)}}`, 400, 'nested'],
    ['POST', docs, { ...pk, 'x-ms-documentdb-pre-trigger-include': 't' }, { id: 'i' }, 501, 'triggers'],
    ['POST', docs, { 'x-ms-documentdb-isquery': 'true' }, {}, 400, "'query'"],
    ['POST', docs, { 'x-ms-documentdb-isquery': 'true' }, { query: 'q', parameters: [{ name: 'id' }] }, 400, "'@'"],
    [
      'POST',
      docs,
      { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' },
      [],
      400,
      'PartitionKey',
    ],
    [
      'POST',
      docs,
      { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'false' },
      [],
      400,
      'range id',
    ],
    ['PATCH', `${docs}/i`, pk, { operations: [] }, 400, 'at least one'],
    [
      'PATCH',
      `${docs}/i`,
      pk,
      { operations: Array.from({ length: 11 }, () => ({ op: 'remove', path: '/a' })) },
      400,
      'more than 10',
    ],
    ['PATCH', `${docs}/i`, pk, [{ op: 'test', path: '/a' }], 400, 'op of'],
    ['POST', '/dbs/d/colls', {}, { id: 'c' }, 400, 'partitionKey'],
    ['POST', '/dbs/d/colls', {}, { id: 'c', partitionKey: { paths: ['a'] } }, 400, "beginning with '/'"],
    ['POST', '/dbs', {}, { id: 7 }, 400, "'id'"],
    ['PUT', '/offers/x', {}, { content: { offerAutopilotSettings: { maxThroughput: 4000 } } }, 501, 'autoscale'],
    ['POST', '/dbs/d/colls/c/sprocs', {}, { id: 's' }, 501, 'stored procedures'],
    ['GET', '/dbs/d/colls/c/udfs/u', {}, undefined, 501, 'user-defined functions'],
    ['GET', '/dbs/d/users', {}, undefined, 501, 'users'],
    ['GET', '/constructor', {}, undefined, 404, 'resource type'],
    ['GET', '/nonsense/x', {}, undefined, 404, 'resource type'],
    ['DELETE', '/dbs', {}, undefined, 405, 'method'],
    ['OPTIONS', '/dbs', {}, undefined, 405, 'method'],
  ])('%s %s %o', (method, target, headers, body, status, words) => {
    const refusal = refusalOf(method, target, headers, body)
    expect(refusal).toMatchObject({ status, message: expect.stringContaining(words) })
  })
})
