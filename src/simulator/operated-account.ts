import type { Random } from '../base/random.ts'
import { Catalog } from './catalog.ts'
import type { Container } from './container.ts'
import { type FaultRule, FaultRules } from './faults.ts'
import type { AccountWorld } from './item-access.ts'
import { Journal } from './journal.ts'
import { type Delay, type SimulatorOptions, withDefaults } from './options.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { assemble, mergeRanges, splitRange } from './range-changes.ts'
import { RefusedChange } from './refused-change.ts'
import { pair, type Region, type RegionStatus, Topology } from './topology.ts'

/** The account as its operator has it: who is there, how commits travel, how containers are laid out, what goes wrong. */
export class OperatedAccount {
  readonly journal: Journal
  protected readonly world: AccountWorld
  protected readonly faults: FaultRules

  constructor(options: SimulatorOptions, random: Random) {
    const settings = withDefaults(options)
    if (settings.multipleWriteLocations && settings.consistency === 'Strong') {
      throw new Error('Strong consistency is not possible with several write regions')
    }
    this.journal = new Journal(settings.journal)
    const replication = {
      topology: new Topology(settings, random.fork('replication delay')),
      journal: this.journal,
      random: random.fork('trailing replica'),
      replicaLag: settings.replicaLag,
    }
    const catalog = new Catalog(replication, settings.partitionKeyRanges)
    this.world = { ...replication, settings, catalog, reads: random.fork('chosen replica') }
    this.faults = new FaultRules(random.fork('faults'))
  }

  regions(nowMs: number): readonly RegionStatus[] {
    return this.world.topology.status(nowMs)
  }

  /** Commits of `from` no longer reach `to`, nor do those already on their way. */
  pauseReplication(from: string, to: string, nowMs: number): void {
    const [source, target] = [this.world.topology.region(from), this.world.topology.region(to)]
    this.#noteChange(nowMs, 'pauseReplication', { from: source.name, to: target.name })
    this.#change(nowMs, () => this.world.topology.setPaused(source, target, true))
  }

  /** What was held back arrives together, after one delay of the link. */
  resumeReplication(from: string, to: string, nowMs: number): void {
    const [source, target] = [this.world.topology.region(from), this.world.topology.region(to)]
    this.#noteChange(nowMs, 'resumeReplication', { from: source.name, to: target.name })
    this.#change(nowMs, () => this.world.topology.setPaused(source, target, false))
  }

  /** The links that commits do not pass until somebody resumes them. */
  pausedLinks(): { readonly from: string; readonly to: string }[] {
    const { topology } = this.world
    return topology.regions.flatMap((from) =>
      topology.regions.filter((to) => topology.isPaused(from, to)).map((to) => ({ from: from.name, to: to.name })),
    )
  }

  /** Holds for what is sent from now on. */
  setReplicationDelay(from: string, to: string, delay: Delay): void {
    this.world.topology.setDelay(this.world.topology.region(from), this.world.topology.region(to), delay)
  }

  /** The region answers 503, or not at all, and neither sends nor receives commits. */
  setRegionOffline(region: string, mode: 'unavailable' | 'hang', nowMs: number): void {
    const target = this.#present(region)
    this.#noteChange(nowMs, 'setRegionOffline', { region: target.name, mode })
    this.#change(nowMs, () => this.world.topology.setState(target, mode))
  }

  setRegionOnline(region: string, nowMs: number): void {
    const target = this.#present(region)
    this.#noteChange(nowMs, 'setRegionOnline', { region: target.name })
    this.#change(nowMs, () => this.world.topology.setState(target, 'online'))
  }

  /** The container's ranges, in the order of the hash space. */
  rangesOf(database: string, container: string): readonly string[] {
    return this.#container(database, container).rangeIds
  }

  /** The ranges that a container's range came from, nearest first, as `parents` of its partition key ranges tells. */
  ancestorsOf(database: string, container: string, range: string): readonly string[] {
    return this.#container(database, container).ancestry(range)
  }

  /** From now on the region is announced as writable besides the one that is. */
  announceFailover(toRegion: string, nowMs: number): void {
    const region = this.world.topology.region(toRegion)
    this.world.topology.announce(region)
    this.#noteChange(nowMs, 'announceFailover', { to: region.name })
  }

  /**
   * Moves the writes at once. Graceful while the present write region is online: the target first has every commit.
   * Forced when it is not: what had not come to the target is lost for good. Throws when the target is offline.
   */
  failover(toRegion: string, nowMs: number): void {
    if (this.world.topology.hasSeveralWriteRegions)
      throw new RefusedChange('every region takes writes: there is nothing to fail over')
    const to = this.world.topology.region(toRegion)
    const from = this.world.topology.writeRegion
    if (to.state !== 'online') throw new RefusedChange(`a failover needs an online target; ${to.name} is offline`)
    if (to === from) return
    const forced = from.state !== 'online'
    this.#change(nowMs, () => {
      this.world.topology.moveWrites(to, nowMs + this.world.settings.failoverWindowMs)
      let lostCommits = 0
      for (const range of this.#ranges()) {
        lostCommits += range.failOver(to, forced, this.world.topology.version, nowMs).lostCommits
      }
      this.#noteChange(nowMs, 'failover', { from: from.name, to: to.name, forced, lostCommits })
    })
  }

  /** Request units a second of one container; throws when there is none of that name. */
  setThroughput(database: string, container: string, requestUnitsPerSecond: number): void {
    const found = this.#container(database, container)
    if (!(requestUnitsPerSecond > 0)) throw new Error('the throughput must be above 0')
    found.throughput = requestUnitsPerSecond
  }

  /** Returns the rule's id. */
  addFaultRule(rule: FaultRule): string {
    if (rule.region !== undefined) this.world.topology.region(rule.region)
    return this.faults.add(rule)
  }

  /** False when there is no such rule, or it has already struck as often as it may. */
  removeFaultRule(id: string): boolean {
    return this.faults.remove(id)
  }

  /** One range becomes two; the one with most items unless it is named. Returns the children's ids. */
  splitRange(database: string, container: string, range: string | undefined, nowMs: number, settlingMs = 0): string[] {
    const found = this.#container(database, container)
    const largest = () => found.ranges.reduce((a, b) => (b.items.nextItemNumber > a.items.nextItemNumber ? b : a))
    const parent = range === undefined ? largest() : rangeOf(found, range)
    const children = splitRange({ world: this.world, container: found, nowMs, settlingMs }, parent)
    return this.#noteRanges(nowMs, 'splitRange', found, [parent], children)
  }

  /** Two neighbours become one. Throws while a commit of theirs is held back from some region. Returns the child's id. */
  mergeRanges(database: string, container: string, ranges: readonly string[], nowMs: number, settlingMs = 0): string {
    const found = this.#container(database, container)
    const parents = ranges.map((range) => rangeOf(found, range))
    const children = mergeRanges({ world: this.world, container: found, nowMs, settlingMs }, parents)
    return this.#noteRanges(nowMs, 'mergeRanges', found, parents, children)[0]!
  }

  /**
   * A new region, with everything that has come to any other one. Its id was never given out before. With several write regions
   * all must be online: the new one takes writes at once, and until it has all that was committed before, its tokens would not
   * tell of its own log.
   */
  addRegion(name: string, nowMs: number): void {
    const { topology } = this.world
    const away = topology.hasSeveralWriteRegions && topology.regions.find(({ state }) => state !== 'online')
    if (away)
      throw new RefusedChange(`${away.name} is offline; a region that takes writes needs all others to begin from`)
    if (topology.hasSeveralWriteRegions) assemble(this.#ranges(), nowMs)
    this.#change(nowMs, () => {
      const region = topology.add(name)
      topology.version += 1
      for (const range of this.#ranges()) {
        range.seed(region, nowMs)
        range.reconfigure(topology.version)
      }
      this.#noteChange(nowMs, 'addRegion', { region: name, id: region.id })
    })
  }

  /** The region answers 403/1008 from now on. The write region cannot be removed before the writes have moved. */
  removeRegion(name: string, nowMs: number): void {
    const { topology, settings } = this.world
    const region = this.#present(name)
    if (!topology.hasSeveralWriteRegions && region === topology.writeRegion) {
      throw new RefusedChange(`${region.name} takes the writes; fail over first`)
    }
    if (topology.regions.length === 1) throw new RefusedChange('an account needs at least one region')
    if (topology.hasSeveralWriteRegions) assemble(this.#ranges(), nowMs)
    this.#change(nowMs, () => {
      topology.remove(region, nowMs + settings.removedRegionLingerMs)
      topology.version += 1
      for (const range of this.#ranges()) range.reconfigure(topology.version)
      this.#noteChange(nowMs, 'removeRegion', { region: region.name, id: region.id })
    })
  }

  /** Deleted and made again under its name: empty, with another resource id. */
  recreateContainer(database: string, container: string, nowMs: number): void {
    const found = this.#container(database, container)
    const second = Math.floor((this.world.settings.wallOriginMs + nowMs) / 1000)
    const owner = this.world.catalog.database(database)!
    const made = this.world.catalog.createContainer(owner, found.definition, found.throughput, second)
    this.#noteChange(nowMs, 'recreateContainer', {
      container: `${database}/${container}`,
      from: found.rid,
      to: made.rid,
    })
  }

  /** Changes the topology, then stops and resumes the links that it concerns. */
  #change(nowMs: number, change: () => void): void {
    const { topology } = this.world
    const flowedBefore = new Set<number>()
    const { writeRegion } = topology
    for (const from of topology.regions) {
      for (const to of topology.regions) {
        // With one write region a link is that of the log, whoever its source was before.
        const source = topology.hasSeveralWriteRegions ? from : writeRegion
        if (topology.flows(source, to)) flowedBefore.add(pair(from, to))
      }
    }
    change()
    const ranges = this.#ranges()
    for (const from of topology.writeRegions) {
      for (const to of topology.regions) {
        if (to === from) continue
        const flows = topology.flows(from, to)
        if (!flows && !flowedBefore.has(pair(from, to))) continue
        for (const range of ranges) {
          const { replication, committedLsn } = range.logOf(from)
          if (flows) replication.resume(to, committedLsn, nowMs)
          else replication.stop(to, nowMs)
        }
      }
    }
  }

  #ranges(): PartitionKeyRange[] {
    return this.world.catalog.containers().flatMap((container) => container.ranges)
  }

  #noteChange(nowMs: number, change: string, detail: Record<string, string | number | boolean>): void {
    this.journal.append({ kind: 'topology', atMs: nowMs, change, detail })
  }

  #present(name: string): Region {
    const region = this.world.topology.region(name)
    if (region.state === 'removed') throw new RefusedChange(`the region ${region.name} was removed`)
    return region
  }

  #container(database: string, container: string): Container {
    const found = this.world.catalog.container(database, container)
    if (found === undefined) throw new Error(`the simulated account has no container ${database}/${container}`)
    return found
  }

  #noteRanges(
    nowMs: number,
    change: string,
    { path }: Container,
    parents: readonly PartitionKeyRange[],
    children: readonly PartitionKeyRange[],
  ): string[] {
    const idsOf = (ranges: readonly PartitionKeyRange[]) => ranges.map(({ id }) => id)
    const detail = { container: path, parents: idsOf(parents).join(), children: idsOf(children).join() }
    this.#noteChange(nowMs, change, detail)
    return idsOf(children)
  }
}

function rangeOf(container: Container, id: string): PartitionKeyRange {
  const range = container.range(id)
  if (range === undefined) throw new Error(`${container.path} has no partition key range ${id}`)
  return range
}
