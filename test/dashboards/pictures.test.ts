import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, test } from 'vitest'
import { lines, stat, words, wordsBetween } from '../../scripts/dashboards/panels.ts'
import { type Answered, ticksOf } from '../../scripts/dashboards/pictures/answers.ts'
import { fieldOf, format, show } from '../../scripts/dashboards/pictures/field.ts'
import { drawStat } from '../../scripts/dashboards/pictures/figures.ts'
import { drawLines } from '../../scripts/dashboards/pictures/lines.ts'
import { text } from '../../scripts/dashboards/pictures/svg.ts'

const range = { fromSeconds: 0, toSeconds: 120, stepSeconds: 15 }
const box = { x: 0, y: 0, width: 400, height: 200 }
const frame = { id: 1, title: 'A title', means: 'what it shows', act: 'what to do', width: 6 }
const build = ({ panel }: ReturnType<typeof stat>): Panel => panel.gridPos({ x: 0, y: 0, w: 6, h: 4 }).build()
const answered = (expr: string, ...values: number[]): Answered => ({
  target: { refId: 'A', expr, legendFormat: 'line {{n}}' },
  series: values.map((value, n) => ({
    labels: { n: String(n) },
    points: [
      [0, value / 2],
      [120, value],
    ],
  })),
})

describe('values', () => {
  test.each([
    [0.2, 'percentunit', 1, '20.0 %'],
    [0.0125, 's', undefined, '12.5 ms'],
    [2, 's', undefined, '2 s'],
    [2048, 'bytes', undefined, '2 KiB'],
    [10_300_000, 'short', undefined, '10.3 Mil'],
    [3, 'suffix: RU', undefined, '3 RU'],
    [12.345, 'ops', undefined, '12.3 /s'],
  ])('%d in %s', (value, unit, decimals, expected) => {
    expect(format(value, { unit, decimals })).toBe(expected)
  })

  test('words and limits, as Grafana takes them', () => {
    const panel = build(
      stat(
        {
          ...frame,
          mappings: [words({ 0: ['kept', 'green'] }), wordsBetween(4, null, 'broken', 'red')],
          limits: { amber: 1 },
          empty: 'no runs',
        },
        [{ expr: 'x' }],
      ),
    )
    const field = fieldOf(panel)
    expect(show(0, field, 0)).toMatchObject({ text: 'kept' })
    expect(show(5, field, 0)).toMatchObject({ text: 'broken', color: '#e02f44' })
    expect(show(2, field, 0)).toEqual({ text: '2', color: '#f2a33a' })
    expect(show(undefined, field, 0).text).toBe('no runs')
  })
})

describe('drawings', () => {
  test('a figure for each series; what is empty says so', () => {
    const panel = build(
      stat({ ...frame, unit: 'percentunit', limits: { red: 0.1 }, empty: 'no reads' }, [{ expr: 'x' }]),
    )
    const drawn = drawStat({ panel, range, marks: [], answers: [answered('x', 0.05, 0.5)] }, box)
    for (const part of ['line 0', 'line 1', '>5.0 %', '>50.0 %', '#56a64b', '#e02f44']) expect(drawn).toContain(part)
    expect(drawStat({ panel, range, marks: [], answers: [{ ...answered('x'), series: [] }] }, box)).toContain(
      'no reads',
    )
  })

  test('lines: a legend with last and largest value, and the marks of the story', () => {
    const panel = build(lines({ ...frame, unit: 's' }, [{ expr: 'x' }]))
    const marks = [{ atSeconds: 60, letter: 'Q', text: 'it begins' }]
    const drawn = drawLines({ panel, range, marks, answers: [answered('x', 2)] }, box)
    for (const part of ['line 0', '>2 s', 'max 2 s', '>Q<', '<path']) expect(drawn).toContain(part)
  })

  test('a text is escaped, and cut where it does not fit', () => {
    expect(text(0, 0, 'a < b & c')).toContain('>a &lt; b &amp; c<')
    expect(text(0, 0, 'a long text', { size: 10, within: 30 })).toContain('>a lo…<')
  })

  test('ticks are whole steps from the beginning', () => {
    expect(ticksOf({ fromSeconds: 7, toSeconds: 607, stepSeconds: 15 })).toEqual([7, 127, 247, 367, 487, 607])
  })
})
