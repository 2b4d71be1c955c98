import { lastOf, namedSeries, type Scene } from './answers.ts'
import { fieldOf, type Shown, show } from './field.ts'
import { type Box, faint, ink, rect, text, widthOf } from './svg.ts'

/** Big figures on their colour, beside one another. */
export function drawStat({ panel, answers, range }: Scene, box: Box): string {
  const field = fieldOf(panel)
  const nowMs = range.toSeconds * 1000
  const named = namedSeries(answers)
  const tiles: (Shown & { readonly name: string })[] =
    named.length === 0
      ? [{ name: '', ...show(undefined, field, nowMs) }]
      : named.map(({ name, of }) => ({ name, ...show(lastOf(of), field, nowMs) }))
  const gap = 4
  const width = (box.width - gap * (tiles.length - 1)) / tiles.length
  return tiles
    .map((tile, index) => {
      const x = box.x + index * (width + gap)
      const showsName = tiles.length > 1 || (answers[0]?.series.length === 1 && tile.name.length > 0)
      const size = Math.min(30, box.height * 0.42, (width - 12) / Math.max(1, widthOf(tile.text, 1)))
      const middle = box.y + box.height / 2 + (showsName ? 10 : 0)
      return [
        rect({ ...box, x, width }, { fill: tile.color, radius: 3 }),
        showsName
          ? text(x + width / 2, box.y + 20, tile.name, { size: 12, fill: '#fff', anchor: 'middle', within: width - 8 })
          : '',
        text(x + width / 2, middle + size * 0.35, tile.text, { size, fill: '#fff', anchor: 'middle', bold: true }),
      ].join('')
    })
    .join('')
}

/** A horizontal bar a series, against the panel's largest value. */
export function drawBars({ panel, answers, range }: Scene, box: Box): string {
  const field = fieldOf(panel)
  const named = namedSeries(answers).toSorted((a, b) => (lastOf(b.of) ?? 0) - (lastOf(a.of) ?? 0))
  const most = Math.max(panel.fieldConfig?.defaults.max ?? 0, ...named.map(({ of }) => lastOf(of) ?? 0), 1e-9)
  const labelWidth = 150
  const height = Math.min(30, box.height / Math.max(1, named.length))
  return named
    .map(({ name, of }, index) => {
      const value = lastOf(of)
      const { text: shown, color } = show(value, field, range.toSeconds * 1000)
      const y = box.y + index * height
      const full = box.width - labelWidth - 60
      const bar = { x: box.x + labelWidth, y: y + 3, width: full, height: height - 6 }
      return [
        text(box.x, y + height / 2 + 4, name, { size: 12, within: labelWidth - 8 }),
        rect(bar, { fill: '#eef0f2', radius: 2 }),
        rect({ ...bar, width: (full * (value ?? 0)) / most }, { fill: color, radius: 2 }),
        text(box.x + box.width, y + height / 2 + 4, shown, {
          size: 12,
          anchor: 'end',
          fill: value === undefined ? faint : ink,
        }),
      ].join('')
    })
    .join('')
}
