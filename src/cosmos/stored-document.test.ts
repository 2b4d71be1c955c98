import { describe, expect, test } from 'vitest'
import type { ProbeDocument } from '../domain/document-store.ts'
import { isInPartition, keyLevels, keyValues, segmentsOf, storedDocument, versionOf } from './stored-document.ts'

const probe: ProbeDocument = { id: 'd', partitionKey: ['p', 'q'], version: 3, owner: 'me', run: 'r', ttlSeconds: 60 }
const rest = { id: 'd', version: 3, owner: 'me', run: 'r', ttl: 60 }

describe('a probe document as it is stored', () => {
  test.each([
    ['one level', ['/customerId'], { customerId: 'p' }],
    ['nested', ['/address/zip'], { address: { zip: 'p' } }],
    ['hierarchical', ['/tenant', '/user'], { tenant: 'p', user: 'q' }],
    ['hierarchical under one parent', ['/a/b', '/a/c'], { a: { b: 'p', c: 'q' } }],
    ['quoted', ['/"zip/code"'], { 'zip/code': 'p' }],
    ['the id itself', ['/id'], {}],
    ['the id as the last level', ['/tenant', '/id'], { tenant: 'p' }],
  ])('%s', (_, paths, key) => {
    const levels = keyLevels(paths)
    const stored = storedDocument(probe, levels)
    expect(stored).toEqual({ ...key, ...rest })
    expect(isInPartition(stored, levels, keyValues(levels, probe.partitionKey, probe.id))).toBe(true)
    expect(isInPartition(stored, levels, ['another', 'another'])).toBe(false)
  })

  test('is read back', () => {
    expect(versionOf(storedDocument(probe, keyLevels(['/p'])))).toEqual({ version: 3, owner: 'me' })
  })

  test("somebody else's document has nobody's owner", () => {
    expect(versionOf({ id: 'd', version: '3', owner: 'me' })).toEqual({ version: 0, owner: '' })
    expect(versionOf({ id: 'd' })).toEqual({ version: 0, owner: '' })
  })

  test('path segments', () => {
    expect(segmentsOf('/a/"b c"/d')).toEqual(['a', 'b c', 'd'])
  })
})
