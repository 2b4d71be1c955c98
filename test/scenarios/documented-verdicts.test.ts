import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differences, documented, type GroupResult, groups, runGroup } from '../../scripts/documented-verdicts.ts'
import { loadScenarios } from '../../src/scenario/load-scenarios.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/scenarios.md'), 'utf8')

describe.each(groups)('$directory, each as often as documented', (group) => {
  test('every arm finds what it must, and never what it must not', { timeout: 240_000 }, async () => {
    const result = await runGroup(group, 1)
    const wrong = result.totals.flatMap(({ scenario, arms }) =>
      arms.flatMap((arm) => differences(scenario, arm).map((difference) => `${scenario}, ${arm.arm}: ${difference}`)),
    )
    expect(wrong).toEqual([])
    allArmsAreDocumented(result)
    if (group.directory === 'scenarios') canariesAreAnswered(result)
    if (group.directory === 'scenarios/drills/strong') strongCostsMore(result)
  })
})

function allArmsAreDocumented({ totals }: GroupResult): void {
  for (const { scenario, arms } of totals) {
    expect(Object.keys(documented[scenario] ?? {})).toEqual(arms.map(({ arm }) => arm))
    for (const { arm } of arms) expect(page).toContain(`| ${scenario} | ${arm} |`)
    expect(page).toContain(`\`${scenario}\``)
  }
}

function canariesAreAnswered({ totals }: GroupResult): void {
  const canaries = totals.flatMap(({ arms }) => arms.filter(({ role }) => role === 'canary'))
  expect(canaries.map(({ canaries: { answered, lost, ignored } }) => [answered > 0, lost, ignored])).toEqual([
    [true, 0, 0],
  ])
}

function strongCostsMore({ totals }: GroupResult): void {
  const costs = totals.flatMap(({ arms }) => arms.map(({ requestUnitsPerRun = 0 }) => requestUnitsPerRun))
  expect(costs).toHaveLength(2)
  expect(costs[1]).toBeGreaterThan(costs[0]!)
}

test('a documented scenario is a shipped one', async () => {
  const shipped = await Promise.all(groups.map(({ directory }) => scenariosIn(directory)))
  expect(shipped.flat().toSorted()).toEqual(Object.keys(documented).toSorted())
})

async function scenariosIn(directory: string): Promise<string[]> {
  const { scenarios } = await loadScenarios([join(import.meta.dirname, '../..', directory)], {})
  return scenarios.map(({ name }) => name)
}
