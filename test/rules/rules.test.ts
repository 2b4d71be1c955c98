import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Scenario } from '../../src/domain/scenario.ts'
import { catalogue, type MetricDefinition } from '../../src/publish/catalogue.ts'
import { printAlertsPage } from '../../src/publish/rules/alerts-page.ts'
import { defaultRunbookUrl, printRules } from '../../src/publish/rules/print-rules.ts'
import { kebabName } from '../../src/publish/rules/rule.ts'
import { alertsFor } from '../../src/publish/rules/rules.ts'
import type { RuledScenario } from '../../src/publish/rules/thresholds.ts'
import { loadScenarios } from '../../src/scenario/load-scenarios.ts'
import { longestPeriodMs } from '../../src/schedule/longest-period.ts'
import { parsePromql } from '../dashboards/grammar.ts'
import { root } from '../e2e/process.ts'
import { healthy, quickCases, slowCases } from './cases.ts'
import { hasAmtool, hasPromtool, saidIn, testCases } from './promtool.ts'
import { scenario as scenarioName } from './series.ts'

const shippedFile = join(root, 'dashboards/alerts.yaml')
const quickly = { evaluate: '15s', sample: '15s' }
const slowly = { evaluate: '5m', sample: '1m' }

interface PrintedRule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

let shipped: readonly RuledScenario[]
let travel: Scenario
let rules: readonly PrintedRule[]

beforeAll(async () => {
  const { scenarios } = await loadScenarios([join(root, 'scenarios')], {})
  shipped = scenarios.map((scenario) => ({ scenario, periodMs: longestPeriodMs(scenario.schedule) }))
  travel = scenarios.find(({ name }) => name === scenarioName)!
  const { groups } = parse(printRules(shipped, { runbookUrl: defaultRunbookUrl })) as {
    groups: readonly { rules: readonly PrintedRule[] }[]
  }
  rules = groups.flatMap((group) => group.rules)
})

describe('what is shipped', () => {
  test('dashboards/alerts.yaml is made from the shipped scenarios (vitest -u writes it anew)', async () => {
    await expect(printRules(shipped, { runbookUrl: defaultRunbookUrl })).toMatchFileSnapshot(shippedFile)
  })

  test('docs/alerts.md tells of the same alerts (vitest -u writes it anew)', async () => {
    await expect(printAlertsPage(alertsFor(shipped))).toMatchFileSnapshot(join(root, 'docs/alerts.md'))
  })

  test('each alert has a runbook, each runbook an alert, and the index names them all', () => {
    const pages = readdirSync(join(root, 'docs/runbooks')).filter((name) => name !== 'README.md')
    const wanted = alertsFor(shipped).map(({ name }) => `${kebabName(name)}.md`)
    expect(pages.toSorted()).toEqual(wanted.toSorted())
    const index = readFileSync(join(root, 'docs/runbooks/README.md'), 'utf8')
    expect(wanted.filter((page) => !index.includes(`(${page})`))).toEqual([])
  })

  test('each runbook begins with its alert and answers the same questions', () => {
    for (const { name } of alertsFor(shipped)) {
      const page = readFileSync(join(root, 'docs/runbooks', `${kebabName(name)}.md`), 'utf8')
      expect(page.split('\n')[0]).toBe(`# ${name}`)
      expect([...page.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
        'What it means',
        'Look at first',
        'Confirm the environment',
        'Confirm the cause',
        'Mend it',
      ])
    }
  })

  test('runbooks and docs/alerts.md name only metrics that there are', () => {
    const folder = join(root, 'docs/runbooks')
    const pages = readdirSync(folder).map((name) => join(folder, name))
    const text = [...pages, join(root, 'docs/alerts.md')].map((page) => readFileSync(page, 'utf8')).join('\n')
    const known = new Set(Object.values(catalogue).map(({ name }): string => name))
    const named = new Set([...text.matchAll(/\bhopwatch_[a-z_]+\b/g)].map(([name]) => name))
    expect(named.size).toBeGreaterThan(10)
    expect([...named].filter((name) => !known.has(name))).toEqual([])
  })

  test.skipIf(!hasPromtool)('promtool finds nothing wrong with the rules', () => {
    const { status, stdout } = spawnSync('promtool', ['check', 'rules', '--lint-fatal', shippedFile], {
      encoding: 'utf8',
    })
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${rules.length} rules found`),
    })
  })

  test.skipIf(!hasAmtool)('amtool finds nothing wrong with the example for Alertmanager', () => {
    const example = join(root, 'dashboards/alertmanager.example.yaml')
    expect(spawnSync('amtool', ['check-config', example]).status).toBe(0)
  })

  test('the example for Alertmanager names only alerts that there are', () => {
    const example = readFileSync(join(root, 'dashboards/alertmanager.example.yaml'), 'utf8')
    const known = new Set(alertsFor(shipped).map(({ name }) => name))
    expect([...example.matchAll(/Hopwatch[A-Z]\w+/g)].filter(([name]) => !known.has(name))).toEqual([])
  })
})

describe('the expressions', () => {
  const definitions: readonly MetricDefinition[] = Object.values(catalogue)
  const labelsOf = new Map<string, readonly string[]>(
    definitions.flatMap(({ name, kind, labels }) =>
      kind === 'histogram'
        ? [
            [`${name}_bucket`, [...labels, 'le']],
            [`${name}_count`, labels],
            [`${name}_sum`, labels],
          ]
        : [[name, labels]],
    ),
  )

  test('parse, and name only metrics and labels of the catalogue or of a recording rule', () => {
    const recorded = new Set(rules.map(({ record }) => record))
    const labels = new Set([...[...labelsOf.values()].flat(), 'window'])
    for (const { expr } of rules) {
      const { errors, selectors, grouped } = parsePromql(expr)
      expect(errors, expr).toEqual([])
      for (const { metric, labels: matched } of selectors) {
        expect(recorded.has(metric) || labelsOf.has(metric), `${metric} in ${expr}`).toBe(true)
        const known = labelsOf.get(metric) ?? ['scenario', 'window']
        expect(
          matched.filter((label) => !known.includes(label)),
          `${metric} in ${expr}`,
        ).toEqual([])
      }
      expect(
        grouped.filter((label) => !labels.has(label)),
        expr,
      ).toEqual([])
    }
  })

  test('every alert has a severity, and annotations that link to its runbook', () => {
    for (const { alert, labels, annotations } of rules.filter((rule) => rule.alert !== undefined)) {
      expect(labels?.severity).toMatch(/^(page|ticket)$/)
      expect(annotations?.summary).not.toBe('')
      expect(annotations?.runbook_url).toBe(`docs/runbooks/${kebabName(alert ?? '')}.md`)
    }
  })
})

describe.skipIf(!hasPromtool)('promtool lets the alerts', () => {
  test('fire when they must, and be quiet when they must', () => {
    const { code, text } = testCases(travel, quickCases, quickly, healthy)
    expect(text).not.toContain('FAILED')
    expect(code).toBe(0)
  }, 180_000)

  test('fire and be quiet over days', () => {
    const { code, text } = testCases(travel, slowCases, slowly)
    expect(text).not.toContain('FAILED')
    expect(code).toBe(0)
  }, 180_000)

  test('fire in a case of their own, each at each severity', () => {
    const cases = [...quickCases, ...slowCases]
    const missing = alertsFor(shipped).flatMap(({ name, variants }) =>
      variants
        .filter(
          ({ severity }) => !cases.some((each) => each.alert === name && each.severity === severity && each.fires),
        )
        .map(({ severity }) => `${name} ${severity}`),
    )
    expect(missing).toEqual([])
  })

  test.each<[string, string, readonly string[]]>([
    [
      'HopwatchTokenLossRegression',
      'a fifth is lost two minutes after the first start',
      ['from gateway to itinerary by redirect', 'In the journey travel-itinerary, '],
    ],
    ['HopwatchTokenLossAlarm', 'it is raised', ['No carry has lost a token in the last two minutes']],
    ['HopwatchThrottled', 'the SDK retries after 429', ['travel-itinerary is throttled at itinerary: its container']],
    ['HopwatchThrottled', 'runs are held back', ['travel-itinerary is throttled: its container answers 429']],
    ['HopwatchReadLatency', 'a third of the reads take longer than 250 ms', ['5 of 100 reads take 462.5ms or longer']],
    ['HopwatchFiguresIncomplete', 'an output fails', ['The output log failed to take runs.']],
  ])('%s says so when %s', (alert, when, words) => {
    const found = quickCases.find((each) => each.alert === alert && each.when === when)!
    const said = saidIn(
      printRules([{ scenario: travel, periodMs: 1000 }], { runbookUrl: 'https://books' }),
      found,
      quickly,
    )
    for (const part of words) expect(said).toContain(part)
    expect(said).toContain(`https://books/${kebabName(alert)}.md`)
    expect(said).not.toMatch(/<error|<no value>|%!/)
  })
})
