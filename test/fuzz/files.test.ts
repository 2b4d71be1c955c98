import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../src/scenario/configuration.ts'
import { parseScenario } from '../../src/scenario/parse-scenario.ts'
import type { Problem } from '../../src/scenario/problem.ts'
import { root } from '../e2e/process.ts'
import { budget, mutated, nastyText } from './mutations.ts'

const secret = 'the-value-of-a-variable-0123456789'
const source = { file: 'fuzzed.yaml', env: { SECRET: secret, EMPTY: '' } }

const yamlFilesOf = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))

const scenarios = ['scenarios', 'scenarios/drills', 'src/scenario/invalid'].flatMap(yamlFilesOf)
const configuration = `listen: 127.0.0.1:9464
grace: 10s
logLevel: info
scenarios: [a, b]
budget: { requestUnits: 50/s }
targets:
  west: { endpoint: "https://west.documents.azure.com:443/", keyFrom: WEST_KEY }
  north: { connectionStringFrom: NORTH }
stores:
  cache: { url: "redis://127.0.0.1:6379" }
simulator: { regions: [West Europe, North Europe], sessionWait: 500ms, replication: [{ from: West Europe, to: North Europe, median: 30ms, sigma: 0.3 }] }
`

/** What YAML and the files' own language give a meaning to, small and piled up. */
const pieces = fc.oneof(
  nastyText,
  fc.constantFrom('${SECRET}', '${', '${SECRET', '$${', '${run.id}', '${EMPTY:-x}'),
  fc.constantFrom('&a ', '*a', '<<: *a', '!!js/function ', '!!binary ', '? ', '| ', '>\n', '---\n', '...\n', '%YAML 9'),
  fc.constantFrom(
    '{',
    '[',
    '- ',
    ': ',
    ', ',
    '\t',
    '#',
    "'",
    '"',
    '~',
    '\n',
    '\n  ',
    '0x1f',
    '1_000',
    '.inf',
    '2026-11-22',
  ),
  fc.constantFrom(
    'hops',
    'journey',
    'arms',
    'share',
    '101%',
    'carry',
    'lost',
    'read',
    'query',
    'every',
    '0ms',
    '9999999h',
  ),
  fc
    .tuple(fc.constantFrom('[', '{', '- ', '{a: [', '&a ', '? ', '\n', 'a: '), fc.integer({ min: 1, max: 3000 }))
    .map(([piece, times]) => piece.repeat(times)),
)

const checkProblems = (problems: readonly Problem[], text: string) => {
  expect(problems.length).toBeGreaterThan(0)
  const lines = text.split('\n').length
  for (const { line, column, message, instead } of problems) {
    expect(line).toBeGreaterThan(0)
    expect(line).toBeLessThanOrEqual(lines)
    expect(column).toBeGreaterThan(0)
    const said = `${message}; ${instead}`
    expect(message.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThan(2000)
    expect(said).not.toContain(secret)
    // What a terminal would act upon, or what would make two lines of one.
    expect(said).not.toMatch(/\p{Cc}/u)
  }
}

describe('whatever stands in a file, the answer is what it says or what is wrong with it', () => {
  test.each([
    ['a scenario', mutated(scenarios, pieces), (text: string) => parseScenario(text, source)],
    ['a configuration', mutated([configuration], pieces), (text: string) => parseConfiguration(text, source)],
    ['anything', fc.oneof(pieces, fc.string({ unit: 'binary' })), (text: string) => parseScenario(text, source)],
  ] as const)('%s', (_name, texts, parse) => {
    fc.assert(
      fc.property(texts, (text) => {
        const { problems } = parse(text)
        if (problems !== undefined) checkProblems(problems, text)
      }),
      budget(200, 2_500),
    )
  })
})
