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
  /** `GET /` announces the region as writable too, before a failover moves the writes there; it answers 403/3 until then. */
  announceFailover(toRegion: string): void
  /** The region's endpoint, open from then on. Throws while there is a region of that name. */
  addRegion(region: string): Promise<string>
  /** Its endpoint answers 403/1008. Throws for the one write region. */
  removeRegion(region: string): void
  /** One range becomes two (default: the one with most items); for `settlingMs` they answer 410/1007. Returns their ids. */
  splitRange(database: string, container: string, range?: string, settlingMs?: number): string[]
  /** Two neighbours become one. Throws while a commit of theirs is held back from some region. Returns its id. */
  mergeRanges(database: string, container: string, ranges: readonly string[], settlingMs?: number): string
  /** Deleted and made again under its name: empty, with another resource id. */
  recreateContainer(database: string, container: string): void
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

/** `openRegion` opens a region's endpoint and returns its URL. */
export function controlOf(
  account: SimulatedAccount,
  nowMs: () => number,
  openRegion: (region: string) => Promise<string>,
): SimulatorControl {
  return {
    pauseReplication: (from, to) => account.pauseReplication(from, to, nowMs()),
    resumeReplication: (from, to) => account.resumeReplication(from, to, nowMs()),
    setReplicationDelay: (from, to, delay) => account.setReplicationDelay(from, to, delay),
    setRegionOffline: (region, mode = 'unavailable') => account.setRegionOffline(region, mode, nowMs()),
    setRegionOnline: (region) => account.setRegionOnline(region, nowMs()),
    failover: (toRegion) => account.failover(toRegion, nowMs()),
    announceFailover: (toRegion) => account.announceFailover(toRegion, nowMs()),
    addRegion: async (region) => {
      const url = await openRegion(region)
      account.addRegion(region, nowMs())
      return url
    },
    removeRegion: (region) => account.removeRegion(region, nowMs()),
    splitRange: (database, container, range, settlingMs) =>
      account.splitRange(database, container, range, nowMs(), settlingMs),
    mergeRanges: (database, container, ranges, settlingMs) =>
      account.mergeRanges(database, container, ranges, nowMs(), settlingMs),
    recreateContainer: (database, container) => account.recreateContainer(database, container, nowMs()),
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
  readonly [K in CallName]: (
    ...values: Parameters<SimulatorControl[K]>
  ) => Promise<Awaited<ReturnType<SimulatorControl[K]>>>
}

/** Each call with its arguments' names, in order: how the control endpoint and the worker reach them. */
export const callFields: { readonly [K in CallName]: readonly string[] } = {
  pauseReplication: ['from', 'to'],
  resumeReplication: ['from', 'to'],
  setReplicationDelay: ['from', 'to', 'delay'],
  setRegionOffline: ['region', 'mode'],
  setRegionOnline: ['region'],
  failover: ['toRegion'],
  announceFailover: ['toRegion'],
  addRegion: ['region'],
  removeRegion: ['region'],
  splitRange: ['database', 'container', 'range', 'settlingMs'],
  mergeRanges: ['database', 'container', 'ranges', 'settlingMs'],
  recreateContainer: ['database', 'container'],
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
