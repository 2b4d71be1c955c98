import type { Random } from '../base/random.ts'
import { batchItems, bulkItems } from './batch-operations.ts'
import { Catalog } from './catalog.ts'
import { readChanges } from './change-feed.ts'
import { befall, type FaultRule, FaultRules, prevents } from './faults.ts'
import {
  type AccountWorld,
  type ItemRequest,
  isReply,
  isWaiting,
  openRequest,
  type Trace,
  tokenReceived,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { readItem, writeItem } from './item-operations.ts'
import { isWrite } from './item-write.ts'
import { Journal } from './journal.ts'
import { changesMetadata, executeMetadata } from './metadata-operations.ts'
import type { ItemOperation, Json, Operation, Outcome, Reply } from './operation.ts'
import { type Delay, type SimulatorOptions, withDefaults } from './options.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { planQuery, queryItems } from './query-operations.ts'
import { answer, refusal, success } from './replies.ts'
import { QueryProblem } from './sql/syntax.ts'
import { type Region, type RegionStatus, Topology } from './topology.ts'

export type { RegionStatus } from './topology.ts'

/** What a waiting read takes with it from one look to the next. */
interface Attempt {
  readonly startedAtMs: number
  readonly deadlineMs: number
  readonly fault: FaultRule | undefined
}

/**
 * A simulated Cosmos DB account: a simulator of consistency. It never waits and never reads a clock; time comes in as
 * `nowMs`, which must not run backwards. One instance holds all its regions. The same seed and the same calls at the same
 * times give the same answers and the same journal.
 */
export class SimulatedAccount {
  readonly journal: Journal
  readonly #topology: Topology
  readonly #catalog: Catalog
  readonly #world: AccountWorld
  readonly #faults: FaultRules

  constructor(options: SimulatorOptions, random: Random) {
    const settings = withDefaults(options)
    if (settings.multipleWriteLocations && settings.consistency === 'Strong') {
      throw new Error('Strong consistency is not possible with several write regions')
    }
    this.journal = new Journal(settings.journal)
    this.#topology = new Topology(settings, random.fork('replication delay'))
    const replication = {
      topology: this.#topology,
      journal: this.journal,
      random: random.fork('trailing replica'),
      replicaLag: settings.replicaLag,
    }
    this.#catalog = new Catalog(replication, settings.partitionKeyRanges)
    this.#world = { ...replication, settings, catalog: this.#catalog, reads: random.fork('chosen replica') }
    this.#faults = new FaultRules(random.fork('faults'))
  }

  /**
   * What `operation` brings about in `region` now. `attempt` is what an earlier `wait` outcome of the same operation
   * handed out. Throws only for a region that the account does not have.
   */
  execute(
    operation: Operation,
    at: { readonly region: string; readonly nowMs: number; readonly attempt?: unknown },
  ): Outcome {
    const { nowMs } = at
    const region = this.#topology.region(at.region)
    const attempt: Attempt = (at.attempt as Attempt | undefined) ?? {
      startedAtMs: nowMs,
      deadlineMs: nowMs + this.#world.settings.sessionWaitMs,
      fault: this.#faults.strike(operation.kind, region.name),
    }
    const trace: Trace = {}
    const outcome = this.#outcome(operation, region, nowMs, attempt, at.attempt === undefined, trace)
    if (outcome.kind === 'reply' && this.journal.isOn) this.#note(operation, region, nowMs, attempt, outcome, trace)
    return outcome
  }

  /** The answer to a query plan request: 200 with the plan, 400 for a wrong query, 501 for an unsupported one. */
  queryPlan(
    query: string,
    parameters: readonly { readonly name: string; readonly value: Json }[] = [],
  ): { status: number; body: Json } {
    return planQuery(query, parameters)
  }

  regions(nowMs: number): RegionStatus[] {
    return this.#topology.status(nowMs)
  }

  /** Commits of `from` no longer reach `to`, nor do those already on their way. */
  pauseReplication(from: string, to: string, nowMs: number): void {
    const [source, target] = [this.#topology.region(from), this.#topology.region(to)]
    this.#noteChange(nowMs, 'pauseReplication', { from: source.name, to: target.name })
    this.#change(nowMs, () => this.#topology.setPaused(source, target, true))
  }

  /** What was held back arrives together, after one delay of the link. */
  resumeReplication(from: string, to: string, nowMs: number): void {
    const [source, target] = [this.#topology.region(from), this.#topology.region(to)]
    this.#noteChange(nowMs, 'resumeReplication', { from: source.name, to: target.name })
    this.#change(nowMs, () => this.#topology.setPaused(source, target, false))
  }

  /** Holds for what is sent from now on. */
  setReplicationDelay(from: string, to: string, delay: Delay): void {
    this.#topology.setDelay(this.#topology.region(from), this.#topology.region(to), delay)
  }

  /** The region answers 503, or not at all, and neither sends nor receives commits. */
  setRegionOffline(region: string, mode: 'unavailable' | 'hang', nowMs: number): void {
    const target = this.#topology.region(region)
    this.#noteChange(nowMs, 'setRegionOffline', { region: target.name, mode })
    this.#change(nowMs, () => {
      target.state = mode
    })
  }

  setRegionOnline(region: string, nowMs: number): void {
    const target = this.#topology.region(region)
    this.#noteChange(nowMs, 'setRegionOnline', { region: target.name })
    this.#change(nowMs, () => {
      target.state = 'online'
    })
  }

  /**
   * Moves the writes at once. Graceful while the present write region is online: the target first has every commit.
   * Forced when it is not: what had not come to the target is lost for good. Throws when the target is offline.
   */
  failover(toRegion: string, nowMs: number): void {
    if (this.#topology.hasSeveralWriteRegions)
      throw new Error('every region takes writes: there is nothing to fail over')
    const to = this.#topology.region(toRegion)
    const from = this.#topology.writeRegion
    if (to.state !== 'online') throw new Error(`a failover needs an online target; ${to.name} is offline`)
    if (to === from) return
    const forced = from.state !== 'online'
    this.#change(nowMs, () => {
      this.#topology.moveWrites(to, nowMs + this.#world.settings.failoverWindowMs)
      let lostCommits = 0
      for (const range of this.#ranges()) {
        lostCommits += range.failOver(to, forced, this.#topology.version, nowMs).lostCommits
      }
      this.#noteChange(nowMs, 'failover', { from: from.name, to: to.name, forced, lostCommits })
    })
  }

  /** Request units a second of one container; throws when there is none of that name. */
  setThroughput(database: string, container: string, requestUnitsPerSecond: number): void {
    const found = this.#catalog.container(database, container)
    if (found === undefined) throw new Error(`the simulated account has no container ${database}/${container}`)
    if (!(requestUnitsPerSecond > 0)) throw new Error('the throughput must be above 0')
    found.throughput = requestUnitsPerSecond
  }

  /** Returns the rule's id. */
  addFaultRule(rule: FaultRule): string {
    if (rule.region !== undefined) this.#topology.region(rule.region)
    return this.#faults.add(rule)
  }

  /** False when there is no such rule, or it has already struck as often as it may. */
  removeFaultRule(id: string): boolean {
    return this.#faults.remove(id)
  }

  #outcome(
    operation: Operation,
    region: Region,
    nowMs: number,
    attempt: Attempt,
    isFirstAttempt: boolean,
    trace: Trace,
  ): Outcome {
    if (region.state === 'removed') {
      return answer(refusal(403, `The region ${region.name} was removed from the account.`, { substatus: 1008 }))
    }
    if (region.state !== 'online') {
      const reply = refusal(503, `The region ${region.name} is offline.`)
      return region.state === 'hang' ? { kind: 'reply', reply, fault: { connection: 'hang' } } : answer(reply)
    }
    const { fault } = attempt
    if (fault !== undefined && prevents(fault)) return befall(fault, undefined)
    const at = { region, nowMs, deadlineMs: attempt.deadlineMs, isFirstAttempt, trace }
    const result = this.#perform(operation, at)
    if (isWaiting(result)) return { kind: 'wait', untilMs: result.waitUntilMs, attempt }
    return fault === undefined ? { kind: 'reply', reply: result } : befall(fault, result)
  }

  #perform(operation: Operation, at: Parameters<typeof openRequest>[2]) {
    if (isItemOperation(operation)) return this.#performItem(operation, at)
    if (operation.kind === 'readAccount') {
      return success(
        200,
        { consistency: this.#world.settings.consistency, regions: this.regions(at.nowMs).map(plain) },
        0,
      )
    }
    if (changesMetadata(operation.kind) && at.region !== this.#topology.writeRegion) return writeForbidden(at.region)
    const second = Math.floor((this.#world.settings.wallOriginMs + at.nowMs) / 1000)
    return executeMetadata(operation, { catalog: this.#catalog, settings: this.#world.settings, second })
  }

  #performItem(operation: ItemOperation, at: Parameters<typeof openRequest>[2]) {
    const request = openRequest(this.#world, operation, at)
    if (isReply(request)) return request
    if (isWrite(operation) && !this.#topology.takesWrites(at.region)) {
      return withOwner(writeForbidden(at.region), request.container)
    }
    try {
      return performItem(request, operation)
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error
      return withOwner(refusal(error.code === 'BadRequest' ? 400 : 501, error.message), request.container)
    }
  }

  /** Changes the topology, then stops and resumes the links that it concerns. */
  #change(nowMs: number, change: () => void): void {
    const topology = this.#topology
    const before = topology.writeRegion
    // With one write region a link is that of the log, whoever its source was before.
    const flowedBefore = new Set(
      topology.regions.flatMap((to) =>
        topology.regions
          .filter((from) => topology.flows(topology.hasSeveralWriteRegions ? from : before, to))
          .map((from) => linkOf(from, to)),
      ),
    )
    change()
    for (const from of topology.writeRegions) {
      for (const to of topology.regions) {
        if (to === from) continue
        const flows = topology.flows(from, to)
        for (const range of this.#ranges()) {
          const { replication, committedLsn } = range.logOf(from)
          if (!flows && flowedBefore.has(linkOf(from, to))) replication.stop(to, nowMs)
          if (flows) replication.resume(to, committedLsn, nowMs)
        }
      }
    }
  }

  #ranges(): PartitionKeyRange[] {
    return this.#catalog.containers().flatMap((container) => container.ranges)
  }

  #note(
    operation: Operation,
    region: Region,
    nowMs: number,
    attempt: Attempt,
    outcome: Extract<Outcome, { kind: 'reply' }>,
    trace: Trace,
  ): void {
    const { status, substatus } = outcome.reply
    const connection = outcome.fault?.connection
    const sessionToken = 'sessionToken' in operation ? operation.sessionToken : undefined
    this.journal.append({
      kind: 'request',
      atMs: nowMs,
      operation: operation.kind,
      region: region.name,
      status,
      ...(substatus === undefined ? {} : { substatus }),
      ...(connection === undefined ? {} : { connection }),
      ...(sessionToken === undefined ? {} : { token: tokenReceived(sessionToken) }),
      ...trace,
      ...(nowMs > attempt.startedAtMs ? { waitedMs: nowMs - attempt.startedAtMs } : {}),
    })
  }

  #noteChange(nowMs: number, change: string, detail: Record<string, string | number | boolean>): void {
    this.journal.append({ kind: 'topology', atMs: nowMs, change, detail })
  }
}

function performItem(request: ItemRequest, operation: ItemOperation): Reply | Waiting {
  switch (operation.kind) {
    case 'readItem':
      return readItem(request, operation)
    case 'queryItems':
      return queryItems(request, operation)
    case 'readChanges':
      return readChanges(request, operation)
    case 'batchItems':
      return batchItems(request, operation)
    case 'bulkItems':
      return bulkItems(request, operation)
    default:
      return writeItem(request, operation)
  }
}

const itemKinds: ReadonlySet<Operation['kind']> = new Set([
  'createItem',
  'upsertItem',
  'readItem',
  'replaceItem',
  'patchItem',
  'deleteItem',
  'queryItems',
  'readChanges',
  'batchItems',
  'bulkItems',
])

const isItemOperation = (operation: Operation): operation is ItemOperation => itemKinds.has(operation.kind)

const linkOf = (from: Region, to: Region) => `${from.id}>${to.id}`

const writeForbidden = (region: Region): Reply =>
  refusal(403, `The region ${region.name} does not take writes.`, { substatus: 3 })

const plain = ({ name, id, state, writable }: RegionStatus): Json => ({ name, id, state, writable })
