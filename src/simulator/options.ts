import type { ConsistencyLevel } from '../protocol/consistency-level.ts'

/** A delay in milliseconds: always the same, or log-normal (median, and the standard deviation of its logarithm). */
export type Delay = { readonly fixedMs: number } | { readonly medianMs: number; readonly sigma: number }

/** How the simulated account is laid out. Plain JSON; every field has a default. */
export interface SimulatorOptions {
  /** Region names; the first takes the writes. Default: West Europe, North Europe, East US. */
  readonly regions?: readonly string[]
  /** Every region takes writes; the last writer wins. Not with Strong. Default: false. */
  readonly multipleWriteLocations?: boolean
  /** The account's default consistency level, which is also the strongest that a request may ask for. Default: Session. */
  readonly consistency?: ConsistencyLevel
  /** Partition key ranges of each new container, tiling `""`…`"FF"`. Default: 4. */
  readonly partitionKeyRanges?: number
  /** Delay of a commit from the write region to each other region. Default: log-normal, median 30 ms, sigma 0.35. */
  readonly replication?: Delay
  /** Ordered pairs of regions whose delay differs from `replication`. Default: none. */
  readonly replicationBetween?: readonly { readonly from: string; readonly to: string; readonly delay: Delay }[]
  /** How far the fourth replica of a region trails the other three. Default: log-normal, median 5 ms, sigma 0.5. */
  readonly replicaLag?: Delay
  /** How long a read waits for the progress that its session token names, before 404/1002. Default: 500. */
  readonly sessionWaitMs?: number
  /** The bound of BoundedStaleness, in commits of a partition key range and in time. Default: 100000 and 300000. */
  readonly boundedStaleness?: { readonly maxVersions: number; readonly maxIntervalMs: number }
  /** Request units a second of a new container, when its creation names none. Default: 100000. */
  readonly throughput?: number
  /** Commits that a range holds back for a paused region; past it writes answer 429/3075. Default: 10000. */
  readonly replicationBufferMax?: number
  /** For so long after a failover the old write region is still announced as writable; it answers 403/3 at once. Default: 0. */
  readonly failoverWindowMs?: number
  /** For so long after its removal a region is still announced; it answers 403/1008 at once. Default: 0. */
  readonly removedRegionLingerMs?: number
  /** `off`, the newest n entries, or `unbounded` (for oracles: it grows without end). Default: 10000. */
  readonly journal?: 'off' | 'unbounded' | number
  /** Wall time, in milliseconds since the Unix epoch, at nowMs = 0. Only `_ts` shows it. Default: 0. */
  readonly wallOriginMs?: number
}

export type Settings = Required<SimulatorOptions>

export const withDefaults = (options: SimulatorOptions): Settings => ({
  regions: options.regions ?? ['West Europe', 'North Europe', 'East US'],
  multipleWriteLocations: options.multipleWriteLocations ?? false,
  consistency: options.consistency ?? 'Session',
  partitionKeyRanges: options.partitionKeyRanges ?? 4,
  replication: options.replication ?? { medianMs: 30, sigma: 0.35 },
  replicationBetween: options.replicationBetween ?? [],
  replicaLag: options.replicaLag ?? { medianMs: 5, sigma: 0.5 },
  sessionWaitMs: options.sessionWaitMs ?? 500,
  boundedStaleness: options.boundedStaleness ?? { maxVersions: 100_000, maxIntervalMs: 300_000 },
  throughput: options.throughput ?? 100_000,
  replicationBufferMax: options.replicationBufferMax ?? 10_000,
  failoverWindowMs: options.failoverWindowMs ?? 0,
  removedRegionLingerMs: options.removedRegionLingerMs ?? 0,
  journal: options.journal ?? 10_000,
  wallOriginMs: options.wallOriginMs ?? 0,
})
