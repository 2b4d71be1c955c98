import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import type { Placeable } from './panels.ts'
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
    .annotations([])
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

export const printDashboard = (plan: DashboardPlan): string => `${JSON.stringify(buildDashboard(plan), undefined, 2)}\n`

/** Opens one scenario from a row of a table. */
export const toScenario = {
  title: 'Open this scenario',
  url: '/d/hopwatch-scenario?var-scenario=${__value.raw}&${datasource:queryparam}&${job:queryparam}&${__url_time_range}',
}
