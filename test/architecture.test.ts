import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  badNames,
  dependencyProblems,
  lockfileProblems,
  type Manifest,
  machineTraces,
} from './architecture/repository.ts'
import { circles, impurities, strayPackages, wrongDirections } from './architecture/rules.ts'
import type { SourceFile } from './architecture/source.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
/** Tracked files, and new ones that are not ignored; what was deleted but not yet committed is gone. */
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root })
  .toString()
  .split('\0')
  .filter((path) => path !== '' && existsSync(new URL(path, root)))
const files: SourceFile[] = paths.map((path) => ({ path, text: read(path) })).filter(({ text }) => !text.includes('\0'))
const sources = files.filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))

describe('the house', () => {
  test('is seen at all', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(files.map(({ path }) => path)).toContain('src/domain/verdict.ts')
  })
  test('imports point one way', () => expect(wrongDirections(sources)).toEqual([]))
  test('no file imports itself by way of others', () => expect(circles(sources)).toEqual([]))
  test('only src/cosmos knows the SDK', () => expect(strayPackages(sources)).toEqual([]))
  test('pure places take time, chance and I/O as parameters', () => expect(impurities(sources)).toEqual([]))
  test('files are named in kebab case', () => expect(badNames(paths)).toEqual([]))
  test('nothing names a registry or a path of one machine', () => expect(machineTraces(files)).toEqual([]))
  test('the lockfile names no registry', () => expect(lockfileProblems(read('package-lock.json'))).toEqual([]))
  test('each dependency is pinned and explained', () => {
    const manifest = JSON.parse(read('package.json')) as Manifest
    expect(dependencyProblems(manifest, read('docs/decisions/dependencies.md'))).toEqual([])
  })
})
