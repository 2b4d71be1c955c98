import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parseConfiguration } from './configuration.ts'
import { parseScenario } from './parse-scenario.ts'
import { configurationTable, referenceTable } from './reference.ts'
import { schemaText } from './schema.ts'

// After a change of the schema: `npx vitest run src/scenario/schema.test.ts -u` rewrites the files.
const path = (name: string) => new URL(`../../${name}`, import.meta.url).pathname

describe('what grows from the schema is current', () => {
  test('schema/scenario.json', async () => {
    await expect(schemaText()).toMatchFileSnapshot(path('schema/scenario.json'))
  })

  test.each([
    ['docs/scenario-file.md', referenceTable],
    ['docs/configuration.md', configurationTable],
  ])('the table in %s', async (name, print) => {
    const page = path(name)
    const text = await readFile(page, 'utf8')
    expect(text).toMatch(table)
    await expect(text.replace(table, `<!-- keys -->\n${print()}\n<!-- /keys -->`)).toMatchFileSnapshot(page)
  })
})

const table = /<!-- keys -->\n[\s\S]*<!-- \/keys -->/

test.each([
  ['docs/scenario-file.md', 3],
  ['README.md', 1],
])('every example in %s is a scenario', async (name, count) => {
  const page = await readFile(path(name), 'utf8')
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  const whole = examples.filter((text) => /^scenario:/m.test(text))
  expect(whole).toHaveLength(count)
  for (const example of whole)
    expect(parseScenario(example, { file: 'example', env: { PORTAL_TOKEN: 'p' } }).problems).toBeUndefined()
})

test('an editor is told of every key, with its meaning', () => {
  const missing: string[] = []
  const visit = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    for (const [key, child] of Object.entries(schema)) {
      if (key === 'properties')
        for (const [name, property] of Object.entries(child as object))
          if (!('description' in (property as object))) missing.push(`${at}.${name}`)
      visit(child, `${at}.${key}`)
    }
  }
  visit(JSON.parse(schemaText()), '')
  expect(missing).toEqual([])
})

test('every example in docs/configuration.md is a configuration', async () => {
  const page = await readFile(path('docs/configuration.md'), 'utf8')
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  expect(examples.length).toBeGreaterThan(1)
  for (const example of examples)
    expect(parseConfiguration(example, { file: 'example', env: {} }).problems).toBeUndefined()
})
