import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { datasource, type Placeable } from './panels.ts'
import { documentation, source } from './variables.ts'

/** Of Grafana 10.0: later ones bring it up to theirs, and an earlier schema is what an earlier Grafana understands. */
const schemaVersion = 38
const tag = 'hopwatch'

export interface Row {
  readonly height: number
  readonly panels: readonly Placeable[]
}

export interface DashboardPlan {
  /** Also the name of the file. */
  readonly uid: string
  readonly title: string
  readonly about: string
  /** Besides the data source and the documentation. */
  readonly variables: readonly Builder<dashboard.VariableModel>[]
  readonly rows: readonly Row[]
}

/** Marks on every line, from the rules of `hopwatch rules`; nothing where Prometheus has not loaded them. */
const firingAlerts = new dashboard.AnnotationQueryBuilder()
  .name('Alerts')
  .datasource(datasource)
  .enable(true)
  .iconColor('red')
  .expr('ALERTS{alertname=~"Hopwatch.*", alertstate="firing"}')
  .step('15s')
  .titleFormat('{{alertname}}')
  .textFormat('{{scenario}} {{from}} {{to}} {{carrier}}')

/** The whole of it, as Grafana imports it. */
export function buildDashboard({ uid, title, about, variables, rows }: DashboardPlan): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(about)
    .tags([tag])
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .annotations([firingAlerts])
    .links([
      new dashboard.DashboardLinkBuilder('hopwatch')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .includeVars(true)
        .keepTime(true),
    ])
    .variables([source(), ...variables, documentation()])
  let y = 0
  for (const { height, panels } of rows) {
    let x = 0
    for (const { width, panel } of panels) {
      builder.withPanel(panel.gridPos({ x, y, w: width, h: height }))
      x += width
    }
    y += height
  }
  return { ...builder.build(), id: null, schemaVersion }
}

/** Links and marks stand on the page itself, where the builders' own choice would put them into a menu of newer Grafanas. */
const withoutMenu = (key: string, value: unknown): unknown =>
  key === 'placement' && value === 'inControlsMenu' ? undefined : value

export const printDashboard = (plan: DashboardPlan): string =>
  `${JSON.stringify(buildDashboard(plan), withoutMenu, 2)}\n`

/** Opens one scenario from a row of a table. */
export const toScenario = {
  title: 'Open this scenario',
  url: '/d/hopwatch-scenario?var-scenario=${__value.raw}&${datasource:queryparam}&${job:queryparam}&${__url_time_range}',
}
