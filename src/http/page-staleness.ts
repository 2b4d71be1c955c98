import { formatDuration } from '../base/duration.ts'
import type { PairStaleness } from '../domain/visibility.ts'
import { type Html, html } from './html.ts'
import { printCount, printInterval, printShare } from './page-numbers.ts'
import type { ScenarioStatus } from './scenario-status.ts'

/** Room for the curve, in units of its own; text stands outside it, where it can be read at any size. */
const width = 220
const height = 64
const firstMs = 1
const lastMs = 10_000
/** A curve of fewer would show chance, however wide its band. */
const fewestReads = 10

/** How soon a write shows to readers whom no token protects: one small curve a region pair, told in words beside it. */
export const renderStaleness = ({ name, staleness }: ScenarioStatus): Html =>
  html`<div class="curves" data-live id="curves-${name}">${staleness.filter(({ reads }) => reads >= fewestReads).map(renderPair)}</div>`

function renderPair({ writeRegion, readRegion, visibility, staleness, reads }: PairStaleness): Html {
  const low = visibility.map(({ afterMs, probability }) => place(afterMs, probability.low))
  const high = visibility.map(({ afterMs, probability }) => place(afterMs, probability.high))
  const points = visibility.map(({ afterMs, probability }) => place(afterMs, probability.point))
  const latest = staleness[0]
  return html`<figure>
<figcaption>Chance to see a write without a token, <b>${writeRegion} → ${readRegion}</b></figcaption>
<div>
<svg class="curve" viewBox="-2 -4 ${width + 4} ${height + 8}" width="${width + 4}" height="${height + 8}" aria-hidden="true"><path class="track" d="M0 0H${width}M0 ${height / 2}H${width}M0 ${height}H${width}"/><path class="band" d="M${[...low, ...high.toReversed()].join('L')}Z"/><path class="line" d="M${points.join('L')}"/>${points.map((point) => html`<circle cx="${point.split(' ')[0]}" cy="${point.split(' ')[1]}" r="2"/>`)}</svg>
<p class="axis" aria-hidden="true"><span>${formatDuration(firstMs)}</span><span>after the write</span><span>${formatDuration(lastMs)}</span></p></div>
<div><p>${told(visibility)}</p>
${latest && html`<p>Of ${printCount(reads)} first reads, ${printShare(latest.probability.point)} returned the latest version (${printInterval(latest.probability)})${secondLatest(staleness)}.</p>`}</div>
</figure>`
}

/** The curve in words: where it stands at the first time asked, in the middle and at the last. */
function told(visibility: PairStaleness['visibility']): string {
  const chosen = [visibility[0]!, visibility[Math.floor(visibility.length / 2)]!, visibility.at(-1)!]
  const figures = [...new Set(chosen)].map(
    ({ afterMs, probability }) =>
      `${printShare(probability.point)} after ${formatDuration(afterMs)} (${printInterval(probability)})`,
  )
  return `Sees the write: ${figures.join(', ')}.`
}

function secondLatest(staleness: PairStaleness['staleness']): string {
  const two = staleness.find(({ versions }) => versions === 2)
  return two ? `, one of the last two ${printShare(two.probability.point)}` : ''
}

/** Time on a logarithmic scale, certainty at the top. */
function place(afterMs: number, probability: number): string {
  const x = (Math.log(afterMs / firstMs) / Math.log(lastMs / firstMs)) * width
  return `${x.toFixed(1)} ${((1 - probability) * height).toFixed(1)}`
}
