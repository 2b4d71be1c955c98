import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, test } from 'vitest'
import { dashboards } from '../../scripts/dashboards/all.ts'
import { type Chosen, panelsOf, substitute, targetsOf } from '../../scripts/dashboards/ask.ts'
import { buildDashboard, printDashboard } from '../../scripts/dashboards/frame.ts'
import { writePanels } from '../../scripts/dashboards/page.ts'
import { catalogue, type MetricDefinition } from '../../src/publish/catalogue.ts'
import { watchProcess } from '../../src/publish/process-metrics.ts'
import { parsePromql } from './grammar.ts'

const root = join(import.meta.dirname, '../..')
const built = dashboards.map((plan) => buildDashboard(plan))
const chosen: Chosen = {
  job: 'hopwatch',
  scenario: 'a',
  arm: 'propagated',
  window: '15m',
  __rate_interval: '1m',
  __range: '1h',
}
const definitions: readonly MetricDefinition[] = Object.values(catalogue)

/** Every label by the name of each series: what a histogram adds to its metric included. */
async function knownSeries(): Promise<Map<string, ReadonlySet<string>>> {
  const attached = ['job', 'instance']
  const known = new Map<string, ReadonlySet<string>>()
  for (const { name, kind, labels } of definitions) {
    const own = [...attached, ...labels, ...(kind === 'summary' ? ['quantile'] : [])]
    if (kind !== 'histogram') known.set(name, new Set(own))
    else for (const end of ['_bucket', '_sum', '_count']) known.set(`${name}${end}`, new Set([...own, 'le']))
  }
  const ofProcess = await watchProcess()('text')
  for (const [, name, kind] of ofProcess.matchAll(/^# TYPE (\w+) (\w+)$/gm))
    for (const end of kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
      known.set(`${name}${end}`, new Set(attached))
  for (const name of ['up', 'scrape_duration_seconds', 'scrape_samples_scraped']) known.set(name, new Set(attached))
  return known
}

const known = await knownSeries()

const queries = built.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap((panel) =>
    targetsOf(panel).map(({ refId, expr }) => ({ where: `${dashboard.uid}, ${panel.title}, ${refId}`, expr })),
  ),
)
const panels = built.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => [`${dashboard.uid}: ${panel.title}`, panel, dashboard] as const),
)
const defaultsOf = (panel: Panel) => panel.fieldConfig?.defaults
const variablesOf = ({ templating }: Dashboard) => templating.list ?? []

describe('dashboards/', () => {
  test.each(dashboards.map((plan) => [plan.uid, plan] as const))(
    '%s.json is current (npm run dashboards)',
    (uid, plan) => {
      expect(readFileSync(join(root, 'dashboards', `${uid}.json`), 'utf8')).toBe(printDashboard(plan))
    },
  )

  test('holds no dashboard that nothing writes', () => {
    const files = readdirSync(join(root, 'dashboards')).filter((file) => file.endsWith('.json'))
    expect(files.toSorted()).toEqual(dashboards.map(({ uid }) => `${uid}.json`).toSorted())
  })
})

describe('docs/dashboards/', () => {
  test('README.md tells of every panel (npm run dashboards)', () => {
    const page = readFileSync(join(root, 'docs/dashboards/README.md'), 'utf8')
    expect(page).toBe(writePanels(page, dashboards))
    for (const [, panel] of panels) expect(page).toContain(`| ${panel.title} |`)
  })

  test.each(built.map((dashboard) => [dashboard.uid!, dashboard] as const))(
    '%s.svg shows its panels',
    (uid, dashboard) => {
      const picture = readFileSync(join(root, 'docs/dashboards', `${uid}.svg`), 'utf8')
      // The end of a long title is cut.
      for (const { title = '' } of panelsOf(dashboard)) expect(picture).toContain(`>${title.slice(0, 12)}`)
    },
  )
})

describe('every expression', () => {
  test.each(queries.map(({ where, expr }) => [where, expr] as const))('%s', (_, expr) => {
    const { errors, selectors, grouped } = parsePromql(substitute(expr, chosen))
    expect(errors).toEqual([])
    expect(selectors.length).toBeGreaterThan(0)
    const mayGroup = new Set<string>(['edge'])
    for (const { metric, labels } of selectors) {
      expect(known.has(metric), `${metric} is in no catalogue`).toBe(true)
      for (const label of labels) expect(known.get(metric), `${label} of ${metric}`).toContain(label)
      for (const label of known.get(metric) ?? []) mayGroup.add(label)
      // Two hopwatch deployments in one Prometheus are told apart by their job.
      expect(labels).toContain('job')
    }
    for (const label of grouped) expect([...mayGroup]).toContain(label)
  })

  test('the alerts that are marked are those of the rules', () => {
    const named = [...readFileSync(join(root, 'dashboards/alerts.yaml'), 'utf8').matchAll(/alert: (\w+)/g)]
    expect(named.length).toBeGreaterThan(0)
    for (const [, name] of named) expect(name).toMatch(/^Hopwatch/)
    for (const { annotations } of built)
      for (const { expr } of annotations.list ?? []) {
        expect(parsePromql(expr ?? '').errors).toEqual([])
        expect(expr).toContain('ALERTS{alertname=~"Hopwatch.*"')
      }
  })

  test('the parser does find what is wrong', () => {
    expect(parsePromql('sum by (a (rate(x[5m]))').errors).not.toEqual([])
    expect(parsePromql('rate(x{a="b", c=~"d"}[5m]) / on (e) y').selectors).toEqual([
      { metric: 'x', labels: ['a', 'c'] },
      { metric: 'y', labels: [] },
    ])
    expect(parsePromql('sum by (f) (x) / on (e) y').grouped).toEqual(['f', 'e'])
    expect(() => substitute('x{a="$nobody"}', chosen)).toThrow('$nobody')
  })
})

describe('every panel', () => {
  test.each(panels)('%s', (_, panel, dashboard) => {
    const [means, act] = (panel.description ?? '').split('\n\n**What to do:** ')
    expect(means?.length).toBeGreaterThan(25)
    expect(act?.length).toBeGreaterThan(25)
    expect(panel.datasource).toEqual({ type: 'prometheus', uid: '${datasource}' })
    expect(defaultsOf(panel)?.noValue).toBeTruthy()
    expect(panel.gridPos!.x + panel.gridPos!.w).toBeLessThanOrEqual(24)
    const names = new Set(variablesOf(dashboard).map(({ name }) => name))
    for (const { expr } of targetsOf(panel))
      for (const [, name] of expr.matchAll(/\$([a-z]\w*)/g)) expect([...names]).toContain(name)
    for (const { url } of panel.links ?? []) {
      const page = url?.replace('${docs}/', '')
      expect(() => readFileSync(join(root, 'docs', page ?? ''))).not.toThrow()
    }
  })
})

describe('every dashboard', () => {
  test.each(built.map((dashboard) => [dashboard.uid!, dashboard] as const))('%s', (_, dashboard) => {
    expect(dashboard.id).toBeNull()
    expect(dashboard.tags).toEqual(['hopwatch'])
    const variables = variablesOf(dashboard)
    expect(variables[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
    const ids = panelsOf(dashboard).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const text = JSON.stringify(dashboard)
    for (const { name } of variables.slice(1))
      expect(text, `$${name} is used by nothing`).toMatch(new RegExp(`\\$\\{?${name}\\b`))
  })

  test('is named once, and leads to the others by their tag', () => {
    const uids = built.map(({ uid }) => uid)
    expect(new Set(uids).size).toBe(uids.length)
    for (const { links } of built) expect(links?.[0]).toMatchObject({ type: 'dashboards', tags: ['hopwatch'] })
  })
})
