import { createHttpHeaders } from '@azure/core-rest-pipeline'
import { describe, expect, test } from 'vitest'
import { locate } from './request-place.ts'

const place = (method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', url: string, sent: Record<string, string> = {}) =>
  locate({ method, url, headers: createHttpHeaders(sent) })

const documents = 'https://a-westeurope.documents.azure.com:443/dbs/travel/colls/itineraries/docs'
const isQuery = { 'x-ms-documentdb-isquery': 'true' }

describe('what a request is about', () => {
  test.each([
    ['a point read', place('GET', `${documents}/1`), 'operation', false],
    ['a create', place('POST', documents), 'operation', true],
    ['a replace', place('PUT', `${documents}/1`), 'operation', true],
    ['a patch', place('PATCH', `${documents}/1`), 'operation', true],
    ['a delete', place('DELETE', `${documents}/1`), 'operation', true],
    ['a query', place('POST', documents, isQuery), 'operation', false],
    ['a query plan', place('POST', documents, { 'x-ms-cosmos-is-query-plan-request': 'True' }), 'query-plan', false],
    ['the account', place('GET', 'https://a.documents.azure.com:443'), 'metadata', false],
    ['ranges', place('GET', 'http://h:1/dbs/docs/colls/docs/pkranges'), 'metadata', false],
    ['a new container', place('POST', 'http://h:1/dbs/docs/colls'), 'metadata', false],
    ['documents named confusingly', place('GET', 'http://h:1//dbs/docs/colls/colls/docs/dbs'), 'operation', false],
  ])('%s', (_, { purpose, isWrite }, expectedPurpose, expectedWrite) => {
    expect([purpose, isWrite]).toEqual([expectedPurpose, expectedWrite])
  })

  test('the container read that the SDK hides, and nothing like it', () => {
    expect(place('GET', 'http://h:1/dbs/travel/colls/itineraries').isContainerRead).toBe(true)
    expect(place('DELETE', 'http://h:1/dbs/travel/colls/itineraries').isContainerRead).toBe(false)
    expect(place('GET', 'http://h:1/dbs/travel/colls').isContainerRead).toBe(false)
    expect(place('GET', 'http://h:1/dbs/travel/colls/itineraries/pkranges').isContainerRead).toBe(false)
  })

  test('origins', () => {
    expect(place('GET', documents).origin).toBe('https://a-westeurope.documents.azure.com:443')
    expect(place('GET', 'http://127.0.0.1:8081//dbs/x').origin).toBe('http://127.0.0.1:8081')
    expect(place('GET', 'http://127.0.0.1:8081').origin).toBe('http://127.0.0.1:8081')
  })
})
