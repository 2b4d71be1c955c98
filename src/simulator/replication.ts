import { integerBelow, type Random } from '../base/random.ts'
import type { Journal, RangeRef } from './journal.ts'
import type { Delay } from './options.ts'
import { replicasPerRegion } from './read-policy.ts'
import { emptyReplica, promisedLsn, type ReplicaState, reachesAtMs, replica } from './replica.ts'
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
  readonly #copies: readonly Copies[]

  constructor(world: ReplicationWorld, where: RangeRef) {
    this.#world = world
    this.#where = where
    this.#copies = world.topology.regions.map(() => ({
      link: emptyReplica(),
      replicas: Array.from({ length: replicasPerRegion }, () => emptyReplica()),
    }))
  }

  /** The write is acknowledged: three replicas of the write region have it now, the fourth and the regions follow. */
  commit(lsn: number, nowMs: number): void {
    const { topology } = this.#world
    const home = topology.writeRegion
    // Three of four must hold every acknowledged write, so a replica still behind stays the one that trails.
    const copies = this.#copies[home.index]!
    const behind = copies.replicas.findIndex((_, i) => this.position(home, i, nowMs) < lsn - 1)
    this.#deliver(home, lsn, nowMs, nowMs, behind >= 0 ? behind : undefined)
    for (const region of topology.regions) {
      if (region !== home && topology.flows(home, region)) this.#ship(region, lsn, nowMs)
    }
  }

  position(region: Region, index: number, nowMs: number): number {
    const { replicas } = this.#copies[region.index]!
    const [state, lsn] = replica(replicas[index]!, { kind: 'position', nowMs })
    replicas[index] = state
    return lsn
  }

  /** When the first replica of the region will have applied `lsn`, or undefined when that is not settled. */
  reachedAtMs(region: Region, lsn: number): number | undefined {
    const times = this.#copies[region.index]!.replicas.map((state) => reachesAtMs(state, lsn)).filter(
      (atMs) => atMs !== undefined,
    )
    return times.length === 0 ? undefined : Math.min(...times)
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
    return committedLsn - promisedLsn(this.#copies[region.index]!.link)
  }

  /** Nothing that is still on its way to the region arrives. */
  stop(region: Region, nowMs: number): void {
    const copies = this.#copies[region.index]!
    const [arrived, arrivedLsn] = replica(copies.link, { kind: 'position', nowMs })
    if (promisedLsn(arrived) === arrivedLsn) return
    this.#withdraw(copies, arrivedLsn, nowMs)
    this.#world.journal.append({
      kind: 'withdrawn',
      atMs: nowMs,
      ...this.#where,
      region: region.name,
      beyondLsn: arrivedLsn,
    })
  }

  /** Sends what was held back, all at once. */
  resume(region: Region, committedLsn: number, nowMs: number): void {
    const { topology } = this.#world
    if (region === topology.writeRegion || !topology.flows(topology.writeRegion, region)) return
    if (this.heldFor(region, committedLsn) > 0) this.#ship(region, committedLsn, nowMs)
  }

  /** How much of the log has come to the region. */
  receivedLsn(region: Region, nowMs: number): number {
    return replica(this.#copies[region.index]!.link, { kind: 'position', nowMs })[1]
  }

  /** All four replicas of the region stand at the end of the log at once, as a new write region's must. */
  catchUp(region: Region, committedLsn: number, nowMs: number): void {
    const copies = this.#copies[region.index]!
    const whole = emptyReplica(committedLsn)
    copies.link = whole
    for (let i = 0; i < replicasPerRegion; i++) copies.replicas[i] = whole
    this.#record(region, committedLsn, nowMs, () => nowMs)
  }

  /** The log was cut after `lsn`, everywhere. */
  cut(lsn: number, nowMs: number): void {
    for (const [index, copies] of this.#copies.entries()) {
      copies.link = replica(copies.link, { kind: 'cut', lsn, nowMs })[0]
      for (const [i, state] of copies.replicas.entries()) {
        copies.replicas[i] = replica(state, { kind: 'cut', lsn, nowMs })[0]
      }
      const region = this.#world.topology.regions[index]!
      this.#world.journal.append({
        kind: 'withdrawn',
        atMs: nowMs,
        ...this.#where,
        region: region.name,
        beyondLsn: lsn,
      })
    }
  }

  #ship(region: Region, lsn: number, nowMs: number): void {
    const { topology } = this.#world
    this.#deliver(region, lsn, nowMs + topology.drawDelayMs(topology.writeRegion, region), nowMs, undefined)
  }

  #deliver(region: Region, lsn: number, atMs: number, nowMs: number, trailing: number | undefined): void {
    const { random, replicaLag } = this.#world
    const copies = this.#copies[region.index]!
    const [link, arrivesAtMs] = replica(copies.link, { kind: 'send', lsn, atMs })
    copies.link = replica(link, { kind: 'position', nowMs })[0]
    const last = trailing ?? integerBelow(random, replicasPerRegion)
    const lagMs = drawMs(replicaLag, random)
    const appliedAtMs: number[] = []
    for (let i = 0; i < replicasPerRegion; i++) {
      const dueMs = i === last ? arrivesAtMs + lagMs : arrivesAtMs
      const [state, settledMs] = replica(copies.replicas[i]!, { kind: 'send', lsn, atMs: dueMs })
      copies.replicas[i] = state
      appliedAtMs.push(settledMs)
    }
    this.#record(region, lsn, nowMs, (i) => appliedAtMs[i]!)
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
      region: region.name,
      lsn,
      arrivesAtMs: Array.from({ length: replicasPerRegion }, (_, i) => arrivesAtMs(i)),
    })
  }
}
