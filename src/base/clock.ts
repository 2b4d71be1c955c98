/** Time comes through the door: everything that waits or measures takes a Clock, so that a test can be the clock. */
export interface Clock {
  /** Monotonic milliseconds with a fraction; only differences mean anything. */
  nowMs(): number
  /** Milliseconds since the Unix epoch. For what people and servers read, never for order. */
  wallMs(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A timer set for longer fires at once. */
const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      let timer: NodeJS.Timeout
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const wait = (leftMs: number) => {
        timer =
          leftMs > longestTimerMs
            ? setTimeout(wait, longestTimerMs, leftMs - longestTimerMs)
            : setTimeout(done, Math.max(0, leftMs))
      }
      wait(ms)
      signal?.addEventListener('abort', done)
    }),
}

/** A clock that moves only when told. Sleepers wake in order of their time, then of their arrival. */
export class ManualClock implements Clock {
  #nowMs = 0
  readonly #wallStartMs: number
  readonly #sleepers: Sleeper[] = []

  constructor(wallStartMs = 0) {
    this.#wallStartMs = wallStartMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#wallStartMs + this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper: Sleeper = { atMs: this.#nowMs + Math.max(0, ms), wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', wake)
    })
  }

  /** Time of the earliest sleeper, or undefined when nobody sleeps. */
  nextWakeMs(): number | undefined {
    return this.#earliest()?.atMs
  }

  /** Moves on by `ms`, waking each sleeper at its own time and letting its continuation run before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      const due = this.#earliest()
      if (due === undefined || due.atMs > endMs) break
      await this.#wake(due)
    }
    this.#nowMs = endMs
    await settled()
  }

  /** Moves on to the earliest sleeper's time and wakes that one; where nobody sleeps, only lets continuations run. */
  advanceToNext(): Promise<void> {
    const next = this.#earliest()
    return next === undefined ? settled() : this.#wake(next)
  }

  /** Of several for one time the one that came first: they lie in the order of their arrival. */
  #earliest(): Sleeper | undefined {
    let earliest: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (earliest === undefined || sleeper.atMs < earliest.atMs) earliest = sleeper
    }
    return earliest
  }

  #wake(sleeper: Sleeper): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, sleeper.atMs)
    sleeper.wake()
    return settled()
  }
}

interface Sleeper {
  readonly atMs: number
  readonly wake: () => void
}

/**
 * Lets every promise continuation that is ready run, and those that they make ready. Node runs a tick asked for by a microtask
 * once no microtask is left; unlike setImmediate it costs no round of the event loop, so whoever advances for long must let
 * the loop turn now and then. A promise asks for the microtask, because queueMicrotask makes a resource for async hooks each time.
 */
const settled = () => new Promise<void>((resolve) => void present.then(() => process.nextTick(resolve)))
const present = Promise.resolve()
