import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Catalogue, catalogue, type MetricDefinition } from '../catalogue.ts'
import { metricAttributes } from './names.ts'
import { printNames } from './names-table.ts'

const page = new URL('../../../docs/opentelemetry.md', import.meta.url)

describe('docs/opentelemetry.md', () => {
  test('names what the catalogue names (vitest -u writes it anew)', async () => {
    const written = readFileSync(page, 'utf8')
    const rewritten = written.replace(
      /(<!-- names.*-->\n).*(<!-- \/names -->)/s,
      (_, start, end) => `${start}${printNames()}${end}`,
    )
    expect(rewritten).toContain(printNames())
    await expect(rewritten).toMatchFileSnapshot(page.pathname)
  })
})

describe('attributes of a series', () => {
  const of = (metric: keyof Catalogue, ...values: string[]) => metricAttributes(catalogue[metric], values)

  test('are its labels', () => {
    expect(of('runs', 'kept', 'propagated', 'found')).toEqual({
      'hopwatch.scenario': 'kept',
      'hopwatch.arm': 'propagated',
      'hopwatch.result': 'found',
    })
  })

  test('and what the convention asks for, where it names the metric', () => {
    expect(of('operationDuration', 'kept', 'reader', 'North Europe', 'cross-partition-query', 'failed')).toMatchObject({
      'hopwatch.operation': 'cross-partition-query',
      'db.system.name': 'azure.cosmosdb',
      'db.operation.name': 'query_items',
      'error.type': '_OTHER',
    })
    expect(of('requestUnits', 'kept', 'propagated', 'reader', 'point')['db.operation.name']).toBe('read_item')
    expect(of('operationDuration', 'kept', 'portal', 'default', 'request', 'succeeded')).not.toHaveProperty(
      'db.system.name',
    )
  })

  test('keep the series of a metric apart', () => {
    for (const definition of Object.values<MetricDefinition>(catalogue)) {
      const [one, other] = ['a', 'b'].map((value) =>
        JSON.stringify(
          metricAttributes(
            definition,
            definition.labels.map(() => value),
          ),
        ),
      )
      if (definition.labels.length > 0) expect(one).not.toBe(other)
    }
  })
})
