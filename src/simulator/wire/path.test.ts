import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePath } from './path.ts'

describe('parsePath', () => {
  test.each([
    ['/', '', [], '', ''],
    ['', '', [], '', ''],
    ['/dbs', 'dbs', [], 'dbs', ''],
    ['/dbs/d', 'dbs/:', ['d'], 'dbs', 'dbs/d'],
    ['//dbs//d//', 'dbs/:', ['d'], 'dbs', 'dbs/d'],
    ['/dbs/d/colls', 'dbs/:/colls', ['d'], 'colls', 'dbs/d'],
    [
      '/dbs/d%20b/colls/%C3%A9/docs/a%2Fb',
      'dbs/:/colls/:/docs/:',
      ['d b', 'é', 'a/b'],
      'docs',
      'dbs/d b/colls/é/docs/a/b',
    ],
    ['/dbs/d/colls/c/docs?x=/dbs', 'dbs/:/colls/:/docs', ['d', 'c'], 'docs', 'dbs/d/colls/c'],
    ['/offers/AbC1', 'offers/:', ['AbC1'], 'offers', 'offers/AbC1'],
  ])('%s', (target, shape, names, resourceType, signedLink) => {
    expect(parsePath(target)).toEqual({ shape, names, resourceType, signedLink })
  })

  test('a name that is not URL encoding has no path', () => {
    expect(parsePath('/dbs/%E9')).toBeUndefined()
    expect(parsePath('/dbs/%')).toBeUndefined()
  })

  test('every encoded name comes back as it was', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(name, name, name, (database, container, id) => {
        const [d, c, i] = [database, container, id].map(encodeURIComponent)
        expect(parsePath(`/dbs/${d}/colls/${c}/docs/${i}`)?.names).toEqual([database, container, id])
      }),
    )
  })
})
