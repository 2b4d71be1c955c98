import type { FinishedRun, ReadEvent, WriteEvent } from '../domain/journey.ts'
import type { Attempt, Observation } from '../domain/observation.ts'
import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { JournalEntry, RequestEntry, ServedRange, TokenReference } from '../simulator/journal.ts'
import type { Disagreement } from './disagreement.ts'
import { checkSession } from './session-oracle.ts'
import { TrueRanges } from './true-ranges.ts'

/** One commit of the run's document, in the log of one range. */
interface TrueVersion {
  readonly version: number
  readonly present: boolean
  /** The run that wrote it. */
  readonly run: string
  readonly container: string
  readonly range: string
  readonly partitionKey: string
  readonly lsn: number
  /** With several write regions: the id of the one whose log it is in. */
  readonly writeRegionId: number | undefined
}

/** What a hop has the right to see, in true positions: a document version, and the log position that holds it. */
interface Knowledge {
  readonly version: number | undefined
  readonly present: boolean
  readonly position: Position | undefined
  readonly isClaimed: boolean
  /**
   * Whether the version came with an answer that spoke for one range. A page that spoke for several does not tell which of
   * them holds the document, so what would cover it cannot be known.
   */
  readonly isRangeTold: boolean
}

interface Position {
  readonly range: string
  readonly version: number
  readonly lsn: number
  readonly locals: Readonly<Record<string, number>>
}

const knowsNothing: Knowledge = {
  version: undefined,
  present: false,
  position: undefined,
  isClaimed: false,
  isRangeTold: false,
}

/** The journal entries of each operation, by the list of attempts that its observation holds. */
export type Evidence = WeakMap<readonly Attempt[], readonly JournalEntry[]>

/**
 * Recomputes each judgement of a run from the simulator's journal: from what was committed, what each replica had applied
 * and what was on the wire, in LSNs. It shares no code with `domain/`, whose judgement it checks.
 */
export class Oracle {
  readonly #evidence: Evidence
  /** Log of the documents written so far: document id → its true versions, in log order. */
  readonly #log = new Map<string, TrueVersion[]>()

  readonly #ranges = new TrueRanges()
  /** Where the last commit went: requests that misfortune answered do not tell. */
  #container = ''
  /** Ids of regions that were removed: what they had written was everywhere by then. */
  readonly #removed = new Set<number>()

  readonly #levelOf: (hop: string, arm: string) => ConsistencyLevel
  readonly #issuesTokens: boolean
  readonly #anothers = new WeakSet<readonly Attempt[]>()

  /** `levelOf` tells the consistency level that a hop's reads ask for in an arm; `issuesTokens` whether answers carry tokens. */
  constructor(evidence: Evidence, levelOf: (hop: string, arm: string) => ConsistencyLevel, issuesTokens = true) {
    this.#evidence = evidence
    this.#levelOf = levelOf
    this.#issuesTokens = issuesTokens
  }

  /** The read that these attempts belong to came upon a document that somebody else had written. */
  showsAnothers(attempts: readonly Attempt[]): void {
    this.#anothers.add(attempts)
  }

  /** What happened to the whole account. */
  hear(entry: JournalEntry): void {
    if (entry.kind === 'lost') this.#forget(entry)
    if (entry.kind === 'ranges') this.#ranges.learn(entry)
    if (entry.kind === 'topology' && entry.change === 'removeRegion') this.#removed.add(Number(entry.detail.id))
    // The new container is empty.
    if (entry.kind === 'topology' && entry.change === 'recreateContainer') this.#log.clear()
  }

  /** A commit that a forced failover dropped never happened for any later reader. */
  #forget({
    container,
    range,
    lsn,
  }: {
    readonly container: string
    readonly range: string
    readonly lsn: number
  }): void {
    for (const [documentId, versions] of this.#log) {
      const isLost = (version: TrueVersion) =>
        version.lsn === lsn && version.container === container && this.#holder(version) === range
      if (versions.some(isLost)) {
        this.#log.set(
          documentId,
          versions.filter((version) => !isLost(version)),
        )
      }
    }
  }

  #holder({ container, range, partitionKey }: TrueVersion): string {
    return this.#ranges.holder(container, range, partitionKey)
  }

  /** Of the ranges that answered, the one that holds the document. */
  #servedFor(documentId: string, answering: RequestEntry): ServedRange | undefined {
    const some = this.#log.get(documentId)?.[0]
    return (
      some && answering.served?.find(({ range }) => this.#ranges.comesFrom(some.container, this.#holder(some), range))
    )
  }

  check(run: FinishedRun): Disagreement[] {
    const disagreements: Disagreement[] = []
    const known = new Map<string, Knowledge>()
    const doubtful: TrueVersion['version'][] = []
    const of = (hop: string) => known.get(hop) ?? knowsNothing
    const says = (step: number, what: string, judged: unknown, truth: unknown) => {
      if (String(judged) !== String(truth)) {
        disagreements.push({ run: run.id, step, what, judged: String(judged), truth: String(truth) })
      }
    }
    const deletes = deletesOf(run)
    const isBranched = run.events.some((event) => 'begunAfter' in event && event.begunAfter !== undefined)
    const past: ReadonlyMap<string, Knowledge>[] = []
    const atBegin = (hop: string, begunAfter: number | undefined) =>
      begunAfter === undefined ? of(hop) : (past[begunAfter]?.get(hop) ?? knowsNothing)
    run.events.forEach((event, step) => {
      if (isBranched) past.push(new Map(known))
      if (event.kind === 'carry') {
        known.set(event.to, join(of(event.to), atBegin(event.from, event.begunAfter)))
      }
      if (event.kind === 'write') {
        const outcome = this.#trueOutcome(event)
        says(step, 'write outcome', event.outcome, outcome)
        if (outcome === 'indeterminate') doubtful.push(event.version)
        known.set(event.observation.hop, this.#afterWrite(of(event.observation.hop), event, outcome))
      }
      if (event.kind === 'read') {
        const { hop } = event.observation
        const truth = this.#judge(event.observation, event.returnedVersion, atBegin(hop, event.begunAfter), {
          run: run.id,
          doubtful,
          deletes,
        })
        const excused = event.judgement.verdict === 'undetermined' && truth.mayBeUndetermined
        if (!excused) says(step, 'verdict', event.judgement.verdict, truth.verdict)
        if ('detail' in event.judgement) says(step, 'detail', event.judgement.detail, detailOf(event, truth))
        if (truth.versionsBehind !== undefined && event.judgement.verdict === 'stale') {
          says(step, 'versions behind', event.judgement.versionsBehind, truth.versionsBehind)
        }
        says(step, 'token', event.token, truth.token)
        const canary = this.#trueCanary(event, atBegin(hop, event.begunAfter).position?.range)
        // A canary that was corrupted on its way arrived as another token. By chance that one may name the document's range,
        // which the wire cannot tell from the canary of that range; but the one that was sent is lost.
        const isChanged = run.events.some((each) => each.kind === 'carry' && each.cause === 'corrupted')
        if (event.canary) {
          const judged = isChanged && event.canary === 'lost' ? 'lost' : canary
          says(step, 'canary', event.canary, judged)
          says(step, 'finding', event.finding, judged === 'lost' ? 'canary-lost' : undefined)
        } else {
          says(step, 'canary', run.arm === 'canary' && canary !== 'lost', false)
          const finding = trueFinding(truth.verdict, truth.token, this.#levelOf(hop, run.arm))
          if (!excused) says(step, 'finding', event.finding, finding)
        }
        known.set(hop, this.#afterRead(of(hop), event.observation.attempts, event.returnedVersion))
      }
      if (event.kind === 'poll') {
        const before = atBegin(event.hop, event.begunAfter)
        const truths = event.observations.map((each) =>
          this.#judge(each, 'untold', before, { run: run.id, doubtful, deletes }),
        )
        const last = truths.at(-1)!
        const excused = event.outcome === 'undetermined' && last.mayBeUndetermined
        if (!excused) says(step, 'poll', event.outcome, pollOutcome(last.verdict))
        const shownBefore = truths.slice(0, -1).some((each) => each.verdict === 'fresh' && !each.mayBeUndetermined)
        says(step, 'poll went on after the write had shown', shownBefore, false)
        says(step, 'finding', event.finding, event.outcome === 'not-shown' ? 'never-shown' : undefined)
        event.observations.forEach(({ attempts }, index) => {
          known.set(event.hop, this.#afterRead(of(event.hop), attempts, truths[index]!.seen))
        })
      }
    })
    return [...disagreements, ...checkSession(run, (observation) => this.#appliedBy(observation))]
  }

  #appliedBy(observation: Observation): readonly TrueVersion[] | undefined {
    const answering = this.#requests(observation.attempts).at(-1)
    if (answering === undefined || !isAnswered(answering) || this.#anothers.has(observation.attempts)) return undefined
    const log = this.#log.get(observation.documentId) ?? []
    const served = this.#servedFor(observation.documentId, answering)
    return log.filter((version) => this.#isApplied(version, served))
  }

  /** With several write regions each has a log of its own; the last of the applied writes wins. */
  #isApplied({ lsn, writeRegionId }: TrueVersion, served: ServedRange | undefined): boolean {
    if (served === undefined) return false
    if (writeRegionId === undefined) return lsn <= served.lsn
    return this.#removed.has(writeRegionId) || lsn <= (served.locals[writeRegionId] ?? 0)
  }

  /** Each write of a run must be told to the oracle, in order, also those of abandoned runs. */
  learn(
    documentId: string,
    written: Pick<TrueVersion, 'version' | 'present' | 'run'>,
    entries: readonly JournalEntry[],
  ): void {
    for (const entry of entries) {
      if (entry.kind !== 'commit' || entry.id !== documentId) continue
      const versions = this.#log.get(documentId) ?? []
      const { container, range, partitionKey, lsn, writeRegionId } = entry
      this.#container = container
      versions.push({ ...written, container, range, partitionKey, lsn, writeRegionId })
      this.#log.set(documentId, versions)
    }
  }

  #requests(attempts: readonly Attempt[]): RequestEntry[] {
    return (this.#evidence.get(attempts) ?? []).filter((entry) => entry.kind === 'request')
  }

  #trueOutcome(event: WriteEvent): 'succeeded' | 'refused' | 'indeterminate' {
    const requests = this.#requests(event.observation.attempts)
    const last = requests.at(-1)
    if (last && last.connection === undefined && last.status < 300 && last.status !== 207) return 'succeeded'
    // Of an answer that never came or that blames the server, a client cannot know what became of the write.
    const isInDoubt = ({ status, substatus, connection }: RequestEntry) =>
      connection !== undefined || status >= 500 || status === 408 || (status === 410 && !substatus)
    return requests.some(isInDoubt) ? 'indeterminate' : 'refused'
  }

  #afterWrite(before: Knowledge, event: WriteEvent, outcome: string): Knowledge {
    const served = servedBy(this.#requests(event.observation.attempts).at(-1))
    const moved = { ...before, position: ahead(before.position, served) }
    if (outcome === 'refused') return moved
    if (outcome === 'indeterminate') return { ...before, isClaimed: true }
    return {
      ...moved,
      version: event.version,
      present: event.observation.operation !== 'delete',
      isClaimed: true,
      isRangeTold: true,
    }
  }

  #afterRead(before: Knowledge, attempts: readonly Attempt[], returned: number | undefined): Knowledge {
    const seen = this.#anothers.has(attempts) ? undefined : returned
    const answering = this.#requests(attempts).at(-1)
    const served = servedBy(answering, before.position?.range)
    const moved = { ...before, position: ahead(before.position, served) }
    if (!before.isClaimed || seen === undefined || seen < (before.version ?? 0)) return moved
    const isRangeTold = before.isRangeTold || answering?.served?.length === 1
    return seen === before.version ? { ...moved, isRangeTold } : { ...moved, version: seen, present: true, isRangeTold }
  }

  #judge(
    observation: Observation,
    returned: number | undefined | 'untold',
    hop: Knowledge,
    { run, doubtful, deletes }: { run: string; doubtful: readonly number[]; deletes: readonly number[] },
  ): Truth {
    const requests = this.#requests(observation.attempts)
    const answering = requests.at(-1)
    const token = this.#trueToken(requests, hop)
    if (answering === undefined || !isAnswered(answering)) return { verdict: 'failed', token, mayBeUndetermined: false }
    const log = this.#log.get(observation.documentId) ?? []
    const served = this.#servedFor(observation.documentId, answering)
    const state = log.findLast((version) => this.#isApplied(version, served))
    // A change feed shows what the run itself has changed.
    const isThere = state?.present === true && (observation.operation !== 'changeFeed' || state.run === run)
    const seen = isThere ? state.version : undefined
    if (!hop.isClaimed) return { verdict: 'unordered', token, mayBeUndetermined: false, seen }
    if (this.#anothers.has(observation.attempts)) {
      return { verdict: 'undetermined', token, mayBeUndetermined: false, isAnothers: true }
    }
    if (hop.version === undefined) return { verdict: 'undetermined', token, mayBeUndetermined: true, seen }
    const { version } = hop
    const isOlder = log.find((each) => each.version === version)?.run !== run
    const isBeforeTheRun = !isThere && isOlder && returned === undefined
    if (observation.operation === 'changeFeed' && isBeforeTheRun) {
      return { verdict: 'undetermined', token, mayBeUndetermined: true, seen, isBeforeTheRun }
    }
    const mayBeUndetermined = isThere
      ? doubtful.includes(state.version)
      : isBeforeTheRun || doubtful.length > 0 || deletes.some((deleted) => deleted > version)
    if (returned !== 'untold' && returned !== seen) {
      return { verdict: `impossible: the replica held ${state?.version ?? 'nothing'}`, token, mayBeUndetermined: false }
    }
    if (!hop.present) {
      const isFresh = !isThere || state.version > hop.version
      return { verdict: isFresh ? 'fresh' : 'missing', token, mayBeUndetermined, seen, isBeforeTheRun }
    }
    // A document that is gone because of a delete that the hop has not heard of is newer than its claim.
    if (!isThere)
      return {
        verdict: state && state.version > version ? 'fresh' : 'missing',
        token,
        mayBeUndetermined,
        seen,
        isBeforeTheRun,
      }
    const versionsBehind = version - state.version
    return { verdict: versionsBehind > 0 ? 'stale' : 'fresh', token, mayBeUndetermined, versionsBehind, seen }
  }

  /**
   * A canary that arrived is refused with 404/1002, unless misfortune of another kind answers first. One that arrived for other ranges
   * only is lost where what was sent named the document's; else the wire says: a query over all ranges is refused for any.
   */
  #trueCanary({ observation, canary }: ReadEvent, range: string | undefined): string {
    const requests = this.#requests(observation.attempts)
    if (requests.length === 0) return 'unknown'
    if (!hasCanary(requests[0]!)) return 'lost'
    if (range !== undefined && !hasCanary(requests[0]!, range) && canary === 'lost') return 'lost'
    const isAnswered = (request: RequestEntry) =>
      hasCanary(request) && request.connection === undefined && request.status === 404 && request.substatus === 1002
    return requests.some(isAnswered) ? 'answered' : 'unknown'
  }

  /** What the journal saw on the wire against the log position that the hop was entitled to. */
  #trueToken(requests: readonly RequestEntry[], hop: Knowledge): string {
    if (hop.version === undefined || !hop.isClaimed) return 'unclaimed'
    if (!this.#issuesTokens) return 'unsupported'
    const answering = requests.at(-1)
    if (answering === undefined || hop.position === undefined || !hop.isRangeTold) return 'unknown'
    const { position } = hop
    const counts = (range: string) => this.#ranges.comesFrom(this.#container, position.range, range)
    const stateOf = ({ token }: RequestEntry) => stateOnWire(token, position, counts)
    const state = stateOf(answering)
    if (state === 'intact') return state
    const wasIntact = requests.slice(0, -1).some((request) => stateOf(request) === 'intact')
    return wasIntact ? 'dropped' : state
  }
}

interface Truth {
  readonly verdict: string
  readonly token: string
  /** The judge, who does not see the journal, may rightly say that it cannot know. */
  readonly mayBeUndetermined: boolean
  readonly versionsBehind?: number
  /** A change feed showed nothing, and what is claimed was there before the run. */
  readonly isBeforeTheRun?: boolean
  /** The read came upon somebody else's document. */
  readonly isAnothers?: boolean
  /** The version that the answering replica held. */
  readonly seen?: number | undefined
}

/** What was missing, or why nothing can be concluded. */
function detailOf({ judgement }: ReadEvent, { seen, isAnothers, isBeforeTheRun }: Truth): string {
  if (judgement.verdict === 'missing') return seen === undefined ? 'not-found' : 'undeleted'
  if (isBeforeTheRun) return 'before-this-run'
  return isAnothers ? 'another-writer' : 'indeterminate-write'
}

/** Versions of the deletes that happened, may have happened, or were under way while something else was. */
const deletesOf = (run: FinishedRun): number[] =>
  run.events.flatMap((event) =>
    event.kind === 'write' &&
    event.observation.operation === 'delete' &&
    (event.outcome !== 'refused' || event.begunAfter !== undefined)
      ? [event.version]
      : [],
  )

const pollOutcome = (verdict: string): string =>
  ({ fresh: 'shown', stale: 'not-shown', missing: 'not-shown', unordered: 'undetermined' })[verdict] ?? verdict

/** No log of a test gets there; the canary's progress is beyond it. */
const beyondAnyLsn = 5e11
const hasCanary = ({ token }: RequestEntry, range?: string): boolean =>
  token !== undefined &&
  token !== 'malformed' &&
  token.some((each) => each.lsn > beyondAnyLsn && (range === undefined || each.range === range))

/** `counts` tells which ranges' tokens count: the needed one's, and those of the ranges that it came from. */
function stateOnWire(token: RequestEntry['token'], needed: Position, counts: (range: string) => boolean): string {
  if (token === undefined) return 'lost'
  if (token === 'malformed') return 'malformed'
  const own = token.filter(({ range }) => counts(range)).reduce<TokenReference | undefined>(newer, undefined)
  if (own === undefined) return 'foreign'
  // A region that a newer configuration does not name has left; under the same one, not to name it is to demand less.
  const isNewer = own.version > needed.version
  const reaches = ([region, lsn]: [string, number]) => (own.locals[region] ?? (isNewer ? lsn : -1)) >= lsn
  const reachesAll = own.lsn >= needed.lsn && Object.entries(needed.locals).every(reaches)
  if (own.version >= needed.version && reachesAll) return 'intact'
  return isNewer ? 'unknown' : 'behind'
}

const isAnswered = ({ status, substatus, connection }: RequestEntry): boolean =>
  connection === undefined && ([200, 207, 304].includes(status) || (status === 404 && !substatus))

/** Success, and the refusals that a replica decided; an answer that a fault put in their place brings no token. */
const answersWithToken = ({ status, substatus }: RequestEntry): boolean =>
  status < 400 || (status === 404 && !substatus) || status === 409 || status === 412

/** A point operation's answer names one range; of a query's, the one that holds the document. */
function servedBy(request: RequestEntry | undefined, range?: string): Position | undefined {
  if (request === undefined || request.connection !== undefined || !answersWithToken(request)) return undefined
  const served = request.served ?? []
  return served.length === 1 ? served[0] : served.find((each) => each.range === range)
}

function ahead(left: Position | undefined, right: Position | undefined): Position | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return newer(left, right)
}

/** A newer configuration's progress stands by itself; within one, the larger of each component. */
function newer<P extends Omit<Position, 'range'>>(left: P | undefined, right: P): P {
  if (left === undefined) return right
  if (left.version !== right.version) return left.version > right.version ? left : right
  const locals = { ...left.locals }
  for (const [region, lsn] of Object.entries(right.locals)) locals[region] = Math.max(locals[region] ?? lsn, lsn)
  return { ...left, lsn: Math.max(left.lsn, right.lsn), locals }
}

function join(left: Knowledge, right: Knowledge): Knowledge {
  const order = (right.version ?? 0) - (left.version ?? 0)
  const newest = order > 0 ? right : left
  return {
    version: newest.version,
    present: newest.present,
    position: ahead(left.position, right.position),
    isClaimed: left.isClaimed || right.isClaimed,
    isRangeTold: order === 0 ? left.isRangeTold || right.isRangeTold : newest.isRangeTold,
  }
}

function trueFinding(verdict: string, token: string, level: ConsistencyLevel): string | undefined {
  const seen = verdict === 'stale' || verdict === 'missing'
  if (!seen && verdict !== 'fresh') return undefined
  if (level !== 'Session' && level !== 'Strong') return seen ? 'unpromised' : undefined
  if (token === 'intact' || level === 'Strong') return seen ? 'broken-promise' : 'kept'
  if (token === 'dropped') return seen ? 'silent-downgrade-seen' : 'silent-downgrade-lucky'
  if (['lost', 'behind', 'foreign', 'malformed'].includes(token)) return seen ? 'token-loss-seen' : 'token-loss-latent'
  return seen ? 'unexplained' : undefined
}
