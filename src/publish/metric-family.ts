import { runTraceId } from '../protocol/trace-context.ts'
import type { MetricDefinition } from './catalogue.ts'
import type { ExpositionFormat } from './exposition.ts'
import type { SeriesBudget } from './series-budget.ts'

/** One value a label, in the definition's order. */
export type LabelValues<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string }

/** What led to a figure: printed in OpenMetrics, where it takes whoever looks at a slow bucket or a stale read to the run and its trace. */
export interface Exemplar {
  readonly runId: string
  readonly atWallMs: number
}

interface Series {
  readonly values: readonly string[]
  /** `scenario="x",arm="y"`, printed once: a scrape of thousands of series must not hold up the journeys. */
  readonly labels: string
  /** Of a counter or gauge; of a histogram, the sum. */
  value: number
  /** Of a histogram: observations by bucket, each alone, +Inf last. */
  readonly buckets: number[]
  /** Of a histogram: the last of each bucket. Of a counter: its last. */
  readonly exemplars: (Exemplar & { readonly value: number })[]
  readonly group: Group
}

/** The series of one arm of a scenario, or of all where the metric has neither: printed anew only once one of them has changed. */
interface Group {
  readonly name: string
  readonly series: Set<Series>
  readonly printed: { [format in ExpositionFormat]?: Buffer | undefined }
}

/** Only set: this happens at every count, and to clear a map would allocate a new one. */
function outdate({ printed }: Group): void {
  printed.text = undefined
  printed.openmetrics = undefined
}

/** A series as it stands. */
export interface Sample {
  /** In the order of the definition's labels. */
  readonly values: readonly string[]
  readonly value: number
}

/**
 * One metric of the catalogue with all its series. A series comes into being when it is first named, at zero.
 * Own storage and print, because a run through prom-client's cost more than all the rest of publishing
 * (docs/decisions/0003-metrics-of-our-own.md); prom-client still watches the process.
 */
export class MetricFamily<const Labels extends readonly string[]> {
  readonly definition: MetricDefinition<Labels>
  readonly #budget: SeriesBudget
  readonly #bounds: readonly number[]
  /** Series that one set of labels costs: a histogram has its buckets, +Inf, sum and count. */
  readonly #cost: number
  readonly #series = new Map<string, Series>()
  readonly #groups = new Map<string, Group>()
  /** Where the labels are that make a group. */
  readonly #grouping: readonly number[]
  /** Told of each amount that is added to a counter, and of each value that a histogram takes. */
  onMeasured: ((values: readonly string[], amount: number) => void) | undefined

  constructor(definition: MetricDefinition<Labels>, budget: SeriesBudget) {
    this.definition = definition
    this.#budget = budget
    this.#bounds = definition.buckets ?? []
    this.#grouping = ['scenario', 'arm'].map((label) => definition.labels.indexOf(label)).filter((at) => at >= 0)
    this.#cost = definition.kind === 'histogram' ? this.#bounds.length + 3 : 1
  }

  /** Lets the series exist, at zero. */
  zero(values: LabelValues<Labels>): void {
    this.#find(values)
  }

  add(values: LabelValues<Labels>, amount = 1, exemplar?: Exemplar): void {
    const series = this.#find(values)
    if (series === undefined) return
    series.value += amount
    outdate(series.group)
    if (exemplar) series.exemplars[0] = { ...exemplar, value: amount }
    this.onMeasured?.(values, amount)
  }

  set(values: LabelValues<Labels>, value: number): void {
    const series = this.#find(values)
    if (series) assign(series, value)
  }

  /** From now on there are exactly these series. Costs least where they are the same as before, in the same order. */
  replaceBy(samples: readonly (readonly [values: LabelValues<Labels>, value: number])[]): void {
    if (samples.length === this.#series.size && this.#assignInOrder(samples)) return
    const gone = new Set(this.#series.keys())
    const added = samples.filter(([values, value]) => {
      const key = keyOf(values)
      const series = this.#series.get(key)
      if (series === undefined) return true
      assign(series, value)
      gone.delete(key)
      // To the end: so they come to lie in the order in which they are asked for.
      this.#series.delete(key)
      this.#series.set(key, series)
      return false
    })
    // First, so that what is new finds room under the cap.
    for (const key of gone) this.#remove(key)
    for (const [values, value] of added) this.set(values, value)
  }

  /** False: not these series in this order; then some may have been assigned. */
  #assignInOrder(samples: readonly (readonly [values: LabelValues<Labels>, value: number])[]): boolean {
    let index = 0
    for (const series of this.#series.values()) {
      const [values, value] = samples[index++]!
      if (values.some((each, at) => each !== series.values[at])) return false
      assign(series, value)
    }
    return true
  }

  observe(values: LabelValues<Labels>, value: number, exemplar?: Exemplar): void {
    const series = this.#find(values)
    if (series === undefined) return
    const found = this.#bounds.findIndex((bound) => value <= bound)
    const index = found < 0 ? this.#bounds.length : found
    series.value += value
    series.buckets[index]!++
    outdate(series.group)
    if (exemplar) series.exemplars[index] = { ...exemplar, value }
    this.onMeasured?.(values, value)
  }

  /** Ends every series whose label has this value. */
  removeWhere(label: string, value: string): void {
    this.removeIf((of) => of(label) === value)
  }

  /** Ends every series that `isGone`, which is given the value of each label; undefined: the metric has no such label. */
  removeIf(isGone: (of: (label: string) => string | undefined) => boolean): void {
    const { labels } = this.definition
    for (const [key, { values }] of this.#series)
      if (isGone((label) => values[labels.indexOf(label)])) this.#remove(key)
  }

  /** Of a counter or a gauge: every series. */
  samples(): Iterable<Sample> {
    return this.#series.values()
  }

  /** The family as Prometheus reads it: one line a series, after what it is. In pieces, most of them as they were at the last scrape. */
  print(format: ExpositionFormat): readonly Buffer[] {
    const { name, kind, help } = this.definition
    // OpenMetrics names a counter's family without `_total`; its samples keep it.
    const family = format === 'openmetrics' ? name.replace(/_total$/, '') : name
    const pieces: Buffer[] = [Buffer.from(`# HELP ${family} ${help}\n# TYPE ${family} ${kind}\n`)]
    for (const group of this.#groups.values()) pieces.push(this.#printGroup(group, format))
    return pieces
  }

  #printGroup({ series: all, printed }: Group, format: ExpositionFormat): Buffer {
    const known = printed[format]
    if (known !== undefined) return known
    const { name, kind } = this.definition
    const lines: string[] = []
    for (const series of all)
      if (kind === 'histogram') this.#printHistogram(series, format, lines)
      else {
        const labels = series.labels === '' ? '' : `{${series.labels}}`
        lines.push(`${name}${labels} ${printNumber(series.value)}${printExemplar(format, series.exemplars[0])}`)
      }
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    printed[format] = bytes
    return bytes
  }

  #printHistogram({ labels, value, buckets, exemplars }: Series, format: ExpositionFormat, lines: string[]): void {
    const { name } = this.definition
    let count = 0
    buckets.forEach((observed, index) => {
      count += observed
      const bound = this.#bounds[index] ?? '+Inf'
      const led = printExemplar(format, exemplars[index])
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${count}${led}`)
    })
    lines.push(`${name}_sum{${labels}} ${printNumber(value)}`, `${name}_count{${labels}} ${count}`)
  }

  #remove(key: string): void {
    const series = this.#series.get(key)
    if (series === undefined) return
    const { group } = series
    this.#series.delete(key)
    group.series.delete(series)
    outdate(group)
    if (group.series.size === 0) this.#groups.delete(group.name)
    this.#budget.giveBack(this.#cost)
  }

  #groupOf(values: readonly string[]): Group {
    const name = keyOf(this.#grouping.map((at) => values[at]!))
    const group = this.#groups.get(name) ?? {
      name,
      series: new Set(),
      printed: { text: undefined, openmetrics: undefined },
    }
    this.#groups.set(name, group)
    return group
  }

  #find(values: readonly string[]): Series | undefined {
    const key = keyOf(values)
    const known = this.#series.get(key)
    if (known) return known
    if (!this.#budget.take(this.#cost)) return undefined
    const group = this.#groupOf(values)
    const series: Series = {
      values,
      group,
      labels: this.definition.labels.map((label, index) => `${label}="${escapeLabel(values[index]!)}"`).join(','),
      value: 0,
      buckets: this.definition.kind === 'histogram' ? [...this.#bounds, 0].fill(0) : [],
      exemplars: [],
    }
    this.#series.set(key, series)
    group.series.add(series)
    outdate(group)
    return series
  }
}

function assign(series: Series, value: number): void {
  if (series.value === value) return
  series.value = value
  outdate(series.group)
}

const keyOf = (values: readonly string[]): string => values.join('\0')

function printExemplar(format: ExpositionFormat, exemplar: Series['exemplars'][number] | undefined): string {
  if (format !== 'openmetrics' || exemplar === undefined) return ''
  const { runId, value, atWallMs } = exemplar
  return ` # {trace_id="${runTraceId(runId)}",run_id="${escapeLabel(runId)}"} ${value} ${atWallMs / 1000}`
}

const escapeLabel = (value: string) => value.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`))

const printNumber = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
