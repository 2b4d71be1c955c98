import { covers, type SessionToken } from '../protocol/session-token.ts'
import type { OperationKind } from './observation.ts'

/**
 * The session guarantees of Terry et al., "Session Guarantees for Weakly Consistent Replicated Data" (1994). The session is
 * one run: what a hop did itself and what carries brought to it.
 */
export const guarantees = ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'] as const
export type Guarantee = (typeof guarantees)[number]

/** An operation as a witness tells it. */
export interface WitnessOperation {
  /** Index in the run's events. */
  readonly step: number
  readonly hop: string
  readonly operation: OperationKind
  /** Undefined: the read found no document. */
  readonly version: number | undefined
}

export interface GuaranteeViolation {
  readonly guarantee: Guarantee
  /** The two or three operations that show it, in causal order. */
  readonly witness: readonly WitnessOperation[]
}

/** A version of the probe document that the session wrote or saw. */
interface KnownVersion {
  readonly witness: WitnessOperation
  readonly version: number
  /** False for a delete. */
  readonly present: boolean
  /** The token of the answer: progress at which this version is in place. */
  readonly token: SessionToken | undefined
}

/** What one hop's session has behind it: acknowledged writes and reads, each its own or carried. Immutable. */
export interface SessionPast {
  readonly writes: readonly KnownVersion[]
  readonly reads: readonly KnownVersion[]
}

export const noPast: SessionPast = { writes: [], reads: [] }

/** A write that the run has sent, with the past of the hop that sent it. */
export interface IssuedWrite {
  readonly present: boolean
  readonly past: SessionPast
}

/** What a run has sent to its document, answered or not; refused writes excepted, for they never happened. */
export interface IssuedWrites {
  /** Anything older was written before the run began. */
  readonly firstVersion: number
  readonly byVersion: ReadonlyMap<number, IssuedWrite>
}

/** So many operations of a kind a past remembers, the latest. What is forgotten accuses nobody any more. */
const rememberedOperations = 64

export function pastAfterWrite(
  past: SessionPast,
  written: { readonly version: number; readonly present: boolean },
  witness: WitnessOperation,
  token: SessionToken | undefined,
): SessionPast {
  const { version, present } = written
  return { writes: withLatest(past.writes, { witness, version, present, token }), reads: past.reads }
}

const withLatest = (known: readonly KnownVersion[], latest: KnownVersion): readonly KnownVersion[] => [
  ...(known.length < rememberedOperations ? known : known.slice(1 - rememberedOperations)),
  latest,
]

export const joinPast = (mine: SessionPast, theirs: SessionPast): SessionPast => ({
  writes: joinVersions(mine.writes, theirs.writes),
  reads: joinVersions(mine.reads, theirs.reads),
})

function joinVersions(mine: readonly KnownVersion[], theirs: readonly KnownVersion[]): readonly KnownVersion[] {
  if (theirs.length === 0 || mine === theirs) return mine
  if (mine.length === 0) return theirs
  const bySteps = new Map([...mine, ...theirs].map((known) => [known.witness.step, known]))
  return [...bySteps.values()].toSorted((a, b) => a.witness.step - b.witness.step).slice(-rememberedOperations)
}

/** A read as it is judged: `witness.version` is what it returned, `token` the token of its answer. */
export interface SessionRead {
  readonly witness: WitnessOperation
  readonly token: SessionToken | undefined
}

/**
 * What one read shows of the four guarantees, against what its hop had behind it when it was sent; at most one violation of
 * each. Nothing is concluded from a state whose write may follow the missed one in the store's order: an
 * indeterminate write, or one that no causality orders.
 *
 * Where the answer's token shows that the replica holds the missed write, the store has put an older write on top of it.
 * Then the order of writes is what failed (monotonic writes, or writes follow reads), not the reading of one's own.
 */
export function judgeSession(past: SessionPast, issued: IssuedWrites, read: SessionRead): GuaranteeViolation[] {
  const state = read.witness.version
  // Between a version of an earlier run and this one's first, any delete may lie: an absence says nothing of it.
  const isMissed = (known: KnownVersion) =>
    (state !== undefined || known.version >= issued.firstVersion) && isBehind(state, known, issued)
  const missedWrites = past.writes.filter(isMissed)
  const missedReads = past.reads.filter(isMissed)
  if (missedWrites.length === 0 && missedReads.length === 0) return []

  const found = new Map<Guarantee, readonly WitnessOperation[]>()
  const violates = (guarantee: Guarantee, ...witness: WitnessOperation[]) => {
    if (!found.has(guarantee)) found.set(guarantee, witness)
  }
  const holds = (version: number) =>
    [...past.writes, ...past.reads].some((known) => known.version === version && isShown(read.token, known))

  for (const write of missedWrites.toReversed()) {
    const overtaking = holds(write.version) ? overtaken(state, issued.byVersion.get(write.version)?.past) : undefined
    if (overtaking?.write) violates('monotonic-writes', overtaking.write, write.witness, read.witness)
    if (overtaking?.read) violates('writes-follow-reads', overtaking.read, write.witness, read.witness)
    if (!overtaking?.write && !overtaking?.read) violates('read-your-writes', write.witness, read.witness)
  }
  for (const earlier of missedReads.toReversed()) {
    // A replica that holds what was seen has moved on from it, to a write of this run that the store put on top.
    if (holds(earlier.version) && isOfThisRun(state, issued)) continue
    violates('monotonic-reads', earlier.witness, read.witness)
  }
  return guarantees.flatMap((guarantee) => {
    const witness = found.get(guarantee)
    return witness ? [{ guarantee, witness }] : []
  })
}

/** A version seen is in the reader's past from then on. Of an absence, only one that shows the session's own delete. */
export function pastAfterRead(past: SessionPast, read: SessionRead): SessionPast {
  const { version } = read.witness
  const newest = past.writes.reduce<KnownVersion | undefined>(
    (best, write) => (best === undefined || write.version > best.version ? write : best),
    undefined,
  )
  const showsDelete = newest !== undefined && !newest.present && isShown(read.token, newest)
  const seen = version ?? (showsDelete ? newest.version : undefined)
  if (seen === undefined) return past
  const { witness, token } = read
  const known = { witness, version: seen, present: version !== undefined, token }
  return { writes: past.writes, reads: withLatest(past.reads, known) }
}

/** Whether what was returned was certainly written before `known`, which it should have shown. */
function isBehind(state: number | undefined, known: KnownVersion, issued: IssuedWrites): boolean {
  if (state !== undefined) return state < known.version && precedes(state, known.version, issued)
  if (!known.present) return false
  const deletes = [...issued.byVersion].filter(([, write]) => !write.present)
  return deletes.every(([version]) => precedes(version, known.version, issued))
}

/** Whether `older` is certainly before `newer`: of an earlier run, or in the causal past of the write of `newer`. */
function precedes(older: number, newer: number, issued: IssuedWrites): boolean {
  if (older < issued.firstVersion) return true
  const visited = new Set<number>()
  const pending = [newer]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const past = issued.byVersion.get(next)?.past
    if (past === undefined || visited.has(next)) continue
    visited.add(next)
    for (const { version } of [...past.writes, ...past.reads]) {
      if (version === older) return true
      pending.push(version)
    }
  }
  return false
}

/** The write of the returned state, or a read of it, in the past of the write that it lies on top of. */
function overtaken(state: number | undefined, past: SessionPast | undefined) {
  const isState = (known: KnownVersion) =>
    state === undefined ? !known.present : known.present && known.version === state
  return { write: past?.writes.findLast(isState)?.witness, read: past?.reads.findLast(isState)?.witness }
}

const isOfThisRun = (state: number | undefined, issued: IssuedWrites): boolean =>
  state === undefined ? [...issued.byVersion.values()].some(({ present }) => !present) : state >= issued.firstVersion

/**
 * Whether an answer's token shows that its replica had applied `known`. Only within one configuration of the range: after a
 * failover a newer one may reach the same LSN with the write lost.
 */
function isShown(answer: SessionToken | undefined, known: KnownVersion): boolean {
  const [range, ...others] = known.token?.rangeIds ?? []
  if (answer === undefined || known.token === undefined || range === undefined || others.length > 0) return false
  const isSameConfiguration = answer.forRange(range)?.version === known.token.forRange(range)?.version
  return isSameConfiguration && covers(answer, known.token, range)
}
