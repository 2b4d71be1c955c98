import type { Clock } from '../../base/clock.ts'
import type { SharedStore } from './shared-store.ts'

/** A shared cache within this process. As large as the number of keys that are in use. */
export class MemoryStore implements SharedStore {
  readonly #clock: Clock
  readonly #entries = new Map<string, { readonly value: string; readonly expiresAtMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  put(key: string, value: string, ttlMs: number): void {
    this.#entries.set(key, { value, expiresAtMs: this.#clock.nowMs() + ttlMs })
  }

  get(key: string): string | undefined {
    const entry = this.#entries.get(key)
    if (entry !== undefined && entry.expiresAtMs > this.#clock.nowMs()) return entry.value
    this.#entries.delete(key)
    return undefined
  }
}
