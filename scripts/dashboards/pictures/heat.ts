import type { Scene } from './answers.ts'
import { fieldOf, format } from './field.ts'
import { timeAxis } from './rows.ts'
import { type Box, faint, rect, text } from './svg.ts'

const axisHeight = 20

/** The buckets of a histogram: each row one bucket, the darker the more fell into it in that step. */
export function drawHeat(scene: Scene, box: Box): string {
  const { panel, answers, range } = scene
  const field = fieldOf(panel)
  const bound = (le: string | undefined) => (le === undefined || le === '+Inf' ? Infinity : Number(le))
  const buckets = (answers[0]?.series ?? []).toSorted((a, b) => bound(a.labels.le) - bound(b.labels.le))
  const counts = buckets.map(({ points }, index) => {
    const below = new Map(buckets[index - 1]?.points ?? [])
    return points.map(([seconds, value]) => [seconds, value - (below.get(seconds) ?? 0)] as const)
  })
  const most = Math.max(1e-9, ...counts.flatMap((row) => row.map(([, count]) => count)))
  const labelWidth = 62
  const area = {
    x: box.x + labelWidth,
    y: box.y + 14,
    width: box.width - labelWidth - 8,
    height: box.height - axisHeight - 18,
  }
  const height = area.height / Math.max(1, buckets.length)
  const axis = timeAxis(scene, area)
  const rows = buckets.map((bucket, index) => {
    const y = area.y + area.height - (index + 1) * height
    const upTo = bound(bucket.labels.le)
    const label = Number.isFinite(upTo) ? `≤ ${format(upTo, field)}` : 'more'
    const cells = counts[index]!.map(([seconds, count]) =>
      count > most / 1000 && seconds < range.toSeconds
        ? rect(
            {
              x: axis.at(seconds),
              y: y + 0.5,
              width: axis.at(Math.min(seconds + range.stepSeconds, range.toSeconds)) - axis.at(seconds) - 1,
              height: height - 1,
            },
            { fill: shade(Math.sqrt(count / most)) },
          )
        : '',
    )
    return text(area.x - 6, y + height / 2 + 4, label, { size: 11, anchor: 'end', fill: faint }) + cells.join('')
  })
  return `${rect(area, { fill: '#fafbfc' })}${rows.join('')}${axis.svg}`
}

/** From pale to deep orange. */
const shade = (share: number): string => {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share)
  return `rgb(${mix(255, 166)},${mix(232, 54)},${mix(206, 3)})`
}
