import type { RegionStatus, SimulatedAccount } from './account.ts'
import type { FaultRule } from './faults.ts'
import type { JournalEntry } from './journal.ts'
import type { Delay } from './options.ts'

/**
 * What a person or a test does to the simulated account while it runs. The same calls on the in-process handle, on the
 * control endpoint and, as promises, on the worker's handle. A wrong argument (an unknown region …) throws.
 */
export interface SimulatorControl {
  /** Commits of `from` no longer reach `to`, nor do those already on their way. */
  pauseReplication(from: string, to: string): void
  resumeReplication(from: string, to: string): void
  /** Holds for commits from now on. */
  setReplicationDelay(from: string, to: string, delay: Delay): void
  /** `unavailable` answers 503 to everything, `hang` never answers. The account's endpoint goes on answering `GET /`. */
  setRegionOffline(region: string, mode?: 'unavailable' | 'hang'): void
  setRegionOnline(region: string): void
  /** Moves the writes. Graceful when the present write region is online, else forced: what had not arrived is lost. */
  failover(toRegion: string): void
  /** Request units a second of one container. */
  setThroughput(database: string, container: string, requestUnitsPerSecond: number): void
  /** Returns the rule's id. */
  addFaultRule(rule: FaultRule): string
  /** False when there is no such rule, or it has already struck as often as it may. */
  removeFaultRule(id: string): boolean
  state(): SimulatorState
  /** Oldest first, at most `limit` of the newest (default 100). Holds no token and no key. */
  readJournal(limit?: number): readonly JournalEntry[]
}

interface SimulatorState {
  readonly nowMs: number
  readonly regions: readonly RegionStatus[]
  /** How many entries the journal's limit has pushed out. */
  readonly journalDropped: number
}

export type CallName = keyof SimulatorControl

export function controlOf(account: SimulatedAccount, nowMs: () => number): SimulatorControl {
  return {
    pauseReplication: (from, to) => account.pauseReplication(from, to, nowMs()),
    resumeReplication: (from, to) => account.resumeReplication(from, to, nowMs()),
    setReplicationDelay: (from, to, delay) => account.setReplicationDelay(from, to, delay),
    setRegionOffline: (region, mode = 'unavailable') => account.setRegionOffline(region, mode, nowMs()),
    setRegionOnline: (region) => account.setRegionOnline(region, nowMs()),
    failover: (toRegion) => account.failover(toRegion, nowMs()),
    setThroughput: (database, container, requestUnitsPerSecond) =>
      account.setThroughput(database, container, requestUnitsPerSecond),
    addFaultRule: (rule) => account.addFaultRule(rule),
    removeFaultRule: (id) => account.removeFaultRule(id),
    state: () => ({
      nowMs: nowMs(),
      regions: account.regions(nowMs()),
      journalDropped: account.journal.dropped,
    }),
    readJournal: (limit = 100) => account.journal.entries(limit),
  }
}

/** The same calls from afar. */
export type AsyncControl = {
  readonly [K in CallName]: (...values: Parameters<SimulatorControl[K]>) => Promise<ReturnType<SimulatorControl[K]>>
}

/** Each call with its arguments' names, in order: how the control endpoint and the worker reach them. */
export const callFields: { readonly [K in CallName]: readonly string[] } = {
  pauseReplication: ['from', 'to'],
  resumeReplication: ['from', 'to'],
  setReplicationDelay: ['from', 'to', 'delay'],
  setRegionOffline: ['region', 'mode'],
  setRegionOnline: ['region'],
  failover: ['toRegion'],
  setThroughput: ['database', 'container', 'requestUnitsPerSecond'],
  addFaultRule: ['rule'],
  removeFaultRule: ['id'],
  state: [],
  readJournal: ['limit'],
}

export const callNames = Object.keys(callFields) as CallName[]

/** Calls by name; the caller has checked the arguments or leaves that to the account. */
export function invoke(control: SimulatorControl, name: CallName, values: readonly unknown[]): unknown {
  const call = control[name] as (...values: readonly unknown[]) => unknown
  return call(...values)
}
