import type { Clock } from '../base/clock.ts'
import type { Ancestry } from '../protocol/session-token.ts'
import type { AccountLink } from './account-link.ts'

/** How long an answer's judgement may wait for the container's ranges, and how soon after an answer or a failure they are asked for again. */
const answerWithinMs = 2000
const askAgainAfterMs = 1000
const askAgainAfterFailureMs = 30_000

/**
 * What is known of the splits and merges of one container's partition key ranges: asked of the account when an answer names a
 * range that none has named before, because a split gives its children new ids. A container whose answers always name the same
 * range is never asked about.
 */
export class RangeAncestry {
  readonly #link: AccountLink
  readonly #clock: Clock
  readonly #path: { readonly database: string; readonly container: string }
  readonly #seen = new Set<string>()
  #ancestors: ReadonlyMap<string, readonly string[]> = new Map()
  #asking: Promise<void> | undefined
  #notBeforeMs = Number.NEGATIVE_INFINITY

  constructor(link: AccountLink, clock: Clock, path: { readonly database: string; readonly container: string }) {
    this.#link = link
    this.#clock = clock
    this.#path = path
  }

  readonly ancestry: Ancestry = (range) => this.#ancestors.get(range) ?? []

  /** Settles once what these ranges come from is known, or cannot be found out in time. Never rejects. */
  async learn(ranges: readonly string[]): Promise<void> {
    const isFirst = this.#seen.size === 0
    const isNew = ranges.some((range) => !this.#seen.has(range))
    if (!isNew || (isFirst && ranges.length === 1)) {
      for (const range of ranges) this.#seen.add(range)
      return
    }
    if (this.#clock.nowMs() < this.#notBeforeMs) return
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    const enough = new AbortController()
    await Promise.race([this.#asking, this.#clock.sleep(answerWithinMs, enough.signal)])
    enough.abort()
  }

  async #ask(): Promise<void> {
    try {
      const client = await this.#link.adminClient()
      const container = client.database(this.#path.database).container(this.#path.container)
      const { resources } = await container.readPartitionKeyRanges().fetchAll()
      const ancestors = new Map(this.#ancestors)
      for (const { id, parents } of resources as readonly { readonly id: string; readonly parents?: unknown }[]) {
        this.#seen.add(id)
        // The service lists the oldest first, as far as is known.
        if (Array.isArray(parents)) ancestors.set(id, parents.map(String).toReversed())
      }
      this.#ancestors = ancestors
      this.#notBeforeMs = this.#clock.nowMs() + askAgainAfterMs
    } catch {
      // Then nothing is known, and what depends on it is judged unknown.
      this.#notBeforeMs = this.#clock.nowMs() + askAgainAfterFailureMs
    }
  }
}
