import { lastOf, type Scene } from './answers.ts'
import { format } from './field.ts'
import { type Box, faint, ink, px, text } from './svg.ts'

interface Hop {
  readonly id: string
  readonly title: string
  readonly scenario: string
  readonly rate: number
}

interface Carry {
  readonly source: string
  readonly target: string
  readonly loss: number
}

const radius = 15
const share = { unit: 'percentunit', decimals: 1 } as const

/** Hops and carries, each scenario in a place of its own: Grafana lays them out anew each time, so this is one way among many. */
export function drawGraph({ answers }: Scene, box: Box): string {
  const hops = (answers[0]?.series ?? []).map(
    (of): Hop => ({
      id: of.labels.id ?? '',
      title: of.labels.title ?? '',
      scenario: of.labels.subtitle ?? '',
      rate: lastOf(of) ?? 0,
    }),
  )
  const carries = (answers[1]?.series ?? []).map(
    (of): Carry => ({ source: of.labels.source ?? '', target: of.labels.target ?? '', loss: lastOf(of) ?? 0 }),
  )
  const scenarios = [...new Set(hops.map(({ scenario }) => scenario))].toSorted()
  const columns = Math.max(1, Math.round(Math.sqrt(scenarios.length * (box.width / box.height) * 0.7)))
  const rows = Math.ceil(scenarios.length / columns)
  const cell = { width: box.width / columns, height: box.height / rows }
  const places = new Map<string, Place>()
  const drawn = scenarios.map((scenario, index) => {
    const left = box.x + (index % columns) * cell.width
    const top = box.y + Math.floor(index / columns) * cell.height
    const its = inOrder(
      hops.filter((hop) => hop.scenario === scenario),
      carries.filter((carry) => carry.source.startsWith(`${scenario}/`)),
    )
    const middle = { x: left + cell.width / 2, y: top + cell.height / 2 + 8 }
    its.forEach(({ id }, place) => {
      const angle = Math.PI + (2 * Math.PI * place) / its.length
      places.set(id, {
        x: middle.x + Math.cos(angle) * cell.width * (its.length > 2 ? 0.27 : 0.3),
        y: middle.y + (its.length < 3 ? 0 : Math.sin(angle) * Math.max(22, cell.height / 2 - 30)),
        middle,
      })
    })
    const nodes = its.map(({ id, title, rate }) => {
      const { x, y } = places.get(id)!
      const isRing = its.length > 2
      const ax = x - middle.x
      const anchor = !isRing ? 'middle' : ax < 0 ? 'end' : 'start'
      const label = isRing ? { x: x + Math.sign(ax) * (radius + 4), y: y + 4 } : { x, y: y + radius + 12 }
      return (
        `<circle cx="${px(x)}" cy="${px(y)}" r="${radius}" fill="#fff" stroke="#3274d9" stroke-width="2"/>` +
        text(x, y + 3.5, rate.toFixed(1), { size: 10, anchor: 'middle' }) +
        text(label.x, label.y, title, { size: 10.5, anchor, fill: ink })
      )
    })
    return {
      nodes: nodes.join(''),
      title: text(middle.x, top + 14, scenario, { size: 11, anchor: 'middle', fill: faint, bold: true }),
    }
  })
  const edges = carries.map((carry) => edge(places, carry))
  return `${drawn.map(({ title }) => title).join('')}${edges.join('')}${drawn.map(({ nodes }) => nodes).join('')}`
}

/** From the hop that nothing is carried to, along the carries. */
function inOrder(hops: readonly Hop[], carries: readonly Carry[]): Hop[] {
  const byName = hops.toSorted((a, b) => a.id.localeCompare(b.id))
  const receives = (hop: Hop) => carries.some(({ source, target }) => target === hop.id && source !== hop.id)
  const ordered: Hop[] = []
  let next = byName.find((hop) => !receives(hop)) ?? byName[0]
  while (next !== undefined) {
    const present: Hop = next
    ordered.push(present)
    const left = byName.filter((hop) => !ordered.includes(hop))
    next =
      left.find((hop) => carries.some(({ source, target }) => source === present.id && target === hop.id)) ?? left[0]
  }
  return ordered
}

interface Place {
  readonly x: number
  readonly y: number
  /** The middle of its scenario: labels stand away from it. */
  readonly middle: { readonly x: number; readonly y: number }
}

function edge(places: ReadonlyMap<string, Place>, { source, target, loss }: Carry): string {
  const from = places.get(source)
  const to = places.get(target)
  if (!from || !to) return ''
  const color = loss === 0 ? '#56a64b' : loss >= 0.01 ? '#e02f44' : '#f2a33a'
  const label = (x: number, y: number) =>
    text(x, y, format(loss, share), { size: 10, anchor: 'middle', fill: color, bold: true })
  const stroke = `fill="none" stroke="${color}" stroke-width="1.5"`
  const point = (x: number, y: number) => `${px(x)} ${px(y)}`
  if (source === target) {
    const [left, right, top] = [from.x - 32, from.x + 32, from.y - 48]
    const loop = `M ${point(from.x - 9, from.y - 12)} C ${point(left, top)} ${point(right, top)} ${point(from.x + 9, from.y - 12)}`
    return `<path d="${loop}" ${stroke}/>${label(from.x, from.y - 44)}`
  }
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length]
  const tip = { x: to.x - dx * (radius + 2), y: to.y - dy * (radius + 2) }
  const wing = (side: number) => point(tip.x - dx * 7 + dy * 4 * side, tip.y - dy * 7 - dx * 4 * side)
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const away = Math.hypot(half.x - from.middle.x, half.y - from.middle.y)
  const [ox, oy] =
    away < 5 ? [0, -8] : [(17 * (half.x - from.middle.x)) / away, (11 * (half.y - from.middle.y)) / away + 3]
  return [
    `<path d="M ${point(from.x + dx * radius, from.y + dy * radius)} L ${point(tip.x, tip.y)}" ${stroke}/>`,
    `<polygon points="${point(tip.x, tip.y)} ${wing(1)} ${wing(-1)}" fill="${color}"/>`,
    label(half.x + ox, half.y + oy),
  ].join('')
}
