import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import * as echarts from 'echarts'
import { lastOf, mostOf, namedSeries, type Scene, sinceStart, ticksOf } from './answers.ts'
import { fieldOf, format } from './field.ts'
import { type Box, faint, px, rect, text } from './svg.ts'

const palette = [
  '#56a64b',
  '#e0b400',
  '#3274d9',
  '#e0752d',
  '#a352cc',
  '#1f9eb5',
  '#e02f44',
  '#705da0',
  '#8f6b32',
  '#c15c9e',
  '#6c7a89',
  '#37872d',
]

interface Custom {
  readonly drawStyle?: string
  readonly stacking?: { readonly mode?: string }
  readonly thresholdsStyle?: { readonly mode?: string }
  readonly axisSoftMax?: number
}

const legendRow = 17

/** Lines or bars over time, and below them a legend with last and largest value, as the panel's own. */
export function drawLines(scene: Scene, box: Box): string {
  const { panel, answers, range, marks } = scene
  const field = fieldOf(panel)
  const named = namedSeries(answers).map((each, index) => ({ ...each, color: palette[index % palette.length]! }))
  const largestFirst = named.toSorted((a, b) => mostOf(b.of) - mostOf(a.of))
  const most = Math.max(1, Math.floor((box.height * 0.38) / legendRow))
  const listed = largestFirst.slice(0, named.length > most ? most - 1 : most)
  const legendHeight = legendRow * Math.min(most, named.length) + 4
  const chart = { ...box, height: box.height - legendHeight }
  const legend = listed.map(({ name, of, color }, index) => {
    const y = box.y + chart.height + 14 + index * legendRow
    const value = (of: number | undefined) => (of === undefined ? '' : format(of, field))
    return [
      rect({ x: box.x + 2, y: y - 6, width: 12, height: 4 }, { fill: color }),
      text(box.x + 20, y, name, { size: 11.5, within: box.width - 190 }),
      text(box.x + box.width - 85, y, value(lastOf(of)), { size: 11.5, anchor: 'end' }),
      text(box.x + box.width - 2, y, `max ${value(mostOf(of))}`, { size: 11.5, anchor: 'end', fill: faint }),
    ].join('')
  })
  const others = named.length - listed.length
  if (others > 0)
    legend.push(
      text(box.x + 20, box.y + chart.height + 14 + listed.length * legendRow, `and ${others} more`, {
        size: 11.5,
        fill: faint,
      }),
    )
  const drawn = named.length === 0 ? '' : nested(chartOf(panel, named, range, marks, chart), chart)
  return `${drawn}${legend.join('')}`
}

/** A drawing of its own size, put in its place. */
const nested = (svg: string, { x, y }: Box): string => svg.replace('<svg ', `<svg x="${px(x)}" y="${px(y)}" `)

function chartOf(
  panel: Panel,
  named: readonly {
    readonly name: string
    readonly of: Scene['answers'][number]['series'][number]
    readonly color: string
  }[],
  range: Scene['range'],
  marks: Scene['marks'],
  { width, height }: Box,
): string {
  const field = fieldOf(panel)
  const custom = (panel.fieldConfig?.defaults.custom ?? {}) as Custom
  const isStacked = custom.stacking?.mode === 'normal'
  const isBars = custom.drawStyle === 'bars'
  const limits = custom.thresholdsStyle?.mode === 'dashed' ? field.steps.filter(({ value }) => value !== null) : []
  const times = Array.from(
    { length: Math.floor((range.toSeconds - range.fromSeconds) / range.stepSeconds) + 1 },
    (_, index) => range.fromSeconds + index * range.stepSeconds,
  )
  const at = (seconds: number) => Math.round((seconds - range.fromSeconds) / range.stepSeconds)
  const top = topOf(panel, custom, Math.max(0, ...named.map(({ of }) => mostOf(of))))
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'Inter, Helvetica, Arial, sans-serif' },
    grid: { left: 8, right: 22, top: 14, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      boundaryGap: isBars,
      data: times.map((time) => sinceStart(time, range)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#c4c9d0' } },
      axisLabel: {
        color: faint,
        fontSize: 11,
        interval: (index: number) => ticksOf(range).some((tick) => at(tick) === index),
      },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...(top === undefined ? {} : { max: top, interval: top / 2 }),
      minInterval: 1e-6,
      splitNumber: 3,
      splitLine: { lineStyle: { color: '#eceff2' } },
      axisLabel: {
        color: faint,
        fontSize: 11,
        formatter: (value: number) => tickText(value, field.unit),
      },
    },
    series: named.map(({ name, of, color }, index) => {
      const values = new Map(of.points.map(([seconds, value]) => [at(seconds), value]))
      return {
        name,
        type: isBars ? 'bar' : 'line',
        ...(isStacked ? { stack: 'all' } : {}),
        ...(isBars ? { barWidth: '80%' } : { symbol: 'none', connectNulls: true, lineStyle: { width: 1.5, color } }),
        ...(isStacked && !isBars ? { areaStyle: { color, opacity: 0.35 } } : {}),
        itemStyle: { color },
        data: times.map((_, step) => values.get(step) ?? null),
        ...(index > 0
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                label: { color: '#5c6570', fontSize: 11, distance: 2 },
                data: [
                  ...marks.map(({ atSeconds, letter }) => ({
                    xAxis: at(atSeconds),
                    lineStyle: { color: '#5c6570', type: 'dashed', width: 1 },
                    label: { formatter: letter, position: 'end' },
                  })),
                  ...limits.map(({ value, color: limit }) => ({
                    yAxis: value ?? 0,
                    lineStyle: { color: limit === 'red' ? '#e02f44' : '#f2a33a', type: 'dashed', width: 1 },
                    label: { show: false },
                  })),
                ],
              },
            }),
      }
    }),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

/** Undefined leaves it to what there is; a figure that is 0 throughout stands against 1 of its unit. */
function topOf(panel: Panel, { axisSoftMax }: Custom, most: number): number | undefined {
  const { max, unit } = panel.fieldConfig?.defaults ?? {}
  if (max !== undefined) return max
  if (axisSoftMax !== undefined && most <= axisSoftMax) return axisSoftMax
  if (unit === 'percentunit' && most > 0.9 && most <= 1) return 1
  return most === 0 ? 1 : undefined
}

const tickText = (value: number, unit: string | undefined): string =>
  unit === 'percentunit' ? `${Number((100 * value).toFixed(2))} %` : format(value, { unit, decimals: undefined })
