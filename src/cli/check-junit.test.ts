import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../test/http/support.ts'
import type { Objectives } from '../domain/scenario.ts'
import { Totals } from '../publish/totals.ts'
import { printJunit } from './check-junit.ts'
import { checkReport } from './check-report.ts'
import { textElement } from './xml.ts'

const reportOf = (objectives: Partial<Objectives>, runs: readonly ReturnType<typeof runOf>[]) => {
  const base = scenarioOf('travel-itinerary')
  const scenario = { ...base, objectives: { ...base.objectives, ...objectives } }
  const totals = new Totals()
  totals.addScenario(scenario)
  for (const run of runs) totals.record(run)
  return checkReport([scenario], totals.snapshot(), { seed: 1, startedAtWallMs: 1_700_000_000_123 })
}
const lost = runOf({ token: 'lost', judgement: { verdict: 'stale', versionsBehind: 1 } })
const failed = runOf({ judgement: { verdict: 'failed', reason: 'throttled' } })
const many = (run: ReturnType<typeof runOf>, count: number) => Array.from({ length: count }, () => run)
const failures = (xml: string) => [...xml.matchAll(/<failure type="([\w-]+)"/g)].map(([, type]) => type)

describe('JUnit', () => {
  test.each<[string, Partial<Objectives>, ReturnType<typeof runOf>[], string[]]>([
    ['all is kept', {}, many(runOf(), 20), []],
    ['an objective is broken', {}, many(lost, 20), ['broken', 'broken']],
    ['too few runs to decide', { staleReads: 0.2, tokenLoss: 0.2 }, [lost, runOf(), runOf()], []],
    ['nothing was judged', {}, many(failed, 3), ['unmeasured', 'unmeasured']],
    ['nothing ran', {}, [], ['unmeasured', 'unmeasured', 'unmeasured', 'unmeasured', 'unmeasured']],
  ])('where %s, a failure stands for each reason, exactly when the scenario fails', (_, objectives, runs, expected) => {
    const report = reportOf(objectives, runs)
    const xml = printJunit(report)
    expect(failures(xml)).toEqual(expected)
    expect(report.scenarios[0]?.isGood).toBe(expected.length === 0)
    expect(xml).toContain(`<testsuites name="hopwatch check" tests="6" failures="${expected.length}" errors="0">`)
  })

  test('what is undecided is skipped, with the reason', () => {
    const xml = printJunit(reportOf({ staleReads: 0.2 }, [lost, runOf(), runOf()]))
    expect(xml).toMatch(/<skipped type="undecided" message="stale reads: 33.33% .*: too few runs to decide">/)
  })

  test('any text comes back as it was, but for what XML cannot write', () => {
    const signs = fc.oneof(
      fc.constantFrom('<', '>', '&', '"', "'", ']]>', '\n', '\u0000', '\u001b', '\uFFFE'),
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(fc.array(signs), (parts) => {
        const text = parts.join('')
        const inner = textElement('a', {}, text).slice('<a>'.length, -'</a>\n'.length)
        expect(inner).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|apos);)/)
        expect(
          Array.from(inner).filter((sign) => (sign < ' ' && sign !== '\n' && sign !== '\t') || sign === '\uFFFE'),
        ).toEqual([])
      }),
    )
  })
})
