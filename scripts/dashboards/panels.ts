import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as heatmaps from '@grafana/grafana-foundation-sdk/heatmap'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as StatusHistory } from '@grafana/grafana-foundation-sdk/statushistory'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'

/** What every panel has. */
export interface Frame {
  /** Stays when panels are moved: links to a panel hold it. */
  readonly id: number
  readonly title: string
  /** What the panel shows. */
  readonly means: string
  /** What whoever looks at it does about it. */
  readonly act: string
  /** Of 24 columns. */
  readonly width: number
  readonly unit?: string
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  readonly limits?: Limits
  readonly mappings?: dashboard.ValueMapping[]
  /** Shown in place of nothing. */
  readonly empty?: string
  /** The page below docs/ that says more. */
  readonly page?: string
}

export interface Query {
  readonly expr: string
  readonly legend?: string
  readonly exemplars?: boolean
  /** Of a big figure: not coloured by the limits, because it only says how sure another one is. */
  readonly plain?: boolean
}

export interface Placeable {
  readonly width: number
  readonly panel: { gridPos(place: dashboard.GridPos): Builder<dashboard.Panel> }
}

/** From which value on it is amber, and red; below, green. `whenLow`: the other way round. */
export interface Limits {
  readonly amber?: number
  readonly red?: number
  readonly whenLow?: boolean
  readonly plain?: boolean
}

export const colours = { green: 'green', amber: 'orange', red: 'red', broken: 'dark-red', plain: 'blue' } as const

export function steps({ amber, red, whenLow = false, plain = false }: Limits): dashboard.Threshold[] {
  const from = (value: number | undefined, color: string) => (value === undefined ? [] : [{ value, color }])
  if (plain) return [{ value: null, color: colours.plain }]
  return whenLow
    ? [{ value: null, color: colours.red }, ...from(red, colours.amber), ...from(amber, colours.green)]
    : [{ value: null, color: colours.green }, ...from(amber, colours.amber), ...from(red, colours.red)]
}

export const thresholds = (limits: Limits): dashboard.ThresholdsConfigBuilder =>
  new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps(limits))

/** Words in place of values, with their colours. */
export const words = (
  named: Readonly<Record<string, readonly [text: string, color: string]>>,
): dashboard.ValueMapping => ({
  type: dashboard.MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(named).map(([value, [text, color]], index) => [value, { text, color, index }]),
  ),
})

/** Values from `from` to `to`, either end included. */
export const wordsBetween = (from: number, to: number | null, text: string, color: string): dashboard.ValueMapping => ({
  type: dashboard.MappingType.RangeToText,
  options: { from, to, result: { text, color, index: 10 } },
})

/** What every kind of panel's builder can do. */
interface PanelBuilder extends Builder<dashboard.Panel> {
  id(id: number): unknown
  title(title: string): unknown
  description(description: string): unknown
  datasource(datasource: common.DataSourceRef): unknown
  noValue(text: string): unknown
  unit(unit: string): unknown
  decimals(decimals: number): unknown
  min(min: number): unknown
  max(max: number): unknown
  mappings(mappings: dashboard.ValueMapping[]): unknown
  links(links: Builder<dashboard.DashboardLink>[]): unknown
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): unknown
}

export const datasource: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' }

export function dress<B extends PanelBuilder>(panel: B, frame: Frame): B {
  const { id, title, means, act, unit, decimals, min, max, limits, mappings, empty = 'no data yet', page } = frame
  panel.id(id)
  panel.title(title)
  panel.description(`${means}\n\n**What to do:** ${act}`)
  panel.datasource(datasource)
  panel.noValue(empty)
  if (unit !== undefined) panel.unit(unit)
  if (decimals !== undefined) panel.decimals(decimals)
  if (min !== undefined) panel.min(min)
  if (max !== undefined) panel.max(max)
  if (limits) panel.thresholds(thresholds(limits))
  if (mappings) panel.mappings(mappings)
  if (page !== undefined)
    panel.links([
      new dashboard.DashboardLinkBuilder(`What this is: ${page}`)
        .type(dashboard.DashboardLinkType.Link)
        .url(`\${docs}/${page}`)
        .targetBlank(true),
    ])
  return panel
}

const refIds = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export const targets = (
  queries: readonly Query[],
  kind: 'range' | 'instant' | 'heatmap' | 'table',
): Builder<Dataquery>[] =>
  queries.map(({ expr, legend, exemplars }, index) => {
    const query = new DataqueryBuilder().refId(refIds[index]!).expr(expr).datasource(datasource)
    if (legend !== undefined) query.legendFormat(legend)
    if (kind === 'instant' || kind === 'table') query.instant()
    else query.range()
    if (kind === 'table') query.format(PromQueryFormat.Table)
    if (kind === 'heatmap') query.format(PromQueryFormat.Heatmap).legendFormat('{{le}}')
    if (exemplars) query.exemplar(true)
    return query
  })

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull'])

/** One or several big figures, as of now. */
export function stat(frame: Frame, queries: readonly Query[]): Placeable {
  const panel = dress(new Stat(), frame)
    .targets(targets(queries, 'instant'))
    .reduceOptions(lastValue())
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(queries.length > 1 ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Auto)
  for (const { plain = false, legend } of queries)
    if (plain && legend !== undefined)
      panel.overrideByName(legend, [{ id: 'thresholds', value: { mode: 'absolute', steps: steps({ plain }) } }])
  return { width: frame.width, panel }
}

/** Lines; a legend with the last and the largest value, largest first. */
export function lines(
  frame: Frame & {
    readonly stacked?: boolean
    readonly bars?: boolean
    readonly limitLines?: boolean
    /** The axis reaches up to here, or further: a line at 0 does not stand against 100 %. */
    readonly reaches?: number
  },
  queries: readonly Query[],
): Placeable {
  const { stacked = false, bars = false, limitLines = false, reaches } = frame
  const panel = dress(new TimeSeries(), { min: 0, ...frame })
    .targets(targets(queries, 'range'))
    .drawStyle(bars ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .fillOpacity(bars ? 80 : stacked ? 30 : 8)
    .lineWidth(bars ? 0 : 1)
    .showPoints(common.VisibilityMode.Never)
    // A scenario that runs every few minutes has no point between: its line goes on, for up to an hour.
    .spanNulls(bars ? false : 3_600_000)
    .interval('15s')
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        // oxlint-disable-next-line unicorn/no-array-sort -- a builder's, not an array's
        .sort(common.SortOrder.Descending)
        .hideZeros(true),
    )
  if (reaches !== undefined) panel.axisSoftMax(reaches)
  if (stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
  if (limitLines)
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))
  return { width: frame.width, panel }
}

/** One row a series, coloured by its thresholds or words. */
export function timeline(frame: Frame, queries: readonly Query[]): Placeable {
  const panel = dress(new StateTimeline(), frame)
    .targets(targets(queries, 'range'))
    .interval('15s')
    .colorScheme(byThresholds())
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.85)
    .fillOpacity(80)
    .legend(new common.VizLegendOptionsBuilder().showLegend(true).displayMode(common.LegendDisplayMode.List))
  return { width: frame.width, panel }
}

/** One row a series, one cell a step. */
export function cells(frame: Frame, queries: readonly Query[]): Placeable {
  const panel = dress(new StatusHistory(), frame)
    .targets(targets(queries, 'range'))
    .interval('1m')
    .colorScheme(byThresholds())
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.9)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false).displayMode(common.LegendDisplayMode.List))
  return { width: frame.width, panel }
}

/** The buckets of a histogram over time. */
export function heat(frame: Frame, expr: string): Placeable {
  const panel = dress(new heatmaps.PanelBuilder(), frame)
    .targets(targets([{ expr }], 'heatmap'))
    .interval('15s')
    .calculate(false)
    .yAxis(new heatmaps.YAxisConfigBuilder().unit(frame.unit ?? 'short').axisPlacement(common.AxisPlacement.Left))
    .color(
      new heatmaps.HeatmapColorOptionsBuilder()
        .mode(heatmaps.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .steps(64)
        .exponent(0.5)
        .fill('dark-orange')
        .scale(heatmaps.HeatmapColorScale.Exponential),
    )
    .filterValues(new heatmaps.FilterValueRangeBuilder().le(1e-9))
    .showLegend()
  return { width: frame.width, panel }
}

/** One bar a series, as of now. */
export function bars(frame: Frame, queries: readonly Query[]): Placeable {
  const panel = dress(new BarGauge(), { min: 0, ...frame })
    .targets(targets(queries, 'instant'))
    .reduceOptions(lastValue())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .colorScheme(byThresholds())
  return { width: frame.width, panel }
}

export const byThresholds = (): dashboard.FieldColorBuilder =>
  new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds)
