import type { StoreRequest } from '../domain/document-store.ts'
import type { CarryEvent, FinishedRun, PollEvent, ReadEvent, WriteEvent } from '../domain/journey.ts'
import type { Attempt, Observation } from '../domain/observation.ts'
import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { JournalEntry, RequestEntry } from '../simulator/journal.ts'
import type { Disagreement } from './disagreement.ts'
import type { Evidence } from './evidence.ts'
import { afterRead, afterWrite, join, type Knowledge, knowsNothing, type Younger } from './knowledge.ts'
import { checkSession } from './session-oracle.ts'
import { mayBeTwice, trueFinding, trueOutcome, truePoll } from './true-findings.ts'
import { TrueLog, type TrueVersion } from './true-log.ts'
import { type ComesFrom, trueCanary, trueToken } from './true-token.ts'
import { appliedOf, type Doubts, type TrueRead, trueDetail, trueVerdict } from './true-verdict.ts'

export interface OracleOptions {
  /** The consistency level that a hop's reads ask for in an arm. */
  readonly levelOf: (hop: string, arm: string) => ConsistencyLevel
  /** Whether answers carry tokens. */
  readonly issuesTokens: boolean
  /** Whether clients are told of splits and merges. */
  readonly tellsAncestry: boolean
}

/**
 * Recomputes each judgement of a run from the simulator's journal: from what was committed, what each replica had applied
 * and what was on the wire, in LSNs. It shares no code with `domain/`, whose judgement it checks.
 */
export class Oracle {
  readonly #options: OracleOptions
  readonly #log = new TrueLog()

  constructor(options: OracleOptions) {
    this.#options = options
  }

  /** Everything that happens to the account, as it happens; `request` is what brought it about, if anything did. */
  hear(entry: JournalEntry, request: StoreRequest | undefined): void {
    this.#log.hear(entry, request)
  }

  /** What answers told is kept for one run. */
  beginRun(): void {
    this.#log.forgetAnswers()
  }

  check(run: FinishedRun, evidence: Evidence): Disagreement[] {
    const of = new RunCheck(run, this.#options, this.#log, evidence)
    run.events.forEach((event, step) => {
      of.begin(step)
      if (event.kind === 'carry') of.carry(event)
      if (event.kind === 'write') of.write(event)
      if (event.kind === 'read') of.read(event)
      if (event.kind === 'poll') of.poll(event)
    })
    return [...of.disagreements, ...checkSession(run, (observation) => of.applied(observation), of.twice)]
  }
}

const nothingAsked: readonly RequestEntry[] = []

/** One run, event by event. */
class RunCheck {
  readonly disagreements: Disagreement[] = []
  readonly #run: FinishedRun
  readonly #options: OracleOptions
  readonly #log: TrueLog
  readonly #evidence: Evidence
  readonly #known = new Map<string, Knowledge>()
  /** What each hop knew after so many events; only where branches went on side by side. */
  readonly #past: ReadonlyMap<string, Knowledge>[] | undefined
  /** Versions of writes, or of tries of them, that may have happened at any time. */
  readonly #doubtful: number[] = []
  /** What may have been written a second time, on top of what came after it. */
  readonly twice: { readonly version: number; readonly present: boolean }[] = []
  /** Version → the region that took it. */
  readonly #writtenIn = new Map<number, string | undefined>()
  readonly #doubts: Doubts
  #step = 0

  constructor(run: FinishedRun, options: OracleOptions, log: TrueLog, evidence: Evidence) {
    this.#run = run
    this.#options = options
    this.#log = log
    this.#evidence = evidence
    const isBranched = run.events.some((event) => 'begunAfter' in event && event.begunAfter !== undefined)
    this.#past = isBranched ? [] : undefined
    let firstVersion = Number.POSITIVE_INFINITY
    const deletes: number[] = []
    for (const event of run.events) {
      if (event.kind !== 'write') continue
      firstVersion = Math.min(firstVersion, event.version)
      if (mayHaveDeleted(event)) deletes.push(event.version)
    }
    this.#doubts = { run: run.id, firstVersion, doubtful: this.#doubtful, deletes }
  }

  begin(step: number): void {
    this.#step = step
    this.#past?.push(new Map(this.#known))
  }

  carry({ from, to, begunAfter }: CarryEvent): void {
    this.#known.set(to, join(this.#of(to), this.#atBegin(from, begunAfter), this.#younger))
  }

  write(event: WriteEvent): void {
    const { hop, operation, attempts } = event.observation
    const requests = this.#requests(attempts)
    const outcome = trueOutcome(requests)
    this.#says('write outcome', event.outcome, outcome)
    const isTwice = mayBeTwice(requests)
    if (outcome === 'indeterminate' || isTwice) this.#doubtful.push(event.version)
    if (isTwice) this.twice.push({ version: event.version, present: operation !== 'delete' })
    if (outcome !== 'refused') this.#writtenIn.set(event.version, requests.at(-1)?.region)
    const written = { version: event.version, present: operation !== 'delete' }
    this.#known.set(hop, afterWrite(this.#of(hop), written, outcome, requests))
  }

  read(event: ReadEvent): void {
    const { observation, judgement, returnedVersion } = event
    const { hop, attempts } = observation
    const before = this.#atBegin(hop, event.begunAfter)
    const requests = this.#requests(attempts)
    const truth = trueVerdict(
      this.#log,
      this.#readOf(observation, requests),
      returnedVersion,
      before,
      this.#doubtsAt(before),
    )
    const token = trueToken(requests, before, this.#comesFrom, this.#options.issuesTokens)
    const isExcused = judgement.verdict === 'undetermined' && truth.mayBeUndetermined
    if (!isExcused) this.#says('verdict', judgement.verdict, truth.verdict)
    if ('detail' in judgement) this.#says('detail', judgement.detail, trueDetail(judgement.verdict, truth))
    if (truth.versionsBehind !== undefined && judgement.verdict === 'stale') {
      this.#says('versions behind', judgement.versionsBehind, truth.versionsBehind)
    }
    this.#says('token', event.token, token)
    this.#checkFinding(event, before.version ?? 0, {
      verdict: truth.verdict,
      token,
      canary: trueCanary(
        requests,
        event.canary,
        before.range ?? this.#log.holderOf(observation.documentId),
        this.#comesFrom,
      ),
      isExcused,
    })
    const seen = this.#isAnothers(attempts) ? undefined : returnedVersion
    this.#known.set(hop, afterRead(this.#of(hop), seen, requests, this.#younger))
  }

  /** Of writes that two regions took, nobody who sees the claims alone knows which one the account keeps. */
  #doubtsAt({ version }: Knowledge): Doubts {
    if (version === undefined || this.#writtenIn.size < 2 || !this.#writtenIn.has(version)) return this.#doubts
    const rivals = [...this.#writtenIn].filter(([, region]) => region !== this.#writtenIn.get(version))
    return { ...this.#doubts, doubtful: [...this.#doubtful, ...rivals.map(([rival]) => rival)] }
  }

  #checkFinding(
    { observation, canary, finding }: ReadEvent,
    claimed: number,
    truth: { readonly verdict: string; readonly token: string; readonly canary: string; readonly isExcused: boolean },
  ): void {
    const { arm, events } = this.#run
    if (canary === undefined) {
      const isOnWire = arm === 'canary' && attemptsOnWire(observation) && truth.canary !== 'lost'
      this.#says('canary', isOnWire, false)
      const level = this.#options.levelOf(observation.hop, arm)
      if (truth.isExcused) return
      const trueOne = trueFinding(truth.verdict, truth.token, level)
      this.#says('finding', finding, trueOne)
      if (trueOne === 'broken-promise') this.#checkAccount(observation.documentId, claimed)
      return
    }
    // A canary that was corrupted on its way arrived as another token, and a queue or a browser may bring that of an earlier run.
    // By chance such a one may name the document's range, which the wire cannot tell from the canary of that range; but the
    // one that was sent, for other ranges, is lost.
    const isChanged = events.some(
      (each) =>
        each.kind === 'carry' &&
        (each.cause === 'corrupted' || (each.cause === 'kept-older' && each.token === 'foreign')),
    )
    // Who is not told of splits cannot know that a parent's canary binds the children.
    const isExcused = canary === 'lost' && (isChanged || !this.#options.tellsAncestry)
    const judged = isExcused ? 'lost' : truth.canary
    this.#says('canary', canary, judged)
    this.#says('finding', finding, judged === 'lost' ? 'canary-lost' : undefined)
  }

  /** The simulated account keeps its promises but where it has lost what was committed. */
  #checkAccount(documentId: string, claimed: number): void {
    const has = this.#log.hasVanished(documentId, claimed) ? 'lost the commit' : 'broke its promise'
    this.#says('what the account did', has, 'lost the commit')
  }

  poll(event: PollEvent): void {
    const { hop, outcome, observations, finding } = event
    const before = this.#atBegin(hop, event.begunAfter)
    const tries = observations.map((observation) => {
      const requests = this.#requests(observation.attempts)
      const read = this.#readOf(observation, requests)
      return { requests, truth: trueVerdict(this.#log, read, 'untold', before, this.#doubtsAt(before)) }
    })
    const last = tries.at(-1)!.truth
    const isExcused = outcome === 'undetermined' && last.mayBeUndetermined
    if (!isExcused) this.#says('poll', outcome, truePoll(last.verdict))
    const isShown = ({ verdict, mayBeUndetermined }: typeof last) => verdict === 'fresh' && !mayBeUndetermined
    const goesOn = tries.slice(0, -1).some(({ truth }) => isShown(truth))
    this.#says('poll went on after the write had shown', goesOn, false)
    this.#says('finding', finding, outcome === 'not-shown' ? 'never-shown' : undefined)
    for (const { requests, truth } of tries) {
      this.#known.set(hop, afterRead(this.#of(hop), truth.seen, requests, this.#younger))
    }
  }

  /** What the replica that answered had applied; undefined where nothing of ours was answered. */
  applied({ attempts }: Observation): readonly TrueVersion[] | undefined {
    return this.#isAnothers(attempts) ? undefined : appliedOf(this.#log, this.#requests(attempts))
  }

  readonly #comesFrom: ComesFrom = (younger, elder) =>
    younger === elder || (this.#options.tellsAncestry && this.#isChild(younger, elder))

  readonly #younger: Younger = (left, right) => (this.#isChild(left, right) ? left : right)

  #isChild(younger: string, elder: string): boolean {
    return this.#log.ranges.comesFrom(this.#log.container, younger, elder)
  }

  #of(hop: string): Knowledge {
    return this.#known.get(hop) ?? knowsNothing
  }

  #atBegin(hop: string, begunAfter: number | undefined): Knowledge {
    return begunAfter === undefined ? this.#of(hop) : (this.#past?.[begunAfter]?.get(hop) ?? knowsNothing)
  }

  #requests(attempts: readonly Attempt[]): readonly RequestEntry[] {
    return this.#evidence.get(attempts)?.requests ?? nothingAsked
  }

  #isAnothers(attempts: readonly Attempt[]): boolean {
    return this.#evidence.get(attempts)?.isAnothers === true
  }

  #readOf({ operation, documentId, attempts }: Observation, requests: readonly RequestEntry[]): TrueRead {
    return { operation, documentId, requests, isAnothers: this.#isAnothers(attempts) }
  }

  #says(what: string, judged: unknown, truth: unknown): void {
    if (String(judged) === String(truth)) return
    const { id: run } = this.#run
    this.disagreements.push({ run, step: this.#step, what, judged: String(judged), truth: String(truth) })
  }
}

const attemptsOnWire = ({ attempts }: Observation): boolean => attempts.some(({ purpose }) => purpose === 'operation')

const mayHaveDeleted = ({ observation, outcome, begunAfter }: WriteEvent): boolean =>
  observation.operation === 'delete' && (outcome !== 'refused' || begunAfter !== undefined)
