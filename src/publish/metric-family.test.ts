import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricDefinition } from './catalogue.ts'
import { MetricFamily } from './metric-family.ts'
import { SeriesBudget } from './series-budget.ts'

const definition = (kind: 'counter' | 'gauge' | 'histogram') =>
  ({
    name: 'hopwatch_x_total',
    kind,
    unit: '1',
    labels: ['arm', 'scenario'] as const,
    help: 'Help.',
    otelName: 'hopwatch.x',
    buckets: kind === 'histogram' ? [1, 5] : [],
  }) satisfies MetricDefinition
const family = (kind: 'counter' | 'gauge' | 'histogram', most = 1000) =>
  new MetricFamily(definition(kind), new SeriesBudget(most))
const linesOf = (of: MetricFamily<readonly string[]>, format: 'text' | 'openmetrics' = 'text') =>
  Buffer.concat([...of.print(format)])
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

describe('what did not change since the last print is not printed anew', () => {
  const arm = fc.constantFrom('a', 'b')
  const scenario = fc.constantFrom('s', 't', 'u')
  const exemplar = fc.option(fc.constant({ runId: 'r-1', atWallMs: 1000 }), { nil: undefined })
  type Change = (of: MetricFamily<readonly ['arm', 'scenario']>) => void
  const change = fc.oneof(
    fc.tuple(arm, scenario).map(
      (values): Change =>
        (of) =>
          of.zero(values),
    ),
    fc.tuple(arm, scenario, fc.nat(9), exemplar).map(
      ([a, s, amount, led]): Change =>
        (of) =>
          of.definition.kind === 'histogram' ? of.observe([a, s], amount, led) : of.add([a, s], amount, led),
    ),
    fc.tuple(arm, scenario, fc.nat(9)).map(
      ([a, s, value]): Change =>
        (of) =>
          of.set([a, s], value),
    ),
    scenario.map(
      (value): Change =>
        (of) =>
          of.removeWhere('scenario', value),
    ),
    fc.uniqueArray(fc.tuple(arm, scenario, fc.nat(9)), { maxLength: 4, selector: ([a, s]) => a + s }).map(
      (all): Change =>
        (of) =>
          of.replaceBy(all.map(([a, s, value]) => [[a, s], value] as const)),
    ),
  )
  const kind = fc.constantFrom('counter' as const, 'gauge' as const, 'histogram' as const)

  test('and nobody can tell: printed after each change or only at the end, it reads the same', () => {
    fc.assert(
      fc.property(kind, fc.array(change, { maxLength: 12 }), (of, changes) => {
        const [often, once] = [family(of), family(of)]
        for (const apply of changes) {
          apply(often)
          linesOf(often)
          linesOf(often, 'openmetrics')
          apply(once)
        }
        expect(linesOf(often)).toEqual(linesOf(once))
        expect(linesOf(often, 'openmetrics')).toEqual(linesOf(once, 'openmetrics'))
      }),
    )
  })
})

describe('replaceBy', () => {
  test('leaves exactly what it was given, in whatever order and after whatever else', () => {
    const label = fc.constantFrom('a', 'b', 'c')
    const samples = fc.uniqueArray(fc.tuple(label, label, fc.nat(3)), { selector: ([arm, scenario]) => arm + scenario })
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 5 }), (replacements) => {
        const gauge = family('gauge')
        for (const all of replacements) {
          gauge.replaceBy(all.map(([arm, scenario, value]) => [[arm, scenario], value]))
          const lines = all.map(
            ([arm, scenario, value]) => `hopwatch_x_total{arm="${arm}",scenario="${scenario}"} ${value}`,
          )
          expect(linesOf(gauge).toSorted()).toEqual(lines.toSorted())
        }
      }),
    )
  })

  test('gives back what its series had taken of the cap', () => {
    const gauge = family('gauge', 1)
    for (const scenario of ['s', 't', 'u']) gauge.replaceBy([[['a', scenario], 1]])
    expect(linesOf(gauge)).toEqual(['hopwatch_x_total{arm="a",scenario="u"} 1'])
  })
})
