import type { Random } from '../base/random.ts'
import type { FaultRule } from './faults.ts'
import { Journal } from './journal.ts'
import type { Json, Operation, Outcome } from './operation.ts'
import type { Delay, SimulatorOptions } from './options.ts'

/** A region as it stands: `writable` as `GET /` announces it, which a failover window makes true of two. */
export interface RegionStatus {
  readonly name: string
  readonly id: number
  readonly state: 'online' | 'unavailable' | 'hang'
  readonly writable: boolean
}

/**
 * A simulated Cosmos DB account: a simulator of consistency. It never waits and never reads a clock; time comes in as
 * `nowMs`, which must not run backwards. One instance holds all its regions.
 */
export class SimulatedAccount {
  readonly journal: Journal

  constructor(options: SimulatorOptions, _random: Random) {
    this.journal = new Journal(options.journal ?? 10_000)
  }

  /** What `operation` brings about in `region` now. `attempt` is what an earlier `wait` outcome of the same operation handed out. */
  execute(operation: Operation, _at: { region: string; nowMs: number; attempt?: unknown }): Outcome {
    const body = { code: 'NotImplemented', message: `${operation.kind} is not simulated yet` }
    return { kind: 'reply', reply: { status: 501, requestCharge: 0, body } }
  }

  /** The body of an answer to a query plan request, or the error that a query of this text gets: status 200, 400 or 501. */
  queryPlan(_query: string, _parameters?: readonly { name: string; value: Json }[]): { status: number; body: Json } {
    return { status: 501, body: { code: 'NotImplemented', message: 'query plans are not simulated yet' } }
  }

  regions(_nowMs: number): RegionStatus[] {
    return []
  }

  /** Commits of `from` no longer reach `to`, nor do those already on their way. */
  pauseReplication(_from: string, _to: string, _nowMs: number): void {}
  resumeReplication(_from: string, _to: string, _nowMs: number): void {}
  /** Holds for commits from now on. */
  setReplicationDelay(_from: string, _to: string, _delay: Delay): void {}
  setRegionOffline(_region: string, _mode: 'unavailable' | 'hang', _nowMs: number): void {}
  setRegionOnline(_region: string, _nowMs: number): void {}
  /** Moves the writes. Graceful when the present write region is online, else forced: what had not arrived is lost. */
  failover(_toRegion: string, _nowMs: number): void {}
  /** Request units a second of one container. */
  setThroughput(_database: string, _container: string, _requestUnitsPerSecond: number): void {}
  addFaultRule(_rule: FaultRule): string {
    return ''
  }
  removeFaultRule(_id: string): void {}
}
