import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { downgradeAttempts, publicationFor, runOf, scenarioOf, textOf, wallStartMs } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import type { Scenario } from '../domain/scenario.ts'
import { Alarms } from './alarms.ts'
import type { ExpositionFormat } from './exposition.ts'
import type { Publication } from './publication.ts'

const names = ['a', 'b'] as const
const without = { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined }
/** What a scenario's file may become. */
const versions: readonly ((name: string) => Scenario)[] = [
  (name) => scenarioOf(name),
  (name) => scenarioOf(name, { about: 'told anew', objectives: without }),
  (name) => scenarioOf(name, { arms: scenarioOf(name).arms.slice(0, 1), budget: undefined }),
  (name) => scenarioOf(name, { objectives: { ...without, tokenLoss: 1, staleReads: 1 } }),
  (name) => {
    const { hops } = scenarioOf(name)
    return scenarioOf(name, { hops: hops.map((hop) => ({ ...hop, region: 'East US' })) })
  },
]
const runs = [
  runOf(),
  runOf({ token: 'lost', carried: 'lost' }),
  runOf({ judgement: { verdict: 'stale', versionsBehind: 2 }, token: 'dropped', attempts: downgradeAttempts }),
  runOf({ judgement: { verdict: 'failed', reason: 'timeout' }, readMs: 900 }),
  runOf({ arm: 'control', token: 'lost', judgement: { verdict: 'stale', versionsBehind: 1 } }),
]

type Step =
  | { readonly kind: 'run'; readonly scenario: string; readonly run: number; readonly times: number }
  | { readonly kind: 'load'; readonly scenario: string; readonly version: number }
  | { readonly kind: 'remove'; readonly scenario: string }
  | { readonly kind: 'pass'; readonly ms: number }

const scenario = fc.constantFrom(...names)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      scenario,
      run: fc.nat(runs.length - 1),
      times: fc.constantFrom(1, 3, 12),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('load' as const), scenario, version: fc.nat(versions.length - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), scenario }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(10, 49_000, 51_000, 310_000) }),
  },
)

function world() {
  const clock = new ManualClock(wallStartMs)
  const alarms = new Alarms({
    clock,
    logger: pino({ level: 'silent' }),
    falseAlarmEveryMs: 90 * 86_400_000,
    meanPeriodMs: () => 2000,
    recall: () => undefined,
    onTurn: () => {},
  })
  const publication = publicationFor(names.map(versions[0]!), { clock, alarms })
  const loaded = new Set<string>(names)
  const take = async (taken: Step) => {
    switch (taken.kind) {
      case 'run':
        for (let time = 0; time < taken.times; time++)
          publication.sink.record({ ...runs[taken.run]!, scenario: taken.scenario })
        return
      case 'load':
        publication[loaded.has(taken.scenario) ? 'replaceScenario' : 'addScenario'](
          versions[taken.version]!(taken.scenario),
        )
        loaded.add(taken.scenario)
        return
      case 'remove':
        if (loaded.delete(taken.scenario)) publication.removeScenario(taken.scenario)
        return
      case 'pass':
        await clock.advance(taken.ms)
    }
  }
  return { publication, take }
}

const lines = async ({ metrics }: Publication, format: ExpositionFormat = 'text') =>
  textOf(await metrics.expose(format))
    .split('\n')
    .toSorted()

const isCounter = /^hopwatch_\w+_(?:total|bucket|count)(?:\{| )/
const counters = (page: readonly string[]) =>
  new Map(
    page
      .filter((line) => isCounter.test(line))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )

describe('whatever runs, loads, changes and leaves', () => {
  test('a page of which only the news is printed is the page that is printed from nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const [often, once] = [world(), world()]
        for (const taken of steps) {
          await often.take(taken)
          await lines(often.publication)
          await lines(often.publication, 'openmetrics')
          await once.take(taken)
        }
        expect(await lines(often.publication)).toEqual(await lines(once.publication))
        expect(await lines(often.publication, 'openmetrics')).toEqual(await lines(once.publication, 'openmetrics'))
      }),
      { numRuns: 60 },
    )
  })

  test('no counter goes backwards but those of a scenario that was removed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const { publication, take } = world()
        let before = counters(await lines(publication))
        for (const taken of steps) {
          await take(taken)
          const now = counters(await lines(publication))
          const fallen = [...before].filter(([series, value]) => (now.get(series) ?? value) < value)
          expect(fallen).toEqual([])
          before = now
        }
      }),
      { numRuns: 60 },
    )
  })

  test.each(['hopwatch_token_loss_alarm', 'hopwatch_token_loss_evidence'])(
    '%s ends with the alarm that a changed file switches off, though it was raised',
    async (gauge) => {
      const { publication, take } = world()
      await take({ kind: 'run', scenario: 'a', run: 1, times: 20 })
      expect(await lines(publication)).toContain(`${gauge}{scenario="a"} 1`)
      await take({ kind: 'load', scenario: 'a', version: 3 })
      const page = (await lines(publication)).join('\n')
      expect(page).not.toContain(`${gauge}{scenario="a"}`)
      expect(page).toContain(`${gauge}{scenario="b"} 0`)
    },
  )
})
