import { describe, expect, test } from 'vitest'
import { parseConfiguration } from './configuration.ts'
import { needsRestart } from './needs-restart.ts'
import { formatProblem } from './problem.ts'

const source = { file: 'hopwatch.yaml', env: {} }
const parse = (text: string) => {
  const { configuration, problems } = parseConfiguration(text, source)
  if (problems) throw new Error(problems.map(formatProblem).join('\n'))
  return configuration
}
const told = (before: string, after: string) =>
  needsRestart(after, source, parse(before), parse(after)).map(formatProblem)
const remedy =
  'has changed since hopwatch started, and takes effect at the start alone; restart hopwatch, or put back what it said'

describe('what a reload cannot change', () => {
  test('is told with its place', () => {
    expect(told('logLevel: info\nlisten: "127.0.0.1:1"\n', 'logLevel: info\nlisten: "127.0.0.1:2"\n')).toEqual([
      `hopwatch.yaml:2:1: "listen" ${remedy}`,
    ])
    const target = (account: string) => `targets:\n  shop:\n    endpoint: https://${account}.documents.azure.com/\n`
    expect(told(`dataDir: a\n${target('one')}`, `dataDir: b\n${target('two')}`)).toEqual([
      `hopwatch.yaml:1:1: "dataDir" ${remedy}`,
      `hopwatch.yaml:2:1: "targets" ${remedy}`,
    ])
  })

  test('also where the key is gone', () => {
    expect(told('maxSeries: 500\n', '')).toEqual([expect.stringContaining('"maxSeries" has changed')])
  })

  test('is not what the file says as before, in other words', () => {
    expect(told('listen: "127.0.0.1:1"\ndataDir: a\n', '# moved\ndataDir: "a"\nlisten: 127.0.0.1:1\n')).toEqual([])
  })
})

test('what a reload can change is no problem', () => {
  expect(
    told('scenarios: a\nlogLevel: info\ngrace: 5s\n', 'scenarios: [b, c]\nbudget: { requestUnits: 9/s }\n'),
  ).toEqual([])
})
