import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadScenarios } from './load-scenarios.ts'
import { formatProblem } from './problem.ts'

const scenarioText = (name: string) => `scenario: ${name}
every: 1s
container: d/c
partitionKey: /k
hops: { a: {} }
journey:
  - { write: upsert, at: a }
  - { read: point, at: a }
`

describe('loading', () => {
  let directory = ''
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hopwatch-scenarios-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const put = async (name: string, text: string) => {
    await writeFile(join(directory, name), text)
    return join(directory, name)
  }
  const load = async (...paths: string[]) => {
    const { scenarios, problems } = await loadScenarios(paths, {})
    const lines = problems.map((problem) => formatProblem(problem).replaceAll(directory, 'DIR'))
    return { names: scenarios.map((scenario) => scenario.name), lines }
  }

  test('a directory gives its scenario files in the order of their names, and nothing below it', async () => {
    await put('b.yml', scenarioText('second'))
    await put('a.yaml', scenarioText('first'))
    await put('notes.txt', 'not a scenario')
    await mkdir(join(directory, 'drills'))
    await put(join('drills', 'c.yaml'), scenarioText('third'))
    expect(await load(directory)).toEqual({ names: ['first', 'second'], lines: [] })
  })

  test('a file named twice is read once', async () => {
    const file = await put('a.yaml', scenarioText('first'))
    expect(await load(file, directory)).toEqual({ names: ['first'], lines: [] })
  })

  test('a broken file does not hide the others', async () => {
    await put('a.yaml', scenarioText('first').replace('every', 'evry'))
    await put('b.yaml', scenarioText('second'))
    const { names, lines } = await load(directory)
    expect(names).toEqual(['second'])
    expect(lines).toContain('DIR/a.yaml:2:1: unknown key "evry"; write "every"')
  })

  test('a name taken twice is a problem that names both files', async () => {
    await put('a.yaml', scenarioText('same'))
    await put('b.yaml', scenarioText('same'))
    expect(await load(directory)).toEqual({
      names: ['same'],
      lines: ['DIR/b.yaml:1:1: the name "same" is already taken by DIR/a.yaml; write another name after "scenario:"'],
    })
  })

  test('what cannot be read is a problem without a place in it, and says how to begin', async () => {
    await mkdir(join(directory, 'empty'))
    expect(await load(join(directory, 'nowhere'), join(directory, 'empty'))).toEqual({
      names: [],
      lines: [
        "DIR/nowhere: there is no such file or directory; name your scenario file, or the directory that holds some, with --scenarios; to begin, copy one of hopwatch's own scenarios/ and change it (docs/scenario-file.md)",
        "DIR/empty: no scenario in this directory; add a file that ends in .yaml: to begin, copy one of hopwatch's own scenarios/ and change it (docs/scenario-file.md)",
      ],
    })
  })
})
