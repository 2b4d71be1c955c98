import type { Operation } from './operation.ts'

/** A partition key range of one container, by the container's resource id (recreated containers differ). */
export interface RangeRef {
  readonly container: string
  readonly range: string
  /** With several write regions: the id of the one whose log it is. */
  readonly writeRegionId?: number | undefined
}

/** What a session token says, without its text. */
export interface TokenReference {
  readonly range: string
  readonly version: number
  readonly lsn: number
  /** Region id → local LSN. */
  readonly locals: Readonly<Record<string, number>>
}

export type JournalEntry = { readonly atMs: number } & (
  | ({
      /** A write became part of the range's log. */
      readonly kind: 'commit'
      readonly lsn: number
      readonly version: number
      readonly partitionKey: string
      readonly id: string
      /** 1 for the commit that creates the item, then one more each time; again 1 when it was deleted or expired meanwhile. */
      readonly itemVersion: number
      readonly deleted: boolean
    } & RangeRef)
  | ({
      /** When the four replicas of a region apply the log up to `lsn`; `atMs` is when that was settled. */
      readonly kind: 'replication'
      readonly region: string
      readonly lsn: number
      readonly arrivesAtMs: readonly number[]
    } & RangeRef)
  | ({
      /**
       * Replication stopped, or a forced failover cut the log: nothing beyond `beyondLsn` arrives of what was on its way,
       * and a replica that had applied more stands at `beyondLsn`.
       */
      readonly kind: 'withdrawn'
      readonly region: string
      readonly beyondLsn: number
    } & RangeRef)
  | ({
      /** A forced failover dropped an acknowledged commit. */
      readonly kind: 'lost'
      readonly lsn: number
    } & RangeRef)
  | {
      /** Ranges were split or merged: the children's logs go on after the parents'. */
      readonly kind: 'ranges'
      readonly container: string
      readonly parents: readonly string[]
      readonly children: readonly {
        readonly id: string
        readonly minInclusive: string
        readonly maxExclusive: string
      }[]
    }
  | {
      readonly kind: 'topology'
      readonly change: string
      readonly detail: Readonly<Record<string, string | number | boolean>>
    }
  | RequestEntry
)

/** One operation as received and as answered. */
export interface RequestEntry {
  readonly kind: 'request'
  readonly atMs: number
  readonly operation: Operation['kind']
  readonly region: string
  readonly status: number
  readonly substatus?: number
  /** Set when a fault rule or an offline region kept the answer from arriving whole. */
  readonly connection?: 'reset' | 'hang' | 'truncate'
  /** The container's resource id. */
  readonly container?: string
  readonly partitionKey?: string
  readonly id?: string
  /** `malformed`, or what it demanded of each range that it named; absent: no token came. */
  readonly token?: 'malformed' | readonly TokenReference[]
  /** Of each range that answered. */
  readonly served?: readonly ServedRange[]
  /** How long the read waited for its session token's progress. */
  readonly waitedMs?: number
}

export interface ServedRange {
  readonly range: string
  /** The replica of the region, 0 to 3; absent when the range's newest commit answered (writes, strong reads). */
  readonly replica?: number
  readonly version: number
  readonly lsn: number
  /** Region id → local LSN, as the answer's token says. */
  readonly locals: Readonly<Record<string, number>>
  /** The progress that the session token demanded; absent: none for this range. */
  readonly requiredLsn?: number
}

interface Listener {
  readonly hear: (entry: JournalEntry) => void
  readonly kinds: ReadonlySet<JournalEntry['kind']> | undefined
}

/** What really happened, for oracles and for people who ask why. Never holds the text of a token or a key. */
export class Journal {
  readonly #limit: number
  #entries: JournalEntry[] = []
  #dropped = 0
  #listeners: readonly Listener[] = []

  constructor(limit: 'off' | 'unbounded' | number) {
    this.#limit = limit === 'off' ? 0 : limit === 'unbounded' ? Number.POSITIVE_INFINITY : limit
  }

  /** False when nobody keeps or hears an entry, so that callers need not build it. */
  get isOn(): boolean {
    return this.#limit > 0 || this.#listeners.length > 0
  }

  /** How many entries the limit has pushed out. */
  get dropped(): number {
    return this.#dropped
  }

  /** Whether anybody keeps or hears entries of this kind, which cost more to build than to append. */
  wants(kind: JournalEntry['kind']): boolean {
    if (this.#limit > 0) return true
    for (const { kinds } of this.#listeners) if (kinds === undefined || kinds.has(kind)) return true
    return false
  }

  append(entry: JournalEntry): void {
    for (const { kinds, hear } of this.#listeners) if (kinds === undefined || kinds.has(entry.kind)) hear(entry)
    if (this.#limit === 0) return
    this.#entries.push(entry)
    // Cut in bulk: shifting an array by one at each append would cost as much as the simulator itself.
    if (this.#entries.length >= this.#limit * 2) this.#forgetOldest()
  }

  /** Calls `hear` for each entry from now on, or only for those of some kinds; returns how to stop it. */
  onEntry(hear: Listener['hear'], kinds?: Listener['kinds']): () => void {
    const listener = { hear, kinds }
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener)
    }
  }

  /** Oldest first; at most `limit` of the newest. */
  entries(limit = this.#limit): readonly JournalEntry[] {
    const kept = Math.min(limit, this.#limit)
    return kept === 0 ? [] : this.#entries.slice(-kept)
  }

  requests(): RequestEntry[] {
    return this.entries().filter((entry) => entry.kind === 'request')
  }

  commits(): Extract<JournalEntry, { kind: 'commit' }>[] {
    return this.entries().filter((entry) => entry.kind === 'commit')
  }

  /**
   * The LSN that a replica (0 to 3) had applied at `ms`, or undefined when the entries that would tell were dropped.
   * Reads the whole journal: for oracles, not for hot paths.
   */
  replicaStateAt(region: string, replica: number, where: RangeRef, ms: number): number | undefined {
    const ranges = this.#lineOf(where)
    const wanted = (entry: JournalEntry): entry is Extract<JournalEntry, { kind: 'replication' | 'withdrawn' }> =>
      (entry.kind === 'replication' || entry.kind === 'withdrawn') &&
      entry.region === region &&
      ranges.has(entry.range) &&
      entry.container === where.container &&
      entry.writeRegionId === where.writeRegionId
    let known: { lsn: number; fromMs: number }[] = []
    for (const entry of this.entries()) {
      if (!wanted(entry) || entry.atMs > ms) continue
      if (entry.kind === 'withdrawn') {
        const { beyondLsn, atMs } = entry
        known = known
          .filter((arrival) => arrival.lsn <= beyondLsn || arrival.fromMs <= atMs)
          .map((arrival) => ({ ...arrival, lsn: Math.min(arrival.lsn, beyondLsn) }))
      } else known.push({ lsn: entry.lsn, fromMs: entry.arrivesAtMs[replica]! })
    }
    const reached = known.findLast((arrival) => arrival.fromMs <= ms)
    if (reached) return reached.lsn
    return this.dropped === 0 && this.#limit > 0 ? 0 : undefined
  }

  /** The range and those that it came from: what was on its way to a parent's replica arrives at the child's. */
  #lineOf({ container, range }: RangeRef): ReadonlySet<string> {
    const line = new Set([range])
    for (const entry of this.entries().toReversed()) {
      if (entry.kind !== 'ranges' || entry.container !== container) continue
      if (entry.children.some(({ id }) => line.has(id))) for (const parent of entry.parents) line.add(parent)
    }
    return line
  }

  #forgetOldest(): void {
    const surplus = this.#entries.length - this.#limit
    this.#entries = this.#entries.slice(surplus)
    this.#dropped += surplus
  }
}
