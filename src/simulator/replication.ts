import { integerBelow, type Random } from '../base/random.ts'
import type { Journal, RangeRef } from './journal.ts'
import type { Delay } from './options.ts'
import { replicasPerRegion } from './read-policy.ts'
import {
  arrive,
  emptyReplica,
  promisedLsn,
  type ReplicaState,
  reachesAtMs,
  replica,
  sendNow,
  settledMs,
} from './replica.ts'
import { drawMs, type Region, type Topology } from './topology.ts'

/** What every range's replication shares. */
export interface ReplicationWorld {
  readonly topology: Topology
  readonly journal: Journal
  readonly random: Random
  readonly replicaLag: Delay
}

/** A region's copies of one range: what has come over the link, and the four replicas that it feeds. */
interface Copies {
  link: ReplicaState
  readonly replicas: ReplicaState[]
}

/**
 * How one range's log reaches its replicas. Nothing here runs by itself: arrivals are settled when a commit is sent, and
 * positions follow from the time at which somebody asks.
 */
export class Replication {
  readonly #world: ReplicationWorld
  readonly #where: RangeRef
  readonly #home: () => Region
  /** By the region's index, made when first asked for. */
  readonly #copies: (Copies | undefined)[]

  /** `home` takes the log's writes: always the same region, or wherever the account's writes are. */
  constructor(
    world: ReplicationWorld,
    where: RangeRef,
    home: () => Region,
    copies: readonly (Copies | undefined)[] = [],
  ) {
    this.#world = world
    this.#where = where
    this.#home = home
    this.#copies = [...copies]
  }

  /** The same positions, and the same commits on their way, as the log of a child range. */
  continuedAs(where: RangeRef): Replication {
    const copies = this.#copies.map((each) => each && { ...each, replicas: [...each.replicas] })
    return new Replication(this.#world, where, this.#home, copies)
  }

  /** The write is acknowledged: three replicas of the write region have it now, the fourth and the regions follow. */
  commit(lsn: number, nowMs: number): void {
    const { topology } = this.#world
    const home = this.#home()
    // Three of four must hold every acknowledged write, so a replica still behind stays the one that trails.
    const copies = this.#copiesOf(home)
    const behind = copies.replicas.findIndex((_, i) => this.position(home, i, nowMs) < lsn - 1)
    this.#deliver(home, lsn, nowMs, nowMs, behind >= 0 ? behind : undefined)
    for (const region of topology.regions) {
      if (region !== home && topology.flows(home, region)) this.#ship(region, lsn, nowMs)
    }
  }

  position(region: Region, index: number, nowMs: number): number {
    const { replicas } = this.#copiesOf(region)
    const state = arrive(replicas[index]!, nowMs)
    replicas[index] = state
    return state.appliedLsn
  }

  /** When the replica will have applied `lsn`, or undefined when that is not settled. */
  reachedAtMs(region: Region, index: number, lsn: number): number | undefined {
    return reachesAtMs(this.#copiesOf(region).replicas[index]!, lsn)
  }

  /** What every replica of every region has applied. */
  leastPosition(nowMs: number): number {
    let least = Number.POSITIVE_INFINITY
    for (const region of this.#world.topology.regions) {
      for (let i = 0; i < replicasPerRegion; i++) least = Math.min(least, this.position(region, i, nowMs))
    }
    return least
  }

  /** Commits that are held back for the region. */
  heldFor(region: Region, committedLsn: number): number {
    return committedLsn - promisedLsn(this.#copiesOf(region).link)
  }

  /** Nothing that is still on its way to the region arrives. */
  stop(region: Region, nowMs: number): void {
    const copies = this.#copiesOf(region)
    const arrived = arrive(copies.link, nowMs)
    const arrivedLsn = arrived.appliedLsn
    if (promisedLsn(arrived) === arrivedLsn) return
    this.#withdraw(copies, arrivedLsn, nowMs)
    this.#world.journal.append({
      kind: 'withdrawn',
      atMs: nowMs,
      ...this.#where,
      ...this.#writeRegion(),
      region: region.name,
      beyondLsn: arrivedLsn,
    })
  }

  /** Sends what was held back, all at once. */
  resume(region: Region, committedLsn: number, nowMs: number): void {
    const home = this.#home()
    if (region === home || !this.#world.topology.flows(home, region)) return
    if (this.heldFor(region, committedLsn) > 0) this.#ship(region, committedLsn, nowMs)
  }

  /** How much of the log has come to the region. */
  receivedLsn(region: Region, nowMs: number): number {
    return arrive(this.#copiesOf(region).link, nowMs).appliedLsn
  }

  /** All four replicas of the region stand at the end of the log at once, as a new write region's must. */
  catchUp(region: Region, committedLsn: number, nowMs: number): void {
    const copies = this.#copiesOf(region)
    const whole = emptyReplica(committedLsn)
    copies.link = whole
    for (let i = 0; i < replicasPerRegion; i++) copies.replicas[i] = whole
    this.#record(region, committedLsn, nowMs, () => nowMs)
  }

  /** The log was cut after `lsn`, everywhere. */
  cut(lsn: number, nowMs: number): void {
    for (const region of this.#world.topology.regions) {
      const copies = this.#copiesOf(region)
      copies.link = replica(copies.link, { kind: 'cut', lsn, nowMs })[0]
      for (const [i, state] of copies.replicas.entries()) {
        copies.replicas[i] = replica(state, { kind: 'cut', lsn, nowMs })[0]
      }
      this.#world.journal.append({
        kind: 'withdrawn',
        atMs: nowMs,
        ...this.#where,
        ...this.#writeRegion(),
        region: region.name,
        beyondLsn: lsn,
      })
    }
  }

  #copiesOf(region: Region): Copies {
    this.#copies[region.index] ??= {
      link: emptyReplica(),
      replicas: Array.from({ length: replicasPerRegion }, () => emptyReplica()),
    }
    return this.#copies[region.index]!
  }

  #ship(region: Region, lsn: number, nowMs: number): void {
    const { topology } = this.#world
    this.#deliver(region, lsn, nowMs + topology.drawDelayMs(this.#home(), region), nowMs, undefined)
  }

  #deliver(region: Region, lsn: number, atMs: number, nowMs: number, trailing: number | undefined): void {
    const { random, replicaLag } = this.#world
    const copies = this.#copiesOf(region)
    const arrivesAtMs = settledMs(copies.link, atMs)
    copies.link = sendNow(copies.link, lsn, atMs, nowMs)
    const last = trailing ?? integerBelow(random, replicasPerRegion)
    const lagMs = drawMs(replicaLag, random)
    const appliedAtMs: number[] = []
    for (let i = 0; i < replicasPerRegion; i++) {
      const dueMs = i === last ? arrivesAtMs + lagMs : arrivesAtMs
      const state = copies.replicas[i]!
      appliedAtMs.push(settledMs(state, dueMs))
      copies.replicas[i] = sendNow(state, lsn, dueMs, nowMs)
    }
    this.#record(region, lsn, nowMs, (i) => appliedAtMs[i]!)
  }

  /** With several write regions the journal tells whose log it speaks of. */
  #writeRegion(): { readonly writeRegionId?: number } {
    return this.#world.topology.hasSeveralWriteRegions ? { writeRegionId: this.#home().id } : {}
  }

  #withdraw(copies: Copies, beyondLsn: number, nowMs: number): void {
    copies.link = replica(copies.link, { kind: 'withdraw', beyondLsn, nowMs })[0]
    for (const [i, state] of copies.replicas.entries()) {
      copies.replicas[i] = replica(state, { kind: 'withdraw', beyondLsn, nowMs })[0]
    }
  }

  #record(region: Region, lsn: number, nowMs: number, arrivesAtMs: (replica: number) => number): void {
    if (!this.#world.journal.wants('replication')) return
    this.#world.journal.append({
      kind: 'replication',
      atMs: nowMs,
      ...this.#where,
      ...this.#writeRegion(),
      region: region.name,
      lsn,
      arrivesAtMs: Array.from({ length: replicasPerRegion }, (_, i) => arrivesAtMs(i)),
    })
  }
}
