import * as common from '@grafana/grafana-foundation-sdk/common'
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { dress, type Frame, type Limits, type Placeable, type Query, steps, targets } from './panels.ts'

export interface Column {
  readonly name: string
  readonly expr: string
  readonly unit?: string
  readonly decimals?: number
  /** Colours the cell. */
  readonly limits?: Limits
  readonly mappings?: dashboard.ValueMapping[]
  readonly empty?: string
  readonly pixels?: number
}

/** What the first column links to, with the row's value in `${__value.raw}`. */
interface RowLink {
  readonly title: string
  readonly url: string
}

/**
 * One row a value of `key`, one column a query. The queries are joined on the label `key`, so each of them must have it and no
 * other.
 */
export function table(
  frame: Frame & {
    readonly key: string
    readonly keyName: string
    readonly keyPixels?: number
    readonly worstFirst: string
    readonly link?: RowLink
  },
  columns: readonly Column[],
): Placeable {
  const { key, keyName, keyPixels = 190, worstFirst, link } = frame
  const queries = columns.map(({ expr }): Query => ({ expr }))
  const valueField = (index: number) => `Value #${String.fromCharCode(65 + index)}`
  const names = [key, ...columns.map((_, index) => valueField(index))]
  const panel = dress(new Table(), frame)
    .targets(targets(queries, 'table'))
    .cellHeight(common.TableCellHeight.Sm)
    .filterable(true)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(worstFirst).desc(true)])
    .withTransformation({ id: 'joinByField', options: { byField: key, mode: 'outer' } })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names } } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: Object.fromEntries([
          [key, keyName],
          ...columns.map(({ name }, index) => [valueField(index), name] as const),
        ]),
      },
    })
    .overrideByName(keyName, [
      { id: 'custom.width', value: keyPixels },
      ...(link ? [{ id: 'links', value: [{ ...link, targetBlank: false }] }] : []),
    ])
  for (const column of columns) panel.overrideByName(column.name, properties(column))
  return { width: frame.width, panel }
}

/** Rows and columns by two labels of one query. */
export function matrix(frame: Frame & { readonly rows: string; readonly columns: string }, expr: string): Placeable {
  const panel = dress(new Table(), frame)
    .targets(targets([{ expr }], 'table'))
    .cellHeight(common.TableCellHeight.Sm)
    .cellOptions({ type: common.TableCellDisplayMode.ColorText })
    .withTransformation({
      id: 'groupingToMatrix',
      options: { rowField: frame.rows, columnField: frame.columns, valueField: 'Value', emptyValue: 'zero' },
    })
  return { width: frame.width, panel }
}

function properties({ unit, decimals, limits, mappings, empty, pixels }: Column): dashboard.DynamicConfigValue[] {
  const given = (id: string, value: unknown) => (value === undefined ? [] : [{ id, value }])
  const isColoured = limits !== undefined || mappings !== undefined
  return [
    ...given('unit', unit),
    ...given('decimals', decimals),
    ...given('noValue', empty),
    ...given('custom.width', pixels),
    ...given('mappings', mappings),
    ...(limits ? [{ id: 'thresholds', value: { mode: 'absolute', steps: steps(limits) } }] : []),
    ...(isColoured ? [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }] : []),
  ]
}

/** What the labels of an info metric say: one row a series, and no figure. */
export function infoTable(frame: Frame, expr: string, names: Readonly<Record<string, string>>): Placeable {
  const labels = Object.keys(names)
  const panel = dress(new Table(), frame)
    .targets(targets([{ expr }], 'table'))
    .cellHeight(common.TableCellHeight.Sm)
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: labels } } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(labels.map((label, index) => [label, index])),
        renameByName: names,
      },
    })
  return { width: frame.width, panel }
}
