import type { Clock } from '../base/clock.ts'

/** What "the last five minutes" means everywhere: six slices, so that a figure covers between 4 min 10 s and 5 min. */
export const recentWindowMs = 300_000
const sliceCount = 6
const leastCoveredMs = 10_000

/** How a slice is made and emptied; emptied rather than made anew, so that a window allocates nothing once it is full. */
export interface SliceKind<Slice> {
  create(): Slice
  clear(slice: Slice): void
}

/** A ring of slices over the last `windowMs`. What is older goes a slice at a time; memory never grows. */
export class SlidingWindow<Slice> {
  readonly #clock: Clock
  readonly #kind: SliceKind<Slice>
  readonly #sliceMs: number
  readonly #slots: ({ period: number; readonly slice: Slice } | undefined)[]
  readonly #openedAtMs: number

  constructor(clock: Clock, kind: SliceKind<Slice>, windowMs = recentWindowMs, slices = sliceCount) {
    this.#clock = clock
    this.#kind = kind
    this.#sliceMs = windowMs / slices
    this.#slots = Array.from({ length: slices }, () => undefined)
    this.#openedAtMs = clock.nowMs()
  }

  /** Which slice it is now. While it stays the same, `live` gives the same slices. */
  get period(): number {
    return Math.floor(this.#clock.nowMs() / this.#sliceMs)
  }

  /** The slice that takes what happens now. */
  current(): Slice {
    const { period } = this
    const index = period % this.#slots.length
    const slot = this.#slots[index]
    if (slot?.period === period) return slot.slice
    if (slot === undefined) {
      const slice = this.#kind.create()
      this.#slots[index] = { period, slice }
      return slice
    }
    this.#kind.clear(slot.slice)
    slot.period = period
    return slot.slice
  }

  /** The slices that are still within the window. */
  live(): Slice[] {
    const oldest = this.period - this.#slots.length + 1
    return this.#slots.flatMap((slot) => (slot !== undefined && slot.period >= oldest ? [slot.slice] : []))
  }

  /** The time that `live` covers: less than the window until it has been open that long, but never so little that one event is a rate. */
  coveredMs(): number {
    const nowMs = this.#clock.nowMs()
    const startMs = Math.max(this.#openedAtMs, (this.period - this.#slots.length + 1) * this.#sliceMs)
    return Math.max(leastCoveredMs, nowMs - startMs)
  }
}

/** What is worked out from the slices of a window: anew only after news, or once the window has moved on. */
export class WindowFigure<Slice, Figure> {
  readonly #window: SlidingWindow<Slice>
  readonly #workOut: (slices: readonly Slice[]) => Figure
  #known: { readonly period: number; readonly figure: Figure } | undefined

  constructor(window: SlidingWindow<Slice>, workOut: (slices: readonly Slice[]) => Figure) {
    this.#window = window
    this.#workOut = workOut
  }

  /** The slice that takes what happens now; the figure is out of date with it. */
  current(): Slice {
    this.#known = undefined
    return this.#window.current()
  }

  figure(): Figure {
    const { period } = this.#window
    if (this.#known?.period !== period) this.#known = { period, figure: this.#workOut(this.#window.live()) }
    return this.#known.figure
  }

  coveredMs(): number {
    return this.#window.coveredMs()
  }
}
