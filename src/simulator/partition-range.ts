import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { RangeToken } from '../protocol/session-token.ts'
import { ItemStore, type ItemVersion, versionAt } from './item-store.ts'
import type { RangeRef } from './journal.ts'
import { type IssuedToken, type Lineage, SingleLineage } from './lineage.ts'
import { isSameState, type LogPosition, type LogState, stateOf } from './log-state.ts'
import { RangeLog, type StalenessBound } from './range-log.ts'
import { type ReadAt, ViewFrom } from './range-view.ts'
import { readPolicies, replicasPerRegion, type Served } from './read-policy.ts'
import type { ReplicationWorld } from './replication.ts'
import { Budget } from './throughput.ts'
import type { Region } from './topology.ts'
import { VectorLineage } from './vector-lineage.ts'

/** One item's part in a commit: its next state (undefined: deleted) and the size of its document. */
export interface RangeWrite extends Pick<ItemVersion, 'item' | 'bytes'> {
  readonly key: string
  readonly id: string
}

/** Where a commit stands, and under which version of the range's configuration. */
export interface CommitPosition extends LogPosition {
  readonly version: number
}

/** When a version expires; undefined: never. */
export type ExpiryOf = (version: ItemVersion) => number | undefined

/** What a range is made of, apart from its place in the hash space. */
export interface RangeParts {
  readonly items: ItemStore
  /** One; with several write regions one a region, by the region's index. */
  readonly logs: readonly RangeLog[]
  readonly lineage: Lineage
  /** Nearest first: the ranges that it came from by splits and merges. */
  readonly ancestors: readonly string[]
  /** Until then requests are told that a split or merge is being completed. */
  readonly settledAtMs: number
}

const tokensKept = 16

/** One partition key range: its log or logs, its items, its replicas in every region, its share of the throughput. */
export class PartitionKeyRange {
  readonly id: string
  readonly minInclusive: string
  readonly maxExclusive: string
  readonly where: RangeRef
  readonly items: ItemStore
  readonly ancestors: readonly string[]
  readonly settledAtMs: number
  readonly #world: ReplicationWorld
  readonly #logs: RangeLog[]
  #lineage: Lineage
  /** By the region's index. */
  readonly #budgets: (Budget | undefined)[] = []
  /** What each replica had applied when it was last looked at, which most often it still has. */
  readonly #positions: (Served | undefined)[] = []
  /** The latest tokens, by LSN: replicas answer from the same few states again and again. */
  readonly #tokens = new Map<number, { readonly state: LogState; readonly token: IssuedToken }>()

  constructor(
    world: ReplicationWorld,
    where: RangeRef,
    bounds: { readonly minInclusive: string; readonly maxExclusive: string },
    parts: RangeParts = freshParts(world, where),
  ) {
    this.#world = world
    this.where = where
    this.id = where.range
    this.minInclusive = bounds.minInclusive
    this.maxExclusive = bounds.maxExclusive
    this.items = parts.items
    this.ancestors = parts.ancestors
    this.settledAtMs = parts.settledAtMs
    this.#logs = [...parts.logs]
    this.#lineage = parts.lineage
  }

  get logs(): readonly RangeLog[] {
    return this.#logs
  }

  get lineage(): Lineage {
    return this.#lineage
  }

  /** Everything that was ever committed. */
  get newest(): LogState {
    return this.#stateFrom((log) => log.committedLsn)
  }

  /** What a write in the region builds on. With one write region it is the newest state; else what has come to the region. */
  writeState(region: Region, nowMs: number): LogState {
    return this.#stateFrom((log, index) =>
      log === this.#logOf(region) ? log.committedLsn : this.#logs[index]!.replication.receivedLsn(region, nowMs),
    )
  }

  /** Where the next commit in the region will stand, and under which version. */
  nextCommit(region: Region): CommitPosition {
    const log = this.#logOf(region)
    return { log: this.#logs.indexOf(log), lsn: log.committedLsn + 1, version: this.#lineage.version }
  }

  tokenAt(state: LogState): IssuedToken {
    const known = this.#tokens.get(state.lsn)
    if (known !== undefined && isSameState(known.state, state)) return known.token
    const token = this.#lineage.tokenAt(this.id, state)
    if (this.#tokens.size >= tokensKept) this.#tokens.clear()
    this.#tokens.set(state.lsn, { state, token })
    return token
  }

  demand(token: RangeToken): LogState {
    return this.#lineage.demand(token)
  }

  /** What one of the region's replicas has applied. */
  position(region: Region, replica: number, nowMs: number): Served {
    const place = region.index * replicasPerRegion + replica
    const known = this.#positions[place]
    if (known !== undefined && this.#standsAt(known, region, replica, nowMs)) return known
    const { lsn, locals } = this.#stateFrom((log) => log.replication.position(region, replica, nowMs))
    const served = { lsn, locals, replica }
    this.#positions[place] = served
    return served
  }

  /** When the first replica of the region will be in the state, or undefined when that is not settled. */
  reachedAtMs(region: Region, demand: LogState): number | undefined {
    let first: number | undefined
    for (let replica = 0; replica < replicasPerRegion; replica++) {
      const atMs = this.#replicaReachesAtMs(region, replica, demand)
      if (atMs !== undefined && (first === undefined || atMs < first)) first = atMs
    }
    return first
  }

  /** Which state answers a read at this level now, or `not-yet`. */
  read(level: ConsistencyLevel, at: ReadAt): Served | 'not-yet' {
    return readPolicies[level](new ViewFrom(this, at))
  }

  /** The oldest state within the bound. */
  boundState(bound: StalenessBound, nowMs: number): LogState {
    return this.#stateFrom((log) => log.boundLsn(bound, nowMs))
  }

  /**
   * Appends one commit to the region's log, at the position that `nextCommit` told: one write, or all those of a transactional
   * batch, which share its LSN. It goes into the items' chains and is sent on its way. `seen` is what the writes build on.
   */
  commit(
    region: Region,
    { log, lsn, version: configuration }: CommitPosition,
    seen: LogState,
    writes: readonly RangeWrite[],
    nowMs: number,
    expiresAtMs: ExpiryOf,
  ): void {
    this.#logs[log]!.append(nowMs)
    for (const { key, id, item, bytes } of writes) {
      const before = versionAt(this.items.chain(key, id), seen)
      const beforeExpiresAtMs = before && expiresAtMs(before)
      const goesOn = before?.item !== undefined && (beforeExpiresAtMs === undefined || beforeExpiresAtMs > nowMs)
      const itemVersion = goesOn ? before.itemVersion + 1 : 1
      const version: ItemVersion = {
        lsn,
        log,
        configuration,
        item,
        bytes,
        committedAtMs: nowMs,
        itemVersion,
        older: undefined,
      }
      this.items.put(this.id, key, id, version, expiresAtMs(version))
      if (this.#world.journal.isOn) {
        this.#world.journal.append({
          kind: 'commit',
          atMs: nowMs,
          container: this.where.container,
          range: this.where.range,
          writeRegionId: this.#logs.length > 1 ? region.id : undefined,
          lsn,
          version: configuration,
          partitionKey: key,
          id,
          itemVersion,
          deleted: item === undefined,
        })
      }
    }
    this.#logs[log]!.replication.commit(lsn, nowMs)
    this.tidy(nowMs, expiresAtMs)
  }

  /** Lets go what no replica needs any more. */
  tidy(nowMs: number, expiresAtMs: ExpiryOf): void {
    const least = this.#stateFrom((log) => log.replication.leastPosition(nowMs))
    this.items.tidy(least, nowMs, expiresAtMs)
    for (let i = 0; i < this.#logs.length; i++) this.#logs[i]!.forgetTimes(least.locals?.[i] ?? least.lsn)
  }

  /** Moves the writes of the one log to another region. Forced: what has not come to it is lost, and the log goes on from there. */
  failOver(to: Region, forced: boolean, version: number, nowMs: number): { lostCommits: number } {
    const log = this.#logs[0]!
    const keptLsn = forced ? log.replication.receivedLsn(to, nowMs) : log.committedLsn
    const lostCommits = log.committedLsn - keptLsn
    if (lostCommits > 0) {
      for (let lsn = keptLsn + 1; lsn <= log.committedLsn; lsn++) {
        this.#world.journal.append({ kind: 'lost', atMs: nowMs, ...this.where, lsn })
      }
      this.items.cut(keptLsn)
      log.cut(keptLsn, nowMs)
    }
    log.replication.catchUp(to, keptLsn, nowMs)
    this.#goOnUnder((this.#lineage as SingleLineage).moved(version, keptLsn, to.id, lostCommits > 0))
    return { lostCommits }
  }

  /** A region whose replicas some commit is held back from, not merely on its way to; undefined: none. */
  heldBackFrom(): Region | undefined {
    return this.#world.topology.regions.find((region) =>
      this.#logs.some(({ replication, committedLsn }) => replication.heldFor(region, committedLsn) > 0),
    )
  }

  /** What is on its way arrives at once. */
  catchUp(nowMs: number): void {
    for (const { replication, committedLsn } of this.#logs) {
      for (const region of this.#world.topology.regions) replication.catchUp(region, committedLsn, nowMs)
    }
  }

  /** A new region begins with what has come to any of the others; the rest follows over the links. */
  seed(region: Region, nowMs: number): void {
    const others = this.#world.topology.regions.filter((other) => other !== region && other.state === 'online')
    for (const { replication } of this.#logs) {
      const lsn = Math.max(0, ...others.map((other) => replication.receivedLsn(other, nowMs)))
      replication.catchUp(region, lsn, nowMs)
    }
  }

  /** The account or the range has a new configuration from here on. */
  reconfigure(version: number, keepsAll = true): void {
    const { topology } = this.#world
    if (topology.hasSeveralWriteRegions) {
      for (const region of topology.everyRegion) {
        this.#logs[region.index] ??= RangeLog.empty(this.#world, this.where, () => region)
      }
    }
    this.#goOnUnder(this.#lineage.raised(version, this.newest, topology.regions, keepsAll))
  }

  /** 0: the region's share of the throughput admits a request now. Else how long to stay away. */
  retryAfterMs(region: Region, requestUnitsPerSecond: number, nowMs: number): number {
    this.#budgets[region.index] ??= new Budget(requestUnitsPerSecond, nowMs)
    return this.#budgets[region.index]!.retryAfterMs(requestUnitsPerSecond, nowMs)
  }

  spend(region: Region, requestUnits: number): void {
    this.#budgets[region.index]?.spend(requestUnits)
  }

  /** The log that takes the region's writes. */
  logOf(region: Region): RangeLog {
    return this.#logOf(region)
  }

  #logOf(region: Region): RangeLog {
    return this.#world.topology.hasSeveralWriteRegions ? this.#logs[region.index]! : this.#logs[0]!
  }

  #goOnUnder(lineage: Lineage): void {
    this.#lineage = lineage
    this.#tokens.clear()
  }

  #standsAt({ lsn, locals }: LogState, region: Region, replica: number, nowMs: number): boolean {
    if (locals === undefined) return this.#logs[0]!.replication.position(region, replica, nowMs) === lsn
    if (locals.length !== this.#logs.length) return false
    for (let i = 0; i < locals.length; i++) {
      if (this.#logs[i]!.replication.position(region, replica, nowMs) !== locals[i]) return false
    }
    return true
  }

  /** The last of its logs decides; undefined when that is not settled of one of them. */
  #replicaReachesAtMs(region: Region, replica: number, { lsn, locals }: LogState): number | undefined {
    let last = Number.NEGATIVE_INFINITY
    for (let i = 0; i < this.#logs.length; i++) {
      const demandedLsn = locals === undefined ? lsn : (locals[i] ?? 0)
      const atMs = this.#logs[i]!.replication.reachedAtMs(region, replica, demandedLsn)
      if (atMs === undefined) return undefined
      last = Math.max(last, atMs)
    }
    return last
  }

  #stateFrom(lsnOf: (log: RangeLog, index: number) => number): LogState {
    if (!this.#world.topology.hasSeveralWriteRegions) return { lsn: lsnOf(this.#logs[0]!, 0), locals: undefined }
    return stateOf(this.#logs.map(lsnOf))
  }
}

function freshParts(world: ReplicationWorld, where: RangeRef): RangeParts {
  const { topology } = world
  const { version, writeRegion, regions, everyRegion, hasSeveralWriteRegions } = topology
  const common = { items: new ItemStore(), ancestors: [], settledAtMs: Number.NEGATIVE_INFINITY }
  if (!hasSeveralWriteRegions) {
    const lineage = new SingleLineage([{ version, fromLsn: 1, writeRegionId: writeRegion.id }])
    return { ...common, lineage, logs: [RangeLog.empty(world, where, () => topology.writeRegion)] }
  }
  const logs = everyRegion.map((region) => RangeLog.empty(world, where, () => region))
  return {
    ...common,
    logs,
    lineage: new VectorLineage([{ version, after: stateOf(logs.map(() => 0)), regions: [...regions] }]),
  }
}
