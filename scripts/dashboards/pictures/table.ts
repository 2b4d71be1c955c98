import { lastOf, type Scene } from './answers.ts'
import { fieldOf, show } from './field.ts'
import { type Box, faint, grid, line, rect, text } from './svg.ts'

interface Transformation {
  readonly id: string
  readonly options: Readonly<Record<string, unknown>>
}

interface Cell {
  readonly text: string
  readonly color?: string
}

interface Drawn {
  readonly header: readonly string[]
  readonly widths: readonly (number | undefined)[]
  readonly rows: readonly (readonly Cell[])[]
}

const optionsOf = (scene: Scene, id: string): Readonly<Record<string, unknown>> | undefined =>
  (scene.panel.transformations as readonly Transformation[] | undefined)?.find((each) => each.id === id)?.options

/** As the panel's transformations have it: rows joined on one label, a matrix of two labels, or the labels alone. */
export function drawTable(scene: Scene, box: Box): string {
  const joined = optionsOf(scene, 'joinByField')
  const matrix = optionsOf(scene, 'groupingToMatrix')
  const drawn = joined
    ? joinedTable(scene, String(joined.byField))
    : matrix
      ? matrixTable(scene, matrix)
      : labelTable(scene)
  return draw(drawn, box)
}

function joinedTable({ panel, answers, range }: Scene, key: string): Drawn {
  const renamed = (optionsOf({ panel, answers, range, marks: [] }, 'organize')?.renameByName ?? {}) as Record<
    string,
    string
  >
  const columns = answers.map(({ target, series }) => {
    const name = renamed[`Value #${target.refId}`] ?? target.refId
    return {
      name,
      field: fieldOf(panel, name),
      values: new Map(series.map((of) => [of.labels[key] ?? '', lastOf(of)])),
    }
  })
  const { sortBy = [] } = (panel.options ?? {}) as { sortBy?: readonly { displayName: string }[] }
  const first = columns.find(({ name }) => name === sortBy[0]?.displayName) ?? columns[0]
  const keys = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))].toSorted(
    (a, b) => (first?.values.get(b) ?? -1) - (first?.values.get(a) ?? -1) || a.localeCompare(b),
  )
  return {
    header: [renamed[key] ?? key, ...columns.map(({ name }) => name)],
    widths: [fieldOf(panel, renamed[key]).width, ...columns.map(({ field }) => field.width)],
    rows: keys.map((each) => [
      { text: each },
      ...columns.map(({ values, field }) => {
        const value = values.get(each)
        const shown = show(value, field, range.toSeconds * 1000)
        return field.isColoured && value !== undefined ? shown : { text: shown.text }
      }),
    ]),
  }
}

function matrixTable(
  { panel, answers, range }: Scene,
  { rowField, columnField }: Readonly<Record<string, unknown>>,
): Drawn {
  const series = answers[0]?.series ?? []
  const labelOf = (field: unknown) => [...new Set(series.map(({ labels }) => labels[String(field)] ?? ''))].toSorted()
  const columns = labelOf(columnField)
  const field = fieldOf(panel)
  return {
    header: [`${String(rowField)}\\${String(columnField)}`, ...columns],
    widths: [undefined, ...columns.map(() => undefined)],
    rows: labelOf(rowField).map((row) => [
      { text: row },
      ...columns.map((column) => {
        const of = series.find(
          ({ labels }) => labels[String(rowField)] === row && labels[String(columnField)] === column,
        )
        return { text: show((of && lastOf(of)) ?? 0, field, range.toSeconds * 1000).text }
      }),
    ]),
  }
}

function labelTable({ panel, answers, range, marks }: Scene): Drawn {
  const renamed = (optionsOf({ panel, answers, range, marks }, 'organize')?.renameByName ?? {}) as Record<
    string,
    string
  >
  const labels = Object.keys(renamed)
  return {
    header: Object.values(renamed),
    widths: labels.map(() => undefined),
    rows: (answers[0]?.series ?? []).map((of) => labels.map((label) => ({ text: of.labels[label] ?? '' }))),
  }
}

const rowHeight = 26

function draw({ header, widths, rows }: Drawn, box: Box): string {
  const fixed = widths.reduce<number>((sum, width) => sum + (width ?? 0), 0)
  const free = widths.filter((width) => width === undefined).length
  const scale = free === 0 ? box.width / fixed : 1
  const actual = widths.map((width) => (width === undefined ? (box.width - fixed) / free : width * scale))
  const lefts = actual.map((_, index) => box.x + actual.slice(0, index).reduce((sum, width) => sum + width, 0))
  const fitting = Math.floor((box.height - rowHeight) / rowHeight)
  const shown = rows.slice(0, fitting)
  const head = header
    .map((name, index) =>
      text(lefts[index]! + 6, box.y + 17, name, { size: 12, bold: true, fill: '#3871dc', within: actual[index]! - 6 }),
    )
    .join('')
  const body = shown.map((cells, row) => {
    const y = box.y + rowHeight * (row + 1)
    const printed = cells.map((cell, index) => {
      const left = lefts[index]!
      const width = actual[index]!
      const back = cell.color
        ? rect({ x: left + 1, y: y + 1, width: width - 2, height: rowHeight - 2 }, { fill: cell.color })
        : ''
      return `${back}${text(left + 6, y + 17, cell.text, { size: 12, within: width - 8, ...(cell.color ? { fill: '#fff' } : {}) })}`
    })
    return `${line(box.x, y, box.x + box.width, y, grid)}${printed.join('')}`
  })
  const more =
    rows.length > shown.length
      ? text(box.x + box.width, box.y + box.height + 2, `and ${rows.length - shown.length} more`, {
          size: 11,
          fill: faint,
          anchor: 'end',
        })
      : ''
  return `<g>${head}${body.join('')}${more}</g>`
}
