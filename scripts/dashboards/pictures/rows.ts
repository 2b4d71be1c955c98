import { namedSeries, type Scene, sinceStart, ticksOf } from './answers.ts'
import { fieldOf, show } from './field.ts'
import { type Box, faint, line, rect, text, widthOf } from './svg.ts'

const axisHeight = 20

/** The horizontal place of a time, and the axis with the marks of the story below and across. */
export function timeAxis(
  { range, marks }: Scene,
  box: Box,
): { readonly at: (seconds: number) => number; readonly svg: string } {
  const at = (seconds: number) =>
    box.x + (box.width * (seconds - range.fromSeconds)) / (range.toSeconds - range.fromSeconds)
  const ticks = ticksOf(range).map((tick) =>
    text(at(tick), box.y + box.height + 15, sinceStart(tick, range), { size: 11, fill: faint, anchor: 'middle' }),
  )
  const lines = marks.map(
    ({ atSeconds, letter }) =>
      line(at(atSeconds), box.y - 4, at(atSeconds), box.y + box.height, '#24292e', '4 3') +
      text(at(atSeconds), box.y - 6, letter, { size: 11, anchor: 'middle', fill: '#5c6570' }),
  )
  return { at, svg: `${ticks.join('')}${lines.join('')}` }
}

/** One row a series, coloured by its values; equal neighbours become one piece in a timeline, and stay cells in a history. */
export function drawRows(scene: Scene, box: Box): string {
  const { panel, answers, range } = scene
  const field = fieldOf(panel)
  const mergesEqual = panel.type === 'state-timeline'
  const named = namedSeries(answers).toSorted((a, b) => a.name.localeCompare(b.name))
  const labelWidth = Math.min(box.width * 0.42, Math.max(60, ...named.map(({ name }) => widthOf(name, 12) + 10)))
  const area = {
    x: box.x + labelWidth,
    y: box.y + 14,
    width: box.width - labelWidth - 8,
    height: box.height - axisHeight - 14,
  }
  const height = Math.min(34, area.height / Math.max(1, named.length))
  const axis = timeAxis(scene, { ...area, height: height * named.length })
  const body = named.map(({ name, of }, row) => {
    const y = area.y + row * height
    const pieces: { from: number; to: number; text: string; color: string }[] = []
    for (const [seconds, value] of of.points) {
      const shown = show(value, field, range.toSeconds * 1000)
      const last = pieces.at(-1)
      const to = Math.min(seconds + range.stepSeconds, range.toSeconds)
      if (
        mergesEqual &&
        last &&
        last.to >= seconds - 1 &&
        last.color === shown.color &&
        (last.text === shown.text || field.mappings.length === 0)
      )
        last.to = to
      else if (seconds < range.toSeconds) pieces.push({ from: seconds, to, ...shown })
    }
    const drawn = pieces.map(({ from, to, text: shown, color }) => {
      const piece = {
        x: axis.at(from),
        y: y + 2,
        width: axis.at(to) - axis.at(from) - (mergesEqual ? 0 : 2),
        height: height - 4,
      }
      const fits = piece.width > widthOf(shown, 11) + 6 && (field.mappings.length > 0 || !mergesEqual)
      return (
        rect(piece, { fill: color }) +
        (fits
          ? text(piece.x + piece.width / 2, y + height / 2 + 4, shown, { size: 11, fill: '#fff', anchor: 'middle' })
          : '')
      )
    })
    return (
      text(area.x - 8, y + height / 2 + 4, name, { size: 12, anchor: 'end', within: labelWidth - 8 }) + drawn.join('')
    )
  })
  return `${body.join('')}${axis.svg}`
}
