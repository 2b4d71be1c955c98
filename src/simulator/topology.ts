import { logNormal, type Random } from '../base/random.ts'
import { regionKey } from '../protocol/region.ts'
import type { Delay, Settings } from './options.ts'
import { RefusedChange } from './refused-change.ts'

export interface Region {
  readonly name: string
  /** Small and never reused: it stands in session tokens. */
  readonly id: number
  /** As unique as the id, from 0. */
  readonly index: number
  state: 'online' | 'unavailable' | 'hang' | 'removed'
}

/** A region as it stands: `writable` as `GET /` announces it, which a failover window makes true of two. */
export interface RegionStatus {
  readonly name: string
  readonly id: number
  readonly state: Region['state']
  readonly writable: boolean
}

/** Who is there, who writes, and how commits travel. Regions are named freely at the door and numbered inside. */
export class Topology {
  /** Every region takes writes, each into a log of its own. */
  readonly hasSeveralWriteRegions: boolean
  /** The first region, and after a failover another one; with several write regions it only takes changes of metadata. */
  writeRegion: Region
  /** Raised by each change that session tokens must tell apart. */
  version = 1
  #regions: readonly Region[] = []
  #everyRegion: readonly Region[] = []
  readonly #byKey = new Map<string, Region>()
  /** Most callers write a region as the account does: nothing to normalise then. */
  readonly #byName = new Map<string, Region>()
  readonly #delays = new Map<string, Delay>()
  readonly #paused = new Set<string>()
  readonly #defaultDelay: Delay
  readonly #random: Random
  /** Before a failover the region that will take the writes is announced already. */
  #incoming: Region | undefined
  #formerWriteRegion: { region: Region; untilMs: number } | undefined
  #lingering: readonly { readonly region: Region; readonly untilMs: number }[] = []

  constructor(settings: Settings, random: Random) {
    for (const name of settings.regions) this.add(name)
    const first = this.#regions[0]
    if (first === undefined) throw new Error('an account needs at least one region')
    this.writeRegion = first
    this.hasSeveralWriteRegions = settings.multipleWriteLocations
    this.#defaultDelay = settings.replication
    this.#random = random
    for (const { from, to, delay } of settings.replicationBetween) {
      this.setDelay(this.region(from), this.region(to), delay)
    }
  }

  /** The regions of the account as it is now. */
  get regions(): readonly Region[] {
    return this.#regions
  }

  /** Those that were removed too, in the order of their indexes. */
  get everyRegion(): readonly Region[] {
    return this.#everyRegion
  }

  /** Those that take writes. */
  get writeRegions(): readonly Region[] {
    return this.hasSeveralWriteRegions ? this.#regions : [this.writeRegion]
  }

  takesWrites(region: Region): boolean {
    return this.hasSeveralWriteRegions ? this.#regions.includes(region) : region === this.writeRegion
  }

  /** The region of that name, also one that was removed; throws on a name that the account never had. */
  region(name: string): Region {
    const region = this.#byName.get(name) ?? this.#byKey.get(regionKey(name))
    if (region === undefined) throw new Error(`the simulated account has no region "${name}"`)
    return region
  }

  /** A region of its own number, also when one of this name was there before. Throws while there is one. */
  add(name: string): Region {
    const key = regionKey(name)
    if (this.#regions.some((region) => regionKey(region.name) === key)) {
      throw new RefusedChange(`two regions of the account have the same name "${name}"`)
    }
    const index = this.#everyRegion.length
    const region: Region = { name, id: index + 1, index, state: 'online' }
    this.#regions = [...this.#regions, region]
    this.#everyRegion = [...this.#everyRegion, region]
    this.#lingering = this.#lingering.filter((each) => regionKey(each.region.name) !== key)
    this.#byKey.set(key, region)
    this.#byName.set(name, region)
    return region
  }

  remove(region: Region, announcedUntilMs: number): void {
    region.state = 'removed'
    this.#regions = this.#regions.filter((each) => each !== region)
    this.#lingering = [...this.#lingering, { region, untilMs: announcedUntilMs }]
    if (region === this.writeRegion) this.writeRegion = this.#regions[0]!
  }

  status(nowMs: number): RegionStatus[] {
    const former = this.#formerWriteRegion
    const announced = former !== undefined && nowMs < former.untilMs ? former.region : undefined
    const lingering = this.#lingering.filter(({ untilMs }) => nowMs < untilMs).map(({ region }) => region)
    return [...this.#regions, ...lingering].map((region) => ({
      name: region.name,
      id: region.id,
      state: region.state,
      writable: this.takesWrites(region) || region === announced || region === this.#incoming,
    }))
  }

  flows(from: Region, to: Region): boolean {
    return from.state === 'online' && to.state === 'online' && !this.isPaused(from, to)
  }

  isPaused(from: Region, to: Region): boolean {
    return this.#paused.has(pair(from, to))
  }

  setPaused(from: Region, to: Region, paused: boolean): void {
    if (paused) this.#paused.add(pair(from, to))
    else this.#paused.delete(pair(from, to))
  }

  setDelay(from: Region, to: Region, delay: Delay): void {
    this.#delays.set(pair(from, to), delay)
  }

  drawDelayMs(from: Region, to: Region): number {
    return drawMs(this.#delays.get(pair(from, to)) ?? this.#defaultDelay, this.#random)
  }

  announce(incoming: Region): void {
    this.#incoming = incoming
  }

  moveWrites(to: Region, announcedUntilMs: number): void {
    this.#formerWriteRegion = { region: this.writeRegion, untilMs: announcedUntilMs }
    this.#incoming = undefined
    this.writeRegion = to
    this.version += 1
  }
}

export const drawMs = (delay: Delay, random: Random): number =>
  'fixedMs' in delay ? delay.fixedMs : logNormal(random, delay.medianMs, delay.sigma)

const pair = (from: Region, to: Region) => `${from.id}>${to.id}`
