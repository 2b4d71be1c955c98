/**
 * One copy of a range's log, as a pure function `(state, message) → [state, reply]`. The log lies elsewhere: a replica is
 * only how far it has come, and what is on its way to it. Arrivals are in LSN order, so that what it has applied is always
 * a prefix of the log. The same machine serves as the receiving end of a link between regions.
 */
export interface ReplicaState {
  /** LSN of the last commit applied, as of the latest message. */
  readonly appliedLsn: number
  /**
   * Shared by successive states: a state sees only its own window. Appending writes past the window of the older
   * state, which therefore never notices; a state that is not the newest copies before it appends.
   */
  readonly inFlight: readonly Arrival[]
  readonly from: number
  readonly to: number
}

/** The log up to and including `lsn` is applied at `atMs`. */
export interface Arrival {
  readonly lsn: number
  readonly atMs: number
}

export type ReplicaMessage =
  /** The log up to `lsn` is on its way. Reply: when it will be applied, never before what is already on its way. */
  | { readonly kind: 'send'; readonly lsn: number; readonly atMs: number }
  /** Reply: the LSN applied now. */
  | { readonly kind: 'position'; readonly nowMs: number }
  /** Takes back what has not arrived beyond `beyondLsn`. Reply: the LSN up to which the log has arrived or still will. */
  | { readonly kind: 'withdraw'; readonly beyondLsn: number; readonly nowMs: number }
  /** The log was cut: nothing beyond `lsn` exists any more. Reply: the LSN applied now. */
  | { readonly kind: 'cut'; readonly lsn: number; readonly nowMs: number }

/** Shared by all replicas with nothing on its way to them; never written. */
const nothing: readonly Arrival[] = []

/** Stands at `lsn` with nothing on its way to it. */
export const emptyReplica = (lsn = 0): ReplicaState => ({ appliedLsn: lsn, inFlight: nothing, from: 0, to: 0 })

export function replica(state: ReplicaState, message: ReplicaMessage): [ReplicaState, number] {
  switch (message.kind) {
    case 'send': {
      const atMs = settledMs(state, message.atMs)
      return [append(state, { lsn: message.lsn, atMs }), atMs]
    }
    case 'position': {
      const next = arrive(state, message.nowMs)
      return [next, next.appliedLsn]
    }
    case 'withdraw': {
      const arrived = arrive(state, message.nowMs)
      let to = arrived.to
      while (to > arrived.from && arrived.inFlight[to - 1]!.lsn > message.beyondLsn) to--
      const next = { ...arrived, to }
      return [next, promisedLsn(next)]
    }
    case 'cut': {
      const [kept] = replica(state, { kind: 'withdraw', beyondLsn: message.lsn, nowMs: message.nowMs })
      const appliedLsn = Math.min(kept.appliedLsn, message.lsn)
      return [{ ...kept, appliedLsn }, appliedLsn]
    }
  }
}

/** When the replica will have applied `lsn`, as far as is settled: undefined when that commit is not on its way. */
export function reachesAtMs(state: ReplicaState, lsn: number): number | undefined {
  if (state.appliedLsn >= lsn) return Number.NEGATIVE_INFINITY
  for (let i = state.from; i < state.to; i++) if (state.inFlight[i]!.lsn >= lsn) return state.inFlight[i]!.atMs
  return undefined
}

/** The LSN up to which the log has arrived or is on its way. */
export const promisedLsn = (state: ReplicaState): number =>
  state.to > state.from ? state.inFlight[state.to - 1]!.lsn : state.appliedLsn

/** When what is sent now, to arrive at `atMs`, is applied: never before what is already on its way. */
export const settledMs = (state: ReplicaState, atMs: number): number =>
  hasInFlight(state) ? Math.max(state.inFlight[state.to - 1]!.atMs, atMs) : atMs

const hasInFlight = ({ from, to }: ReplicaState): boolean => to > from

/** `send`, as of `nowMs`: what arrives at once on top of everything else need not go on its way. */
export function sendNow(state: ReplicaState, lsn: number, atMs: number, nowMs: number): ReplicaState {
  const now = arrive(state, nowMs)
  if (atMs <= nowMs && !hasInFlight(now)) return emptyReplica(lsn)
  return append(now, { lsn, atMs: settledMs(now, atMs) })
}

/** `position`, as the state that stands there: it is asked more often than everything else together. */
export function arrive(state: ReplicaState, nowMs: number): ReplicaState {
  let from = state.from
  while (from < state.to && state.inFlight[from]!.atMs <= nowMs) from++
  if (from === state.from) return state
  const appliedLsn = state.inFlight[from - 1]!.lsn
  if (from === state.to) return emptyReplica(appliedLsn)
  return compact({ appliedLsn, inFlight: state.inFlight, from, to: state.to })
}

function append(state: ReplicaState, arrival: Arrival): ReplicaState {
  // Most have one commit on its way at most: a literal takes one place, a first push would take seventeen.
  if (!hasInFlight(state)) return { appliedLsn: state.appliedLsn, inFlight: [arrival], from: 0, to: 1 }
  const isNewest = state.inFlight.length === state.to
  const inFlight = (isNewest ? state.inFlight : state.inFlight.slice(0, state.to)) as Arrival[]
  inFlight.push(arrival)
  return { appliedLsn: state.appliedLsn, inFlight, from: state.from, to: inFlight.length }
}

/** Arrived entries are let go once they are most of the array; the copy is paid for by the arrivals that went before. */
function compact(state: ReplicaState): ReplicaState {
  if (state.from < 64 || state.from * 2 < state.to) return state
  const inFlight = state.inFlight.slice(state.from, state.to)
  return { appliedLsn: state.appliedLsn, inFlight, from: 0, to: inFlight.length }
}
