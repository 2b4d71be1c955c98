import { type LogPosition, type LogState, shows } from './log-state.ts'
import type { Item } from './operation.ts'

/** One state of an item in its range's log. */
export interface ItemVersion extends LogPosition {
  /** Version of the range's configuration under which it was committed. */
  readonly configuration: number
  /** The document as it was written, without system properties, which follow from where it lies; undefined: deleted. */
  readonly item: Item | undefined
  /** Size of the whole document as JSON. */
  readonly bytes: number
  readonly committedAtMs: number
  /** 1 for the commit that creates the item, then one more each time; again 1 when it was deleted or expired meanwhile. */
  readonly itemVersion: number
  older: ItemVersion | undefined
}

/** An item's states, the one that wins first, as far back as some replica may still stand. */
export interface ItemChain {
  readonly id: string
  /** The range in which it came to be: with its number it makes the resource id, which outlives splits and merges. */
  readonly birthplace: string
  readonly partition: LogicalPartition
  /** Grows with each new item of its partition: the order of query results. */
  readonly number: number
  /** Follows from the two above; made when first asked for, which most items of a large store never are. */
  resourceId: string | undefined
  newest: ItemVersion
  /** When the store will next look whether it has expired: one appointment an item, however often it is written. */
  lookedAtSecond: number | undefined
}

/** All items with one partition key value, in order of their numbers. Most hold one item, which needs no map. */
export class LogicalPartition {
  /** Printed key, unique in the container. */
  readonly key: string
  /** Grows with each new logical partition of its range. */
  number: number
  #only: ItemChain | undefined
  #many: Map<string, ItemChain> | undefined

  constructor(key: string, number: number) {
    this.key = key
    this.number = number
  }

  get isEmpty(): boolean {
    return this.#only === undefined && this.#many === undefined
  }

  get(id: string): ItemChain | undefined {
    if (this.#many) return this.#many.get(id)
    return this.#only?.id === id ? this.#only : undefined
  }

  chains(): Iterable<ItemChain> {
    if (this.#many) return this.#many.values()
    return this.#only ? [this.#only] : []
  }

  add(chain: ItemChain): void {
    if (this.#many) this.#many.set(chain.id, chain)
    else if (this.#only === undefined) this.#only = chain
    else {
      this.#many = new Map([this.#only, chain].map((each) => [each.id, each]))
      this.#only = undefined
    }
  }

  remove(chain: ItemChain): void {
    if (this.#only === chain) this.#only = undefined
    if (this.#many?.get(chain.id) !== chain) return
    this.#many.delete(chain.id)
    if (this.#many.size === 0) this.#many = undefined
  }
}

/**
 * The items of one range: what each was at every LSN that a replica may still have. Superseded states go when the
 * least advanced replica has passed them, expired items when they are due, a few with each write, so that a store
 * that is only ever written to does not grow.
 */
export class ItemStore {
  readonly #partitions = new Map<string, LogicalPartition>()
  #superseded: { version: ItemVersion; chain: ItemChain }[] = []
  #supersededDone = 0
  readonly #expiring = new Map<number, ItemChain[]>()
  #expiredUntilSecond: number | undefined
  #partitionNumber = 0
  #itemNumber = 0

  /** In order of their numbers. */
  partitions(): Iterable<LogicalPartition> {
    return this.#partitions.values()
  }

  partition(key: string): LogicalPartition | undefined {
    return this.#partitions.get(key)
  }

  chain(key: string, id: string): ItemChain | undefined {
    return this.#partitions.get(key)?.get(id)
  }

  /** The number that the next new item will get. */
  get nextItemNumber(): number {
    return this.#itemNumber + 1
  }

  /**
   * Puts `version` on top of the item's chain: the last writer wins. `expiresAtMs`: when it can be let go, if nothing comes in
   * between. `range` is where a new item is born.
   */
  put(range: string, key: string, id: string, version: ItemVersion, expiresAtMs: number | undefined): void {
    let partition = this.#partitions.get(key)
    if (partition === undefined) {
      partition = new LogicalPartition(key, ++this.#partitionNumber)
      this.#partitions.set(key, partition)
    }
    let chain = partition.get(id)
    if (chain === undefined) {
      const number = ++this.#itemNumber
      chain = {
        id,
        birthplace: range,
        partition,
        number,
        resourceId: undefined,
        newest: version,
        lookedAtSecond: undefined,
      }
      partition.add(chain)
      if (version.item === undefined) this.#superseded.push({ version, chain })
    } else {
      version.older = chain.newest
      chain.newest = version
      this.#superseded.push({ version, chain })
    }
    if (expiresAtMs !== undefined) this.#expectExpiry(chain, expiresAtMs)
  }

  /** Lets go what no replica needs any more. `expiresAtMs` is asked anew, because the container's TTL may have changed. */
  tidy(least: LogState, nowMs: number, expiresAtMs: (version: ItemVersion) => number | undefined): void {
    while (this.#supersededDone < this.#superseded.length) {
      const { version, chain } = this.#superseded[this.#supersededDone]!
      if (!shows(least, version)) break
      this.#supersededDone += 1
      prune(chain, least)
      if (chain.newest.item === undefined && shows(least, chain.newest)) this.#remove(chain)
    }
    if (this.#supersededDone > 256 && this.#supersededDone * 2 > this.#superseded.length) {
      this.#superseded = this.#superseded.slice(this.#supersededDone)
      this.#supersededDone = 0
    }
    this.#tidyExpired(least, nowMs, expiresAtMs)
  }

  /** Moves every logical partition into the store that `choose` names; the numbers of items and partitions stay. */
  moveTo(choose: (key: string) => ItemStore): void {
    for (const partition of this.#partitions.values()) {
      const store = choose(partition.key)
      // Two stores that are merged have numbered their partitions each for itself.
      if (partition.number <= store.#partitionNumber) partition.number = store.#partitionNumber + 1
      store.#partitionNumber = partition.number
      store.#itemNumber = Math.max(store.#itemNumber, this.#itemNumber)
      store.#partitions.set(partition.key, partition)
    }
    for (const entry of this.#superseded.slice(this.#supersededDone)) {
      choose(entry.chain.partition.key).#superseded.push(entry)
    }
    for (const [second, chains] of this.#expiring) {
      for (const chain of chains) {
        if (chain.lookedAtSecond !== second) continue
        chain.lookedAtSecond = undefined
        choose(chain.partition.key).#expectExpiry(chain, second * 1000 - 1)
      }
    }
  }

  /** Undoes every commit beyond `lsn`. */
  cut(lsn: number): void {
    for (const partition of this.#partitions.values()) {
      for (const chain of partition.chains()) {
        let version: ItemVersion | undefined = chain.newest
        while (version !== undefined && version.lsn > lsn) version = version.older
        if (version === undefined) this.#remove(chain)
        else chain.newest = version
      }
    }
    this.#superseded = this.#superseded.filter(({ version }) => version.lsn <= lsn)
    this.#supersededDone = Math.min(this.#supersededDone, this.#superseded.length)
  }

  #expectExpiry(chain: ItemChain, expiresAtMs: number): void {
    const second = Math.floor(expiresAtMs / 1000) + 1
    if (chain.lookedAtSecond !== undefined && chain.lookedAtSecond <= second) return
    chain.lookedAtSecond = second
    const due = this.#expiring.get(second)
    if (due) due.push(chain)
    else this.#expiring.set(second, [chain])
    if (this.#expiredUntilSecond !== undefined) {
      this.#expiredUntilSecond = Math.min(this.#expiredUntilSecond, second - 1)
    }
  }

  #tidyExpired(least: LogState, nowMs: number, expiresAtMs: (version: ItemVersion) => number | undefined): void {
    if (this.#expiring.size === 0) return
    const nowSecond = Math.floor(nowMs / 1000)
    const first = this.#expiredUntilSecond ?? Math.min(...this.#expiring.keys()) - 1
    for (let second = first + 1; second <= nowSecond; second++) {
      const due = this.#expiring.get(second)
      if (due === undefined) continue
      this.#expiring.delete(second)
      for (const chain of due) {
        if (chain.lookedAtSecond !== second) continue
        chain.lookedAtSecond = undefined
        const dueMs = expiresAtMs(chain.newest)
        // A chain that was removed, or whose newest state expires later, is looked after elsewhere.
        if (chain.partition.get(chain.id) !== chain || dueMs === undefined) continue
        if (dueMs > nowMs || !shows(least, chain.newest)) this.#expectExpiry(chain, Math.max(dueMs, nowMs))
        else this.#remove(chain)
      }
    }
    this.#expiredUntilSecond = nowSecond
  }

  #remove(chain: ItemChain): void {
    const { partition } = chain
    partition.remove(chain)
    if (partition.isEmpty && this.#partitions.get(partition.key) === partition) {
      this.#partitions.delete(partition.key)
    }
  }
}

/** The item in this state of the log; undefined: not there. A deleted state is returned as such. */
export function versionAt(chain: ItemChain | undefined, state: LogState): ItemVersion | undefined {
  let version = chain?.newest
  while (version !== undefined && !shows(state, version)) version = version.older
  return version
}

function prune(chain: ItemChain, least: LogState): void {
  const needed = versionAt(chain, least)
  if (needed !== undefined) needed.older = undefined
}
