import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeConfiguration, writeScenario } from '../e2e/files.ts'
import { makeFolder, root, runHopwatch } from '../e2e/process.ts'

interface Rule {
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const rulesOf = (text: string): readonly Rule[] =>
  (parse(text) as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(({ rules }) => rules)

describe('hopwatch rules', () => {
  test('prints for the shipped scenarios what dashboards/alerts.yaml holds', async () => {
    const { code, stdout } = await runHopwatch(['rules'])
    expect(stdout).toBe(await readFile(join(root, 'dashboards/alerts.yaml'), 'utf8'))
    expect(code).toBe(0)
  })

  test('takes objectives from the files, and needs no secret of their accounts', async () => {
    const folder = await makeFolder()
    await writeConfiguration(
      folder,
      'targets: { default: { endpoint: https://nowhere.documents.azure.com, keyFrom: NOT_SET } }\n',
    )
    await writeScenario(folder, 'strict', { objectives: '{ staleReads: 0%, tokenLoss: 2%, p95: 1s }', every: '10s' })
    await writeScenario(folder, 'lenient', { every: '2h' })
    const { code, stdout, stderr } = await runHopwatch(['rules', '--runbook-url', 'https://books.example/'], {
      cwd: folder,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rules = rulesOf(stdout)
    const constants = (scenario: string) =>
      Object.fromEntries(
        rules.filter(({ labels }) => labels?.scenario === scenario).map(({ record, expr }) => [record, expr]),
      )
    expect(constants('strict')).toMatchObject({
      'scenario:hopwatch_stale_reads:allowed_ratio': 'vector(0.001)',
      'scenario:hopwatch_token_loss:allowed_ratio': 'vector(0.02)',
      'scenario:hopwatch_read_p95:allowed_seconds': 'vector(1)',
    })
    expect(constants('lenient')).not.toHaveProperty('scenario:hopwatch_stale_reads:allowed_ratio')
    expect(constants('lenient')).toHaveProperty('scenario:hopwatch_token_loss:floor_ratio', 'vector(0.001)')
    const windows = rules
      .filter(({ record }) => record === 'scenario:hopwatch_runs:planned_rate')
      .map(({ labels }) => labels)
    expect(windows).toEqual([
      { scenario: 'lenient', window: '1d' },
      { scenario: 'strict', window: '5m' },
    ])
    for (const { annotations } of rules)
      expect(annotations?.runbook_url ?? 'https://books.example/hopwatch-').toContain('https://books.example/hopwatch-')
  })

  test('--check tells a file that is out of date by its exit code', async () => {
    const folder = await makeFolder()
    await writeScenario(folder, 'one')
    const file = join(folder, 'alerts.yaml')
    expect(await runHopwatch(['rules', '--output', file], { cwd: folder })).toMatchObject({ code: 0, stdout: '' })
    expect(await runHopwatch(['rules', '--output', file, '--check'], { cwd: folder })).toMatchObject({ code: 0 })
    await writeFile(file, `${await readFile(file, 'utf8')}# by hand\n`)
    const checked = await runHopwatch(['rules', '--output', file, '--check'], { cwd: folder })
    expect(checked).toMatchObject({ code: 1, stderr: expect.stringContaining('alerts.yaml is out of date') })
    expect(await readFile(file, 'utf8')).toContain('# by hand')
  })

  test.each<[string, string[], RegExp]>([
    ['--check without a file', ['--check'], /--check compares a file: name it with --output\./],
    ['a file to check that is not there', ['--check', '--output', 'no.yaml'], /no\.yaml: cannot be read/],
    ['a folder that is not there', ['--output', 'no/alerts.yaml'], /no\/alerts\.yaml: cannot be written \(ENOENT\)/],
    ['an unknown scenario', ['two'], /There is no scenario two; there are one\./],
  ])('ends with 2 for %s', async (_, args, message) => {
    const folder = await makeFolder()
    await writeScenario(folder, 'one')
    const { code, stderr } = await runHopwatch(['rules', ...args], { cwd: folder })
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
