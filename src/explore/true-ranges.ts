import { effectivePartitionKey } from '../protocol/partition-key-hash.ts'
import type { JournalEntry } from '../simulator/journal.ts'

type RangesEntry = Extract<JournalEntry, { kind: 'ranges' }>

/** Which range holds a key now, as the journal told it: followed from the range that took a write through splits and merges. */
export class TrueRanges {
  /** Container → range → the change that ended it. */
  readonly #endings = new Map<string, Map<string, RangesEntry>>()

  learn(entry: RangesEntry): void {
    const endings = this.#endings.get(entry.container) ?? new Map<string, RangesEntry>()
    this.#endings.set(entry.container, endings)
    for (const parent of entry.parents) endings.set(parent, entry)
  }

  /** `printedKey` as the journal prints a partition key; single strings are all that explored documents have. */
  holder(container: string, range: string, printedKey: string): string {
    const ending = this.#endings.get(container)?.get(range)
    if (ending === undefined) return range
    const effective = effectivePartitionKey(JSON.parse(printedKey) as string[])
    const child = ending.children.find(
      ({ minInclusive, maxExclusive }) => minInclusive <= effective && effective < maxExclusive,
    )
    return this.holder(container, child!.id, printedKey)
  }

  /** Whether `younger` came from `elder`, or is it. */
  comesFrom(container: string, younger: string, elder: string): boolean {
    if (younger === elder) return true
    const ending = this.#endings.get(container)?.get(elder)
    return ending?.children.some(({ id }) => this.comesFrom(container, younger, id)) === true
  }
}
