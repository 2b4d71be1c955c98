import type { FinishedRun, JourneyEvent } from '../domain/journey.ts'
import type { Observation } from '../domain/observation.ts'
import type { Disagreement } from './disagreement.ts'

/** A version that the answering replica had applied. */
interface AppliedVersion {
  readonly version: number
  readonly present: boolean
  /** The run that wrote it. */
  readonly run: string
}

/** What the replica that answered had applied, in the order of its log; undefined where nothing was answered. */
type AppliedBy = (observation: Observation) => readonly AppliedVersion[] | undefined

/** What the journal says of one guarantee at one read. */
interface Truth {
  /** It is violated. */
  readonly isViolated: boolean
  /** It is, and a judge without the journal can tell. */
  readonly isKnowable: boolean
}

type Guarantee = FinishedRun['violations'][number]['guarantee']

/**
 * The session guarantees by their definitions, from the logs: a guarantee is violated when the replica that served the read lacked
 * what the session had written or seen, or had it in another order.
 */
export function checkSession(
  run: FinishedRun,
  appliedBy: AppliedBy,
  twice: readonly { readonly version: number; readonly present: boolean }[],
): Disagreement[] {
  // A run that did not come to its end is not judged.
  if (run.result === 'abandoned' || run.result === 'crashed') return []
  let newest = 0
  for (const event of run.events) {
    if (event.kind === 'write') newest = Math.max(newest, event.version)
    if (event.kind === 'read') newest = Math.max(newest, event.returnedVersion ?? 0)
  }
  const found: Disagreement[] = []
  run.events.forEach((event, step) => {
    const applied = event.kind === 'read' ? appliedBy(event.observation) : undefined
    if (event.kind !== 'read' || applied === undefined) return
    const state = applied.at(-1)
    const isNewest = state?.present === true && state.version >= newest
    const judgedHere = run.violations.filter((each) => each.witness.at(-1)?.step === step)
    // Whoever reads what may have been written again cannot tell an old state from a new one.
    const { returnedVersion } = event
    const isInDoubt = twice.some((each) =>
      each.present ? each.version === returnedVersion : returnedVersion === undefined,
    )
    if ((isNewest || isInDoubt) && judgedHere.length === 0) return
    const truths = truthsOf(run, event.observation.hop, beginning(event, step), step, appliedBy)
    for (const guarantee of guarantees) {
      const { isViolated, isKnowable } = truths.get(guarantee) ?? kept
      const isJudged = judgedHere.some((each) => each.guarantee === guarantee)
      if (isJudged ? isViolated : !isKnowable) continue
      const judged = isJudged ? 'violated' : 'kept'
      found.push({ run: run.id, step, what: guarantee, judged, truth: isViolated ? 'violated' : 'kept' })
    }
  })
  return found
}

const guarantees = ['read-your-writes', 'monotonic-reads', 'monotonic-writes', 'writes-follow-reads'] as const
const kept: Truth = { isViolated: false, isKnowable: false }

/** Of the guarantees that are violated at one read. */
function truthsOf(
  run: FinishedRun,
  hop: string,
  begun: number,
  step: number,
  appliedBy: AppliedBy,
): Map<Guarantee, Truth> {
  const read = run.events[step]!
  const applied = (read.kind === 'read' && appliedBy(read.observation)) || []
  const state = applied.at(-1)
  const shown = state?.present ? state.version : undefined
  const returned = read.kind === 'read' ? read.returnedVersion : undefined
  const found = new Map<Guarantee, Truth>()
  const find = (guarantee: Guarantee, isKnowable: boolean) =>
    found.set(guarantee, { isViolated: true, isKnowable: isKnowable || found.get(guarantee)?.isKnowable === true })
  for (const index of pastOf(run, hop, begun)) {
    const event = run.events[index]!
    const known = versionOf(event, appliedBy)
    if (known === undefined) continue
    const { version, present } = known
    const isOlder = shown === undefined ? present : shown < version
    if (!isOlder) continue
    const before = knownToWriter(run, version, step)
    const isApplied = applied.some((each) => each.version === version)
    if (isApplied && event.kind === 'write') {
      const isState = (each: JourneyEvent) => versionOf(each, appliedBy)?.version === state?.version
      if (before.some((each) => each.kind === 'write' && isState(each))) find('monotonic-writes', true)
      if (before.some((each) => each.kind === 'read' && isState(each))) find('writes-follow-reads', true)
    }
    if (isApplied) continue
    // What no causality orders, or what a delete could explain, only the log can tell apart.
    const isOrdered =
      returned === undefined
        ? present && isOfRun(run, version) && !hasOtherDeletes(run, step, version, before)
        : state?.run !== run.id || before.some((each) => versionOf(each, appliedBy)?.version === shown)
    // That an absence was this delete and no earlier one is more than an answer says.
    const isTold = event.kind === 'write' || (event.kind === 'read' && event.returnedVersion !== undefined)
    find(event.kind === 'write' ? 'read-your-writes' : 'monotonic-reads', isOrdered && isTold)
  }
  return found
}

/** What an earlier run wrote an earlier run may have deleted, for all that an absence tells. */
const isOfRun = (run: FinishedRun, version: number): boolean =>
  run.events.some((event) => event.kind === 'write' && event.version === version && event.outcome !== 'refused')

/** What an operation wrote, or what the replica held that answered it. */
function versionOf(event: JourneyEvent, appliedBy: AppliedBy): Omit<AppliedVersion, 'run'> | undefined {
  if (event.kind === 'write') return { version: event.version, present: !isDelete(event) }
  return event.kind === 'read' ? appliedBy(event.observation)?.at(-1) : undefined
}

/** Steps that a hop's session has behind it: acknowledged writes and reads, its own and those of every carry to it. */
function pastOf(run: FinishedRun, hop: string, count: number): Set<number> {
  const steps = new Set<number>()
  for (let step = 0; step < count; step++) {
    const event = run.events[step]!
    if (event.kind === 'carry' && event.to === hop) {
      for (const each of pastOf(run, event.from, beginning(event, step))) steps.add(each)
    } else if ((event.kind === 'write' || event.kind === 'read') && event.observation.hop === hop) {
      if (event.kind === 'read' || event.outcome === 'succeeded') steps.add(step)
    }
  }
  return steps
}

/** What the sender of a version of this run knew when it sent it. */
function knownToWriter(run: FinishedRun, version: number, step: number): JourneyEvent[] {
  const sent = run.events.findIndex(
    (event, index) =>
      event.kind === 'write' &&
      event.version === version &&
      event.outcome !== 'refused' &&
      beginning(event, index) <= step,
  )
  const write = run.events[sent]
  if (write?.kind !== 'write') return []
  return [...pastOf(run, write.observation.hop, beginning(write, sent))].map((index) => run.events[index]!)
}

/** Whether a delete of this run may stand in the log after `version`, for all that its readers were told. */
const hasOtherDeletes = (run: FinishedRun, step: number, version: number, before: readonly JourneyEvent[]): boolean =>
  run.events.some(
    (event, index) =>
      event.kind === 'write' &&
      isDelete(event) &&
      event.version !== version &&
      event.outcome !== 'refused' &&
      beginning(event, index) <= step &&
      !before.includes(event),
  )

const isDelete = (event: JourneyEvent): boolean => event.kind === 'write' && event.observation.operation === 'delete'

const beginning = (event: JourneyEvent, step: number): number =>
  'begunAfter' in event ? (event.begunAfter ?? step) : step
