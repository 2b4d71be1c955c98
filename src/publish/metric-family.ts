import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { MetricDefinition } from './catalogue.ts'

/** How many series there may be. What would break the cap is refused and counted, so that a mistake costs figures, not Prometheus. */
export class SeriesBudget {
  readonly #most: number
  #used = 0
  refused = 0

  constructor(most: number) {
    this.#most = most
  }

  get used(): number {
    return this.#used
  }

  take(count: number): boolean {
    if (this.#used + count > this.#most) {
      this.refused += count
      return false
    }
    this.#used += count
    return true
  }

  giveBack(count: number): void {
    this.#used -= count
  }
}

/** One value a label, in the definition's order. */
export type LabelValues<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string }

type LabelSet = Record<string, string>

/** One metric of the catalogue with all its series. A series comes into being when it is first named, at zero. */
export class MetricFamily<const Labels extends readonly string[]> {
  readonly definition: MetricDefinition<Labels>
  readonly #metric: Counter | Gauge | Histogram
  readonly #budget: SeriesBudget
  /** Series that one set of labels costs: a histogram has its buckets, +Inf, sum and count. */
  readonly #cost: number
  readonly #children = new Map<string, LabelSet>()

  constructor(definition: MetricDefinition<Labels>, registry: Registry, budget: SeriesBudget, hasExemplars = false) {
    this.definition = definition
    this.#budget = budget
    const shape = { name: definition.name, help: definition.help, labelNames: definition.labels, registers: [registry] }
    this.#cost = definition.kind === 'histogram' ? (definition.buckets?.length ?? 0) + 3 : 1
    if (definition.kind === 'counter') this.#metric = new Counter(shape)
    else if (definition.kind === 'gauge') this.#metric = new Gauge(shape)
    else
      this.#metric = new Histogram({
        ...shape,
        buckets: [...(definition.buckets ?? [])],
        enableExemplars: hasExemplars,
      })
  }

  /** Lets the series exist, at zero. */
  zero(values: LabelValues<Labels>): void {
    this.#labels(values)
  }

  add(values: LabelValues<Labels>, amount = 1): void {
    const labels = this.#labels(values)
    if (labels && this.#metric instanceof Counter) this.#metric.inc(labels, amount)
  }

  set(values: LabelValues<Labels>, value: number): void {
    const labels = this.#labels(values)
    if (labels && this.#metric instanceof Gauge) this.#metric.set(labels, value)
  }

  /** An exemplar's labels are kept only by a family that was made with them. */
  observe(values: LabelValues<Labels>, value: number, exemplarLabels?: Readonly<LabelSet>): void {
    const labels = this.#labels(values)
    if (labels === undefined || !(this.#metric instanceof Histogram)) return
    if (exemplarLabels) this.#metric.observe({ labels, value, exemplarLabels })
    else this.#metric.observe(labels, value)
  }

  /** Ends every series whose label has this value. */
  removeWhere(label: Labels[number], value: string): void {
    for (const [key, labels] of this.#children) if (labels[label] === value) this.#remove(key, labels)
  }

  clear(): void {
    for (const [key, labels] of this.#children) this.#remove(key, labels)
  }

  #remove(key: string, labels: LabelSet): void {
    this.#metric.remove(labels)
    this.#children.delete(key)
    this.#budget.giveBack(this.#cost)
  }

  #labels(values: readonly string[]): LabelSet | undefined {
    const key = values.join('\0')
    const known = this.#children.get(key)
    if (known) return known
    if (!this.#budget.take(this.#cost)) return undefined
    const labels = Object.fromEntries(this.definition.labels.map((name, index) => [name, values[index]!]))
    this.#children.set(key, labels)
    if (this.#metric instanceof Counter) this.#metric.inc(labels, 0)
    else if (this.#metric instanceof Histogram) this.#metric.zero(labels)
    return labels
  }
}
