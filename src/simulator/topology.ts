import { logNormal, type Random } from '../base/random.ts'
import { regionKey } from '../protocol/region.ts'
import type { Delay, Settings } from './options.ts'

export interface Region {
  readonly name: string
  /** Small and never reused: it stands in session tokens. */
  readonly id: number
  readonly index: number
  state: 'online' | 'unavailable' | 'hang'
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
  readonly regions: readonly Region[]
  writeRegion: Region
  /** Raised by each change of the write region. */
  version = 1
  readonly #byKey = new Map<string, Region>()
  /** Most callers write a region as the account does: nothing to normalise then. */
  readonly #byName = new Map<string, Region>()
  readonly #delays = new Map<string, Delay>()
  readonly #paused = new Set<string>()
  readonly #defaultDelay: Delay
  readonly #random: Random
  #formerWriteRegion: { region: Region; untilMs: number } | undefined

  constructor(settings: Settings, random: Random) {
    this.regions = settings.regions.map((name, index) => ({ name, id: index + 1, index, state: 'online' }))
    for (const region of this.regions) {
      this.#byKey.set(regionKey(region.name), region)
      this.#byName.set(region.name, region)
    }
    const first = this.regions[0]
    if (first === undefined) throw new Error('an account needs at least one region')
    if (this.#byKey.size < this.regions.length) throw new Error('two regions of the account have the same name')
    this.writeRegion = first
    this.#defaultDelay = settings.replication
    this.#random = random
    for (const { from, to, delay } of settings.replicationBetween) {
      this.setDelay(this.region(from), this.region(to), delay)
    }
  }

  /** The region of that name; throws on a name that the account does not have: a caller's mistake, not an event. */
  region(name: string): Region {
    const region = this.#byName.get(name) ?? this.#byKey.get(regionKey(name))
    if (region === undefined) throw new Error(`the simulated account has no region "${name}"`)
    return region
  }

  status(nowMs: number): RegionStatus[] {
    const former = this.#formerWriteRegion
    const announced = former !== undefined && nowMs < former.untilMs ? former.region : this.writeRegion
    return this.regions.map((region) => ({
      name: region.name,
      id: region.id,
      state: region.state,
      writable: region === this.writeRegion || region === announced,
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

  moveWrites(to: Region, announcedUntilMs: number): void {
    this.#formerWriteRegion = { region: this.writeRegion, untilMs: announcedUntilMs }
    this.writeRegion = to
    this.version += 1
  }
}

export const drawMs = (delay: Delay, random: Random): number =>
  'fixedMs' in delay ? delay.fixedMs : logNormal(random, delay.medianMs, delay.sigma)

const pair = (from: Region, to: Region) => `${from.id}>${to.id}`
