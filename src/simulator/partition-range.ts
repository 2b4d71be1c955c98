import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { RangeToken } from '../protocol/session-token.ts'
import { ItemStore, type ItemVersion } from './item-store.ts'
import type { RangeRef } from './journal.ts'
import { type RangeView, readPolicies, type Served } from './read-policy.ts'
import { Replication, type ReplicationWorld } from './replication.ts'
import { demandedLsn, type Epoch, epochAt } from './session-demand.ts'
import { type Budget, fullBudget, refill, retryAfterMs, spend } from './throughput.ts'
import type { Region } from './topology.ts'

export interface StalenessBound {
  readonly maxVersions: number
  readonly maxIntervalMs: number
}

/** One item's part in a commit: its next state (undefined: deleted) and the size of its document. */
export interface RangeWrite extends Pick<ItemVersion, 'item' | 'bytes'> {
  readonly key: string
  readonly id: string
}

/** When a version expires; undefined: never. */
export type ExpiryOf = (version: ItemVersion) => number | undefined

/** One partition key range: one log, its items, its replicas in every region, its share of the throughput. */
export class PartitionKeyRange {
  readonly id: string
  readonly minInclusive: string
  readonly maxExclusive: string
  readonly where: RangeRef
  readonly items = new ItemStore()
  readonly replication: Replication
  readonly #world: ReplicationWorld
  /** The configurations that its log was written under; never empty. */
  #epochs: readonly Epoch[]
  #committedLsn = 0
  /** When each commit after `#timesAfterLsn` was made, for bounded staleness. */
  #commitTimesMs: number[] = []
  #timesAfterLsn = 0
  readonly #budgets = new Map<Region, Budget>()

  constructor(world: ReplicationWorld, where: RangeRef, minInclusive: string, maxExclusive: string) {
    this.#world = world
    this.where = where
    this.id = where.range
    this.minInclusive = minInclusive
    this.maxExclusive = maxExclusive
    this.replication = new Replication(world, where)
    const { version, writeRegion } = world.topology
    this.#epochs = [{ version, fromLsn: 1, writeRegionId: writeRegion.id }]
  }

  get committedLsn(): number {
    return this.#committedLsn
  }

  /** Version of the log's newest commits. */
  get version(): number {
    return this.#epochs.at(-1)!.version
  }

  /** The token of a replica that has applied the log up to `lsn`, and the version that stands in it. */
  tokenAt(lsn: number): { text: string; version: number } {
    const { version, writeRegionId } = epochAt(this.#epochs, lsn)
    return { text: `${this.id}:${version}#${lsn}#${writeRegionId}=${lsn}`, version }
  }

  /** The version under which a commit was made. */
  versionOfCommit(lsn: number): number {
    return (this.#epochs.findLast((epoch) => epoch.fromLsn <= lsn) ?? this.#epochs[0]!).version
  }

  demandedLsn(token: RangeToken): number {
    return demandedLsn(token, this.#epochs)
  }

  /** Which state answers a read at this level now, or `not-yet`. */
  read(
    level: ConsistencyLevel,
    at: { region: Region; nowMs: number; chosen: number; demandedLsn: number | undefined; bound: StalenessBound },
  ): Served | 'not-yet' {
    const view: RangeView = {
      committedLsn: this.#committedLsn,
      chosen: at.chosen,
      demandedLsn: at.demandedLsn,
      position: (replica) => this.replication.position(at.region, replica, at.nowMs),
      boundLsn: () => this.#boundLsn(at.bound, at.nowMs),
    }
    return readPolicies[level](view)
  }

  /**
   * Appends one commit to the log: one write, or all those of a transactional batch, which share its LSN. It goes into the
   * items' chains and is sent on its way.
   */
  commit(writes: readonly RangeWrite[], nowMs: number, expiresAtMs: ExpiryOf): void {
    const lsn = this.#committedLsn + 1
    this.#committedLsn = lsn
    this.#commitTimesMs.push(nowMs)
    for (const { key, id, item, bytes } of writes) {
      const before = this.items.chain(key, id)?.newest
      const beforeExpiresAtMs = before && expiresAtMs(before)
      const goesOn = before?.item !== undefined && (beforeExpiresAtMs === undefined || beforeExpiresAtMs > nowMs)
      const itemVersion = goesOn ? before.itemVersion + 1 : 1
      const version: ItemVersion = { lsn, item, bytes, committedAtMs: nowMs, itemVersion, older: undefined }
      this.items.put(key, id, version, expiresAtMs(version))
      if (this.#world.journal.isOn) {
        this.#world.journal.append({
          kind: 'commit',
          atMs: nowMs,
          ...this.where,
          lsn,
          version: this.version,
          partitionKey: key,
          id,
          itemVersion,
          deleted: item === undefined,
        })
      }
    }
    this.replication.commit(lsn, nowMs)
    const leastLsn = this.replication.leastPosition(nowMs)
    this.items.tidy(leastLsn, nowMs, expiresAtMs)
    this.#forgetTimes(leastLsn)
  }

  /** Moves the writes to another region. Forced: what has not come to it is lost, and the log goes on from there. */
  failOver(to: Region, forced: boolean, version: number, nowMs: number): { lostCommits: number } {
    const keptLsn = forced ? this.replication.receivedLsn(to, nowMs) : this.#committedLsn
    const lostCommits = this.#committedLsn - keptLsn
    if (lostCommits > 0) {
      for (let lsn = keptLsn + 1; lsn <= this.#committedLsn; lsn++) {
        this.#world.journal.append({ kind: 'lost', atMs: nowMs, ...this.where, lsn })
      }
      this.items.cut(keptLsn)
      this.replication.cut(keptLsn, nowMs)
      this.#commitTimesMs.length = Math.max(0, keptLsn - this.#timesAfterLsn)
      this.#committedLsn = keptLsn
    }
    this.replication.catchUp(to, keptLsn, nowMs)
    const survived = this.#epochs.map((epoch) => ({ ...epoch, fromLsn: Math.min(epoch.fromLsn, keptLsn + 1) }))
    this.#epochs = [...survived, { version, fromLsn: keptLsn + 1, writeRegionId: to.id }]
    return { lostCommits }
  }

  /** 0: the region's share of the throughput admits a request now. Else how long to stay away. */
  retryAfterMs(region: Region, requestUnitsPerSecond: number, nowMs: number): number {
    const budget = refill(
      this.#budgets.get(region) ?? fullBudget(requestUnitsPerSecond, nowMs),
      requestUnitsPerSecond,
      nowMs,
    )
    this.#budgets.set(region, budget)
    return retryAfterMs(budget, requestUnitsPerSecond)
  }

  spend(region: Region, requestUnits: number): void {
    const budget = this.#budgets.get(region)
    if (budget !== undefined) this.#budgets.set(region, spend(budget, requestUnits))
  }

  /** At most `maxVersions` commits and `maxIntervalMs` behind the newest acknowledged one. */
  #boundLsn(bound: StalenessBound, nowMs: number): number {
    const oldEnoughMs = nowMs - bound.maxIntervalMs
    let lsn = this.#timesAfterLsn
    while (lsn < this.#committedLsn && this.#commitTimesMs[lsn - this.#timesAfterLsn]! <= oldEnoughMs) lsn++
    return Math.max(lsn, this.#committedLsn - bound.maxVersions)
  }

  /** Commits that every replica has are within any bound. */
  #forgetTimes(leastLsn: number): void {
    const surplus = leastLsn - this.#timesAfterLsn
    if (surplus < 256 || surplus * 2 < this.#commitTimesMs.length) return
    this.#commitTimesMs = this.#commitTimesMs.slice(surplus)
    this.#timesAfterLsn = leastLsn
  }
}
