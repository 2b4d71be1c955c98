import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { type Chosen, panelsOf, type TimeRange } from '../ask.ts'
import { answersOf, type Mark, type Scene, sinceStart } from './answers.ts'
import { drawBars, drawStat } from './figures.ts'
import { drawGraph } from './graph.ts'
import { drawHeat } from './heat.ts'
import { drawLines } from './lines.ts'
import { drawRows } from './rows.ts'
import { type Box, faint, rect, text } from './svg.ts'
import { drawTable } from './table.ts'

/** How each kind of panel is drawn. */
const drawings: Readonly<Record<string, (scene: Scene, box: Box) => string>> = {
  stat: drawStat,
  bargauge: drawBars,
  table: drawTable,
  timeseries: drawLines,
  'state-timeline': drawRows,
  'status-history': drawRows,
  heatmap: drawHeat,
  nodeGraph: drawGraph,
}

const column = 66
const row = 38
const gap = 8
const header = 64

export interface Picture {
  readonly prometheus: string
  readonly dashboard: Dashboard
  readonly chosen: Chosen
  readonly range: TimeRange
  readonly marks: readonly Mark[]
  /** What was chosen, in words. */
  readonly caption: string
}

/** One dashboard as an SVG: its own queries, asked now, in its own grid. */
export async function drawDashboard({
  prometheus,
  dashboard,
  chosen,
  range,
  marks,
  caption,
}: Picture): Promise<string> {
  const width = 24 * column + gap
  const panels = panelsOf(dashboard)
  const height = header + gap + row * Math.max(...panels.map(({ gridPos }) => gridPos!.y + gridPos!.h))
  const drawn: string[] = []
  for (const panel of panels) drawn.push(await drawPanel(panel))
  const story = marks.map(({ letter, text: what, atSeconds }) => `${letter} ${sinceStart(atSeconds, range)} ${what}`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, Helvetica, Arial, sans-serif">
${rect({ x: 0, y: 0, width, height }, { fill: '#f4f5f5' })}
${text(gap, 27, dashboard.title ?? '', { size: 19, bold: true })}
${text(width - gap, 27, caption, { size: 12.5, anchor: 'end', fill: faint })}
${text(gap, 52, story.join('   ·   '), { size: 12.5, fill: faint })}
${drawn.join('\n')}
</svg>
`

  async function drawPanel(panel: Panel): Promise<string> {
    const { x, y, w, h } = panel.gridPos!
    const outer = { x: x * column + gap, y: header + y * row, width: w * column - gap, height: h * row - gap }
    const inner = { x: outer.x + 8, y: outer.y + 28, width: outer.width - 16, height: outer.height - 36 }
    const answers = await answersOf(prometheus, panel, chosen, range)
    const draw = drawings[panel.type]
    if (!draw) throw new Error(`nobody draws a ${panel.type}`)
    const isEmpty = answers.every(({ series }) => series.length === 0) && panel.type !== 'stat'
    const what = isEmpty
      ? text(inner.x + inner.width / 2, inner.y + inner.height / 2, panel.fieldConfig?.defaults.noValue ?? '', {
          anchor: 'middle',
          fill: faint,
        })
      : draw({ panel, answers, range, marks }, inner)
    return `<g>${rect(outer, { fill: '#fff', stroke: '#dfe2e6', radius: 3 })}${text(outer.x + 8, outer.y + 18, panel.title ?? '', { size: 13, bold: true, within: outer.width - 12 })}${what}</g>`
  }
}
