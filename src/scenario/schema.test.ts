import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parseScenario } from './parse-scenario.ts'
import { referenceTable } from './reference.ts'
import { schemaText } from './schema.ts'

// After a change of the schema: `npx vitest run src/scenario/schema.test.ts -u` rewrites both files.
const path = (name: string) => new URL(`../../${name}`, import.meta.url).pathname

describe('what grows from the schema is current', () => {
  test('schema/scenario.json', async () => {
    await expect(schemaText()).toMatchFileSnapshot(path('schema/scenario.json'))
  })

  test('the table in docs/scenario-file.md', async () => {
    const page = path('docs/scenario-file.md')
    const text = await readFile(page, 'utf8')
    expect(text).toMatch(table)
    await expect(text.replace(table, `<!-- keys -->\n${referenceTable()}\n<!-- /keys -->`)).toMatchFileSnapshot(page)
  })
})

const table = /<!-- keys -->\n[\s\S]*<!-- \/keys -->/

test('every example in docs/scenario-file.md is a scenario', async () => {
  const page = await readFile(path('docs/scenario-file.md'), 'utf8')
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  const whole = examples.filter((text) => /^scenario:/m.test(text))
  expect(whole.length).toBeGreaterThan(1)
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
