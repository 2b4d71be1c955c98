import { describe, expect, test } from 'vitest'
import { catalogue, type MetricDefinition } from './catalogue.ts'
import { printMetricsPage } from './metrics-page.ts'

describe('docs/metrics.md', () => {
  test('is what the catalogue says (vitest -u writes it anew)', async () => {
    await expect(printMetricsPage()).toMatchFileSnapshot('../../docs/metrics.md')
  })

  test('tells of every label what may stand in it', () => {
    const rows = printMetricsPage()
      .split('## Labels')[1]!
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const told = rows.map((row) => row.split('|')[1]!).join()
    const labels = new Set(Object.values<MetricDefinition>(catalogue).flatMap((metric) => metric.labels))
    expect([...labels].filter((label) => !told.includes(`\`${label}\``))).toEqual([])
  })
})

describe('the catalogue', () => {
  const definitions: readonly MetricDefinition[] = Object.values(catalogue)

  test('names each metric once', () => {
    const names = definitions.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(definitions.map(({ otelName }) => otelName)).size).toBe(definitions.length)
  })

  test.each(definitions.map((definition) => [definition.name, definition] as const))(
    '%s is well formed',
    (_, metric) => {
      expect(metric.name).toMatch(/^hopwatch_[a-z_]+$/)
      expect(metric.name.endsWith('_total')).toBe(metric.kind === 'counter')
      // Neither format would need escaping: quotes, backslashes and line ends are left out of the help.
      expect(metric.help).toMatch(/^[A-Z][^"\\\n|]+\.$/)
      expect(metric.buckets !== undefined).toBe(metric.kind === 'histogram')
      expect(metric.buckets?.toSorted((a, b) => a - b)).toEqual(metric.buckets)
    },
  )
})
