import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documentProblems, unlistedPages } from './architecture/documents.ts'

const root = new URL('../', import.meta.url)
const isThere = (path: string): boolean => !path.startsWith('../') && existsSync(new URL(path, root))
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.md'], {
  cwd: root,
})
  .toString()
  .split('\0')
  .filter((path) => path !== '' && isThere(path))

test('links lead somewhere, and files and commands that are named are there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const documents = pages.map((path) => ({ path, text: read(path) }))
  expect(documents.length).toBeGreaterThan(20)
  expect(documentProblems({ documents, has: isThere, scripts: new Set(Object.keys(scripts)) })).toEqual([])
})

test.each(['docs/README.md', 'docs/runbooks/README.md'])('%s leads to every page beside it', (path) => {
  expect(unlistedPages({ path, text: read(path) }, pages)).toEqual([])
})
