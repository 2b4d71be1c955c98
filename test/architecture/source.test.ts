// biome-ignore-all lint/suspicious/noTemplateCurlyInString: planted source text
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeOf, importsOf } from './source.ts'

describe('importsOf', () => {
  test.each([
    ["import { a } from './a.ts'", ['./a.ts']],
    ["import type { A } from '@azure/cosmos'", ['@azure/cosmos']],
    ["import a, { type B } from './a.ts'", ['./a.ts']],
    ["import * as all from 'node:fs'", ['node:fs']],
    ['import { a } from "./a.ts"', ['./a.ts']],
    ["import {\n  a,\n  type B,\n} from './a.ts'", ['./a.ts']],
    ["import './effect.ts'", ['./effect.ts']],
    ["export { a } from './a.ts'", ['./a.ts']],
    ["export * from './a.ts'", ['./a.ts']],
    ["export type { A } from './a.ts'", ['./a.ts']],
    ["const a = await import('./a.ts')", ['./a.ts']],
    ["const load = () => import(\n  './a.ts'\n)", ['./a.ts']],
    ["let a: import('@azure/cosmos').CosmosClient", ['@azure/cosmos']],
    ["const a = require('node:fs')", ['node:fs']],
    ["import { a } from './a.ts'\nimport { b } from './b.ts'", ['./a.ts', './b.ts']],
    ["// import { a } from './a.ts'", []],
    ["/*\nimport { a } from './a.ts'\n*/", []],
    ["const url = 'http://x' // not a comment before this\nimport { b } from './b.ts'", ['./b.ts']],
    ["const slash = /\\/\\*'/\nimport { b } from './b.ts'", ['./b.ts']],
    ["export const from = 1\nconst a = 'b'", []],
  ])('%j', (text, imports) => {
    expect(importsOf(text)).toEqual(imports)
  })
})

describe('codeOf', () => {
  test.each([
    ["a // b 'c\nd", 'a        \nd'],
    ['a /* b\nc */ d', 'a     \n     d'],
    ["f('Date.now()') + Date.now()", "f('          ') + Date.now()"],
    ["'it\\'s' + a", "'     ' + a"],
    ['`a ${Math.random()} b` + c', '`  ${Math.random()}  ` + c'],
    ['`${ {a: `x${y}`} } z`', '`${ {a: ` ${y}`} }  `'],
    ['a / b / c // d', 'a / b / c     '],
    ['x.replace(/["\'`]/g, y) // z', 'x.replace(       g, y)     '],
    ['a `$5 ${b}`', 'a `   ${b}`'],
  ])('%j', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  test('keeps the length and every line where it was, whatever it is given', () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      '`',
      '${',
      '}',
      '{',
      '/',
      '*',
      '//',
      '/*',
      '*/',
      '\\',
      '\n',
      'a',
      ' ',
      '(',
      '=',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        const code = codeOf(text)
        expect(code.length).toBe(text.length)
        expect(code.split('\n').length).toBe(text.split('\n').length)
      }),
    )
  })
})
