// biome-ignore-all lint/suspicious/noTemplateCurlyInString: planted source text
import { describe, expect, test } from 'vitest'
import { circles, impurities, strayPackages, wrongDirections } from './rules.ts'
import type { SourceFile } from './source.ts'

/** Planted files: each imports the others it names. */
const planted = (imports: Record<string, string | string[]>): SourceFile[] =>
  Object.entries(imports).map(([path, specifiers]) => ({
    path,
    text: [specifiers]
      .flat()
      .map((specifier, i) => `import { x${i} } from '${specifier}'\n`)
      .join(''),
  }))

describe('wrongDirections', () => {
  test.each([
    ['src/base/a.ts', '../protocol/b.ts', 'base imports protocol'],
    ['src/protocol/a.ts', '../domain/b.ts', 'protocol imports domain'],
    ['src/domain/a.ts', '../run/b.ts', 'domain imports run'],
    ['src/domain/a.ts', '../simulator/b.ts', 'domain imports simulator'],
    ['src/run/a.ts', '../cosmos/b.ts', 'run imports cosmos'],
    ['src/run/hops/a.ts', '../../publish/b.ts', 'run imports publish'],
    ['src/publish/a.ts', '../http/b.ts', 'publish imports http'],
    ['src/http/a.ts', '../compose.ts', 'http imports compose'],
    ['src/http/a.ts', '../simulator/b.ts', 'http imports simulator'],
    ['src/compose.ts', './cli/b.ts', 'compose imports cli'],
    ['src/cli/a.ts', '../main.ts', 'cli imports main'],
    ['src/simulator/a.ts', '../domain/b.ts', 'simulator imports domain'],
    ['src/simulator/wire/a.ts', '../../run/b.ts', 'simulator imports run'],
    ['src/compose.ts', './explore/b.ts', 'compose imports explore'],
  ])('%s from %s is wrong', (path, specifier, problem) => {
    expect(wrongDirections(planted({ [path]: specifier }))).toEqual([`${path}: ${problem}`])
  })

  test.each([
    ['src/domain/a.ts', '../base/b.ts'],
    ['src/domain/a.ts', '../protocol/b.ts'],
    ['src/domain/a.ts', './b.ts'],
    ['src/run/hops/a.ts', '../hop.ts'],
    ['src/run/a.ts', '../domain/b.ts'],
    ['src/http/a.ts', '../publish/b.ts'],
    ['src/compose.ts', './simulator/b.ts'],
    ['src/cli/a.ts', '../compose.ts'],
    ['src/cli/a.ts', '../../package.json'],
    ['src/main.ts', './cli/b.ts'],
    ['src/explore/a.ts', '../simulator/b.ts'],
    ['src/run/a.ts', 'p-queue'],
    ['src/run/a.test.ts', '../simulator/b.ts'],
    ['test/a.test.ts', '../src/main.ts'],
  ])('%s from %s is right', (path, specifier) => {
    expect(wrongDirections(planted({ [path]: specifier }))).toEqual([])
  })

  test('an unknown room is a problem, whatever it imports; so is reaching out of src', () => {
    expect(wrongDirections(planted({ 'src/helpers/a.ts': [] }))).toEqual([
      'src/helpers/a.ts: a room that architecture.md does not name',
    ])
    expect(wrongDirections(planted({ 'src/run/a.ts': '../../test/b.ts' }))).toEqual([
      'src/run/a.ts: imports test/b.ts, outside src',
    ])
  })

  test('a type import counts like any other', () => {
    const text = "import type { Run } from '../run/run.ts'"
    expect(wrongDirections([{ path: 'src/domain/a.ts', text }])).toEqual(['src/domain/a.ts: domain imports run'])
  })
})

describe('circles', () => {
  test('two files, three files, and one that imports itself', () => {
    expect(circles(planted({ 'src/a.ts': './b.ts', 'src/b.ts': './a.ts' }))).toEqual(['src/a.ts → src/b.ts → src/a.ts'])
    expect(
      circles(
        planted({
          'src/a/a.ts': '../b/b.ts',
          'src/b/b.ts': ['./d.ts', './c.ts'],
          'src/b/c.ts': '../a/a.ts',
          'src/b/d.ts': [],
        }),
      ),
    ).toEqual(['src/a/a.ts → src/b/b.ts → src/b/c.ts → src/a/a.ts'])
    expect(circles(planted({ 'src/a.ts': './a.ts' }))).toEqual(['src/a.ts → src/a.ts'])
  })

  test('a circle not reachable from the first file is found', () => {
    expect(circles(planted({ 'src/a.ts': [], 'src/b.ts': './c.ts', 'src/c.ts': './b.ts' }))).toHaveLength(1)
  })

  test('two ways to one file are no circle', () => {
    expect(
      circles(
        planted({ 'src/a.ts': ['./b.ts', './c.ts'], 'src/b.ts': './d.ts', 'src/c.ts': './d.ts', 'src/d.ts': [] }),
      ),
    ).toEqual([])
  })
})

test('strayPackages: only src/cosmos imports the SDK, types and subpaths included', () => {
  const inRun = [
    { path: 'src/run/a.ts', text: "import type { CosmosClient } from '@azure/cosmos'" },
    { path: 'src/http/b.ts', text: "const sdk = await import('@azure/cosmos/internal')" },
    { path: 'src/cosmos/c.ts', text: "import { CosmosClient } from '@azure/cosmos'" },
    { path: 'src/run/d.ts', text: "import x from '@azure/cosmos-sign'" },
  ]
  expect(strayPackages(inRun)).toEqual([
    'src/run/a.ts: only src/cosmos imports @azure/cosmos',
    'src/http/b.ts: only src/cosmos imports @azure/cosmos',
  ])
})

describe('impurities', () => {
  const inDomain = (text: string) => impurities([{ path: 'src/domain/a.ts', text }])

  test.each([
    ['const t = Date.now()', 'Date.now'],
    ['const t = new Date()', 'new Date()'],
    ['const t = Date()', 'Date()'],
    ['const r = Math.random()', 'Math.random'],
    ['const t = performance.now()', 'performance'],
    ['setTimeout(f, 1)', 'a timer'],
    ['const e = process.env', 'process'],
    ['console.log(1)', 'console'],
    ["import { readFileSync } from 'node:fs'", 'node:fs'],
    ["import fs from 'fs/promises'", 'fs/promises'],
    ["import { createHmac } from 'node:crypto'", 'node:crypto'],
    ['const s = `${Math.random()}`', 'Math.random'],
  ])('%j', (text, what) => {
    expect(inDomain(text)).toEqual([`src/domain/a.ts: ${what} in a pure place`])
  })

  test('words in comments and strings are no use of a thing, nor is a date that is given', () => {
    expect(inDomain("// Date.now()\nconst a = 'Math.random()'\nconst d = new Date(wallMs)")).toEqual([])
  })

  test('protocol may hash and print, and nothing else; tests and other rooms are free', () => {
    const text = "import { createHmac } from 'node:crypto'\nimport { inspect } from 'node:util'"
    expect(impurities([{ path: 'src/protocol/a.ts', text }])).toEqual([])
    expect(impurities([{ path: 'src/protocol/a.ts', text: "import net from 'node:net'" }])).toHaveLength(1)
    expect(impurities([{ path: 'src/schedule/plan-tick.ts', text: 'Date.now()' }])).toHaveLength(1)
    expect(impurities([{ path: 'src/simulator/replica.ts', text: 'Math.random()' }])).toHaveLength(1)
    expect(impurities([{ path: 'src/domain/a.test.ts', text: 'Date.now()' }])).toEqual([])
    expect(impurities([{ path: 'src/base/clock.ts', text: 'Date.now()' }])).toEqual([])
  })
})
