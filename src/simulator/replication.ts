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
  /** Those that stand alike share one state. */
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
    this.#deliver(home, lsn, nowMs, nowMs, replicaBelow(this.#copiesOf(home), lsn - 1, nowMs))
    for (const region of topology.regions) {
      if (region !== home && topology.flows(home, region)) this.#ship(region, lsn, nowMs)
    }
  }

  position(region: Region, index: number, nowMs: number): number {
    return positionOf(this.#copiesOf(region), index, nowMs)
  }

  /** When the replica will have applied `lsn`, or undefined when that is not settled. */
  reachedAtMs(region: Region, index: number, lsn: number): number | undefined {
    return reachesAtMs(this.#copiesOf(region).replicas[index]!, lsn)
  }

  /** What every replica of every region has applied. */
  leastPosition(nowMs: number): number {
    let least = Number.POSITIVE_INFINITY
    for (const region of this.#world.topology.regions) {
      const copies = this.#copiesOf(region)
      const { replicas } = copies
      for (let i = 0; i < replicasPerRegion; i++) {
        const standsAlike = i > 0 && replicas[i] === replicas[i - 1]
        if (!standsAlike) least = Math.min(least, positionOf(copies, i, nowMs))
      }
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
    copies.replicas.fill(whole)
    if (this.#isRecorded) this.#record(region, committedLsn, nowMs, [nowMs, nowMs, nowMs, nowMs])
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
    const known = this.#copies[region.index]
    if (known !== undefined) return known
    const link = emptyReplica()
    const copies = { link, replicas: [link, link, link, link] }
    this.#copies[region.index] = copies
    return copies
  }

  #ship(region: Region, lsn: number, nowMs: number): void {
    const { topology } = this.#world
    this.#deliver(region, lsn, nowMs + topology.drawDelayMs(this.#home(), region), nowMs, undefined)
  }

  #deliver(region: Region, lsn: number, atMs: number, nowMs: number, trailing: number | undefined): void {
    const { random, replicaLag } = this.#world
    const copies = this.#copiesOf(region)
    const { replicas } = copies
    const arrivesAtMs = settledMs(copies.link, atMs)
    copies.link = sendNow(copies.link, lsn, atMs, nowMs)
    const last = trailing ?? integerBelow(random, replicasPerRegion)
    const lagMs = drawMs(replicaLag, random)
    if (this.#isRecorded) {
      const appliedAtMs = replicas.map((state, i) => settledMs(state, i === last ? arrivesAtMs + lagMs : arrivesAtMs))
      this.#record(region, lsn, nowMs, appliedAtMs)
    }
    let before: ReplicaState | undefined
    let after: ReplicaState | undefined
    for (let i = 0; i < replicasPerRegion; i++) {
      const state = replicas[i]!
      if (i === last) replicas[i] = sendNow(state, lsn, arrivesAtMs + lagMs, nowMs)
      else {
        // What stood alike goes on alike.
        if (after === undefined || state !== before) after = sendNow(state, lsn, arrivesAtMs, nowMs)
        before = state
        replicas[i] = after
      }
    }
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

  /** Asked before `#record`, whose entry costs more to build than to append. */
  get #isRecorded(): boolean {
    return this.#world.journal.wants('replication')
  }

  #record(region: Region, lsn: number, nowMs: number, arrivesAtMs: readonly number[]): void {
    this.#world.journal.append({
      kind: 'replication',
      atMs: nowMs,
      ...this.#where,
      ...this.#writeRegion(),
      region: region.name,
      lsn,
      arrivesAtMs,
    })
  }
}

function positionOf({ replicas }: Copies, index: number, nowMs: number): number {
  const before = replicas[index]!
  const now = arrive(before, nowMs)
  if (now !== before) {
    for (let i = 0; i < replicasPerRegion; i++) if (replicas[i] === before) replicas[i] = now
  }
  return now.appliedLsn
}

/** The first replica that has not applied all up to `lsn`. */
function replicaBelow(copies: Copies, lsn: number, nowMs: number): number | undefined {
  for (let i = 0; i < replicasPerRegion; i++) if (positionOf(copies, i, nowMs) < lsn) return i
  return undefined
}
