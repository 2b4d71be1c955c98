import type { Clock } from '../base/clock.ts'
import type { Ancestry } from '../protocol/session-token.ts'
import type { AccountLink } from './account-link.ts'

/** How long an answer's judgement may wait for the container's ranges, and how soon they are asked for again. */
const answerWithinMs = 2000
/** Only about a range that the account did not tell of: a new one is asked about at once, and splits are rare. */
const askAgainAfterMs = 1000
const askAgainAfterFailureMs = 30_000

/**
 * What is known of the splits and merges of one container's partition key ranges: asked of the account when an answer names a
 * range that none has named before, because a split gives its children new ids. A container whose answers always name the same
 * range is never asked about. A container that is made anew under the same name counts its ranges anew, too: another resource id
 * in an answer makes all forgotten, or a token of a range that has nothing to do with it would pass for one of an ancestor.
 */
export class RangeAncestry {
  readonly #link: AccountLink
  readonly #clock: Clock
  readonly #path: { readonly database: string; readonly container: string }
  readonly #seen = new Set<string>()
  #containerId: string | undefined
  #ancestors: ReadonlyMap<string, readonly string[]> = new Map()
  #asking: Promise<void> | undefined
  /** Ranges that the account was asked about and did not tell of, and when. */
  readonly #askedInVainMs = new Map<string, number>()
  #notBeforeMs = Number.NEGATIVE_INFINITY

  constructor(link: AccountLink, clock: Clock, path: { readonly database: string; readonly container: string }) {
    this.#link = link
    this.#clock = clock
    this.#path = path
  }

  readonly ancestry: Ancestry = (range) => this.#ancestors.get(range) ?? []

  /**
   * Settles once what these ranges come from is known, or cannot be found out in time. Never rejects. `containerId`: the container's
   * resource id, where the answers told it.
   */
  async learn(ranges: readonly string[], containerId?: string): Promise<void> {
    if (containerId !== undefined && containerId !== this.#containerId) {
      if (this.#containerId !== undefined) this.#forget()
      this.#containerId = containerId
    }
    const isFirst = this.#seen.size === 0
    if (isFirst && ranges.length === 1) {
      for (const range of ranges) this.#seen.add(range)
      return
    }
    if (!ranges.some((range) => this.#isWorthAsking(range))) return
    const enough = new AbortController()
    await Promise.race([this.#askAbout(ranges), this.#clock.sleep(answerWithinMs, enough.signal)])
    enough.abort()
  }

  #forget(): void {
    this.#seen.clear()
    this.#askedInVainMs.clear()
    this.#ancestors = new Map()
    this.#notBeforeMs = Number.NEGATIVE_INFINITY
  }

  #isWorthAsking(range: string): boolean {
    const nowMs = this.#clock.nowMs()
    const inVainMs = this.#askedInVainMs.get(range) ?? Number.NEGATIVE_INFINITY
    return !this.#seen.has(range) && nowMs >= this.#notBeforeMs && nowMs >= inVainMs + askAgainAfterMs
  }

  /** A question that was under way may have been answered before these ranges were there. */
  async #askAbout(ranges: readonly string[]): Promise<void> {
    await this.#asking
    if (!ranges.some((range) => this.#isWorthAsking(range))) return
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    await this.#asking
    for (const range of ranges) if (!this.#seen.has(range)) this.#askedInVainMs.set(range, this.#clock.nowMs())
  }

  async #ask(): Promise<void> {
    const containerId = this.#containerId
    try {
      const client = await this.#link.adminClient()
      const container = client.database(this.#path.database).container(this.#path.container)
      const { resources } = await container.readPartitionKeyRanges().fetchAll()
      // What was asked about the container of before is no answer about this one.
      if (containerId !== undefined && containerId !== this.#containerId) return
      const ancestors = new Map(this.#ancestors)
      for (const { id, parents } of resources as readonly { readonly id: string; readonly parents?: unknown }[]) {
        this.#seen.add(id)
        this.#askedInVainMs.delete(id)
        // The service lists the oldest first, as far as is known.
        if (Array.isArray(parents)) ancestors.set(id, parents.map(String).toReversed())
      }
      this.#ancestors = ancestors
    } catch {
      // Then nothing is known, and what depends on it is judged unknown.
      this.#notBeforeMs = this.#clock.nowMs() + askAgainAfterFailureMs
    }
  }
}
