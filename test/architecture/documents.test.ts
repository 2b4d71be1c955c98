import { describe, expect, test } from 'vitest'
import { anchorsOf, documentProblems, unlistedPages } from './documents.ts'

const there = new Set(['README.md', 'docs', 'docs/a.md', 'docs/b.md', 'docs/images/x.png', 'src', 'src/base/clock.ts'])
const problemsOf = (text: string, path = 'docs/a.md') =>
  documentProblems({
    documents: [
      { path, text },
      { path: 'docs/b.md', text: '# One two\n\n## `Three`, four\n\n## One two\n' },
    ],
    has: (name) => there.has(name.replace(/\/$/, '')),
    scripts: new Set(['bench']),
  })

describe('documentProblems', () => {
  test.each([
    '[b](b.md)',
    '[b](./b.md#one-two)',
    '[b](b.md#three-four)',
    '[b](b.md#one-two-1)',
    '[up](../README.md)',
    '![x](images/x.png)',
    '[own](#here)\n\n# Here',
    '[far](https://example.com/x#y) [mail](mailto:a@example.com)',
    '`[no](link.md)`',
    '```md\n[no](link.md) `src/no.ts`\n```',
    '`src/base/clock.ts`, `src/`, `cat src/base/clock.ts`',
    '`src/*.ts`, `src/<room>/x.ts`, `src/base/{a,b}.ts`, `node_modules/src/x.ts`, `https://example.com/src/x.ts`',
    '`npm run bench`',
  ])('%s is fine', (text) => {
    expect(problemsOf(text)).toEqual([])
  })

  test.each([
    '[b](c.md)',
    '[b](b.md#five)',
    '[own](#there)\n\n# Here',
    '![x](../images/x.png)',
    '`src/base/clok.ts`',
    'see `node src/gone.ts --x`',
    '```sh\nnpm run gone\n```',
  ])('%s is not', (text) => {
    expect(problemsOf(text)).toHaveLength(1)
  })
})

test('a path may also be named from where its document lies', () => {
  expect(
    documentProblems({
      documents: [{ path: 'helm/x/README.md', text: '`dashboards/a.json`' }],
      has: (path) => path === 'helm/x/dashboards/a.json',
      scripts: new Set(),
    }),
  ).toEqual([])
})

test('anchorsOf', () => {
  expect([...anchorsOf('# A & B\n\n## [linked](x.md) words\n\n```sh\n# no heading\n```\n## größer')]).toEqual([
    'a--b',
    'linked-words',
    'größer',
  ])
})

test('unlistedPages', () => {
  const index = { path: 'docs/README.md', text: '[a](a.md) [b](b.md#one)' }
  expect(unlistedPages(index, ['docs/README.md', 'docs/a.md', 'docs/b.md', 'docs/c.md', 'docs/deeper/d.md'])).toEqual([
    'docs/c.md',
  ])
})
