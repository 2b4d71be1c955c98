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
  readonly #delays = new Map<number, Delay>()
  readonly #paused = new Set<number>()
  readonly #defaultDelay: Delay
  readonly #random: Random
  /** Before a failover the region that will take the writes is announced already. */
  #incoming: Region | undefined
  #formerWriteRegion: { region: Region; untilMs: number } | undefined
  #lingering: readonly { readonly region: Region; readonly untilMs: number }[] = []
  /** Clients ask who is there far more often than it changes. */
  #status: { readonly regions: readonly RegionStatus[]; readonly untilMs: number } | undefined

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
    this.#status = undefined
    return region
  }

  remove(region: Region, announcedUntilMs: number): void {
    region.state = 'removed'
    this.#regions = this.#regions.filter((each) => each !== region)
    this.#lingering = [...this.#lingering, { region, untilMs: announcedUntilMs }]
    if (region === this.writeRegion) this.writeRegion = this.#regions[0]!
    this.#status = undefined
  }

  setState(region: Region, state: 'online' | 'unavailable' | 'hang'): void {
    region.state = state
    this.#status = undefined
  }

  status(nowMs: number): readonly RegionStatus[] {
    if (this.#status === undefined || nowMs >= this.#status.untilMs) this.#status = this.#statusAt(nowMs)
    return this.#status.regions
  }

  flows(from: Region, to: Region): boolean {
    return from.state === 'online' && to.state === 'online' && !this.isPaused(from, to)
  }

  get hasPaused(): boolean {
    return this.#paused.size > 0
  }

  isPaused(from: Region, to: Region): boolean {
    return this.hasPaused && this.#paused.has(pair(from, to))
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
    this.#status = undefined
  }

  moveWrites(to: Region, announcedUntilMs: number): void {
    this.#formerWriteRegion = { region: this.writeRegion, untilMs: announcedUntilMs }
    this.#incoming = undefined
    this.writeRegion = to
    this.version += 1
    this.#status = undefined
  }

  /** The status, and until when it holds if nobody changes anything. */
  #statusAt(nowMs: number) {
    const former = this.#formerWriteRegion
    const announced = former !== undefined && nowMs < former.untilMs ? former : undefined
    const lingering = this.#lingering.filter(({ untilMs }) => nowMs < untilMs)
    const regions = [...this.#regions, ...lingering.map(({ region }) => region)].map((region) => ({
      name: region.name,
      id: region.id,
      state: region.state,
      writable: this.takesWrites(region) || region === announced?.region || region === this.#incoming,
    }))
    const ends = lingering.map(({ untilMs }) => untilMs)
    return { regions, untilMs: Math.min(announced?.untilMs ?? Number.POSITIVE_INFINITY, ...ends) }
  }
}

export const drawMs = (delay: Delay, random: Random): number =>
  'fixedMs' in delay ? delay.fixedMs : logNormal(random, delay.medianMs, delay.sigma)

/** Tells a link from every other; a number, because it is asked for with each commit. */
export const pair = (from: Region, to: Region): number => from.id * 65_536 + to.id
