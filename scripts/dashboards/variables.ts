import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { catalogue } from '../../src/publish/catalogue.ts'
import { datasource } from './panels.ts'

const everything = { text: 'All', value: '$__all' } as const

const labelValues = (name: string, query: string): dashboard.QueryVariableBuilder =>
  new dashboard.QueryVariableBuilder(name)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .datasource(datasource)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    // oxlint-disable-next-line unicorn/no-array-sort -- a builder's, not an array's
    .sort(dashboard.VariableSort.AlphabeticalAsc)

/** Which Prometheus. Named so that a dashboard imports into any Grafana, whatever its data sources are called. */
export const source = (): dashboard.DatasourceVariableBuilder =>
  new dashboard.DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .description('The Prometheus that scrapes hopwatch')

/** Which hopwatch: one job a deployment. */
export const job = (): dashboard.QueryVariableBuilder =>
  labelValues('job', `label_values(${catalogue.buildInfo.name}, job)`)
    .label('Job')
    .description('The scrape job: one a hopwatch deployment')
    .multi(true)
    .includeAll(true)
    .current(everything)

const scenarioQuery = `label_values(${catalogue.runs.name}{job=~"$job"}, scenario)`

export const scenarios = (): dashboard.QueryVariableBuilder =>
  labelValues('scenario', scenarioQuery).label('Scenario').multi(true).includeAll(true).current(everything)

export const oneScenario = (): dashboard.QueryVariableBuilder =>
  labelValues('scenario', scenarioQuery).label('Scenario').multi(false).includeAll(false)

const armQuery = `label_values(${catalogue.runs.name}{job=~"$job", scenario=~"$scenario"}, arm)`

export const arms = (): dashboard.QueryVariableBuilder =>
  labelValues('arm', armQuery).label('Arm').multi(true).includeAll(true).current(everything)

/** For what would be alarming in the other arms too, which lose the token on purpose. */
export const carryingArm = (): dashboard.QueryVariableBuilder =>
  labelValues('arm', armQuery)
    .label('Arm')
    .description('propagated carries the token; the other arms lose it on purpose')
    .multi(true)
    .includeAll(true)
    .current({ text: ['propagated'], value: ['propagated'] })

const ranges = ['5m', '15m', '1h', '6h', '1d', '7d', '30d']

export const lookBack = (): dashboard.CustomVariableBuilder =>
  new dashboard.CustomVariableBuilder('window')
    .label('Tables look back')
    .description('How far back the tables and the big figures look; the lines show the time range chosen above')
    .values(ranges.join(','))
    .options(ranges.map((range) => ({ text: range, value: range, selected: range === '15m' })))
    .current({ text: '15m', value: '15m' })

/** Where the panels' links to the documentation lead: there is no one place where every installation keeps it. */
export const documentation = (): dashboard.TextBoxVariableBuilder =>
  new dashboard.TextBoxVariableBuilder('docs')
    .label('Docs at')
    .description("Address of hopwatch's docs folder, which the links of the panels lead to")
    .defaultValue(docsAt)
    .current({ text: docsAt, value: docsAt })

const docsAt = 'https://hopwatch.example/docs'
