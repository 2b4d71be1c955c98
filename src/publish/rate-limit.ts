import type { Clock } from '../base/clock.ts'

/** Lets the first few of a kind through in each period and counts the rest. */
export class RateLimit {
  readonly #clock: Clock
  readonly #most: number
  readonly #periodMs: number
  readonly #kinds = new Map<string, { openedAtMs: number; passed: number; held: number }>()

  constructor(clock: Clock, most: number, periodMs: number) {
    this.#clock = clock
    this.#most = most
    this.#periodMs = periodMs
  }

  /** Whether one more of this kind may pass. */
  passes(kind: string): boolean {
    const nowMs = this.#clock.nowMs()
    const known = this.#kinds.get(kind)
    const current =
      known && nowMs - known.openedAtMs < this.#periodMs ? known : { openedAtMs: nowMs, passed: 0, held: 0 }
    this.#kinds.set(kind, current)
    if (current.passed < this.#most) {
      current.passed++
      return true
    }
    current.held++
    return false
  }

  /** The kinds whose period is over, with how many were held back in it; each is reported once, and then forgotten. */
  takeExpired(nowMs = this.#clock.nowMs()): { kind: string; held: number }[] {
    const expired: { kind: string; held: number }[] = []
    for (const [kind, { openedAtMs, held }] of this.#kinds) {
      if (nowMs - openedAtMs < this.#periodMs) continue
      this.#kinds.delete(kind)
      if (held > 0) expired.push({ kind, held })
    }
    return expired
  }
}
