import type { FinishedRun, ReadEvent, WriteEvent } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { JournalEntry, RequestEntry, TokenReference } from '../simulator/journal.ts'

/**
 * Recomputes each judgement of a run from the simulator's journal: from what was committed, what each replica had applied
 * and what was on the wire, in LSNs. It shares no code with `domain/`, whose judgement it checks.
 */
export interface Disagreement {
  readonly run: string
  readonly step: number
  readonly what: string
  readonly judged: string
  readonly truth: string
}

/** One commit of the run's document, in the log of one range. */
interface TrueVersion {
  readonly version: number
  readonly present: boolean
  readonly container: string
  readonly range: string
  readonly lsn: number
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

export class Oracle {
  readonly #evidence: Evidence
  /** Log of the documents written so far: document id → its true versions, in log order. */
  readonly #log = new Map<string, TrueVersion[]>()

  readonly #levelOf: (hop: string) => ConsistencyLevel

  /** `levelOf` tells the consistency level that a hop's requests ask for. */
  constructor(evidence: Evidence, levelOf: (hop: string) => ConsistencyLevel) {
    this.#evidence = evidence
    this.#levelOf = levelOf
  }

  /** A commit that a forced failover dropped never happened for any later reader. */
  forget({
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
        version.lsn === lsn && version.range === range && version.container === container
      if (versions.some(isLost)) {
        this.#log.set(
          documentId,
          versions.filter((version) => !isLost(version)),
        )
      }
    }
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
    run.events.forEach((event, step) => {
      if (event.kind === 'carry') known.set(event.to, join(of(event.to), of(event.from)))
      if (event.kind === 'write') {
        const outcome = this.#trueOutcome(event)
        says(step, 'write outcome', event.outcome, outcome)
        if (outcome === 'indeterminate') doubtful.push(event.version)
        known.set(event.observation.hop, this.#afterWrite(of(event.observation.hop), event, outcome))
      }
      if (event.kind === 'read') {
        const truth = this.#judge(event, of(event.observation.hop), doubtful)
        const excused = event.judgement.verdict === 'undetermined' && truth.mayBeUndetermined
        if (!excused) says(step, 'verdict', event.judgement.verdict, truth.verdict)
        if (truth.versionsBehind !== undefined && event.judgement.verdict === 'stale') {
          says(step, 'versions behind', event.judgement.versionsBehind, truth.versionsBehind)
        }
        says(step, 'token', event.token, truth.token)
        if (!excused)
          says(
            step,
            'finding',
            event.finding,
            trueFinding(truth.verdict, truth.token, this.#levelOf(event.observation.hop)),
          )
        known.set(event.observation.hop, this.#afterRead(of(event.observation.hop), event))
      }
    })
    return disagreements
  }

  /** Each write of a run must be told to the oracle, in order, also those of abandoned runs. */
  learn(documentId: string, version: number, present: boolean, entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (entry.kind !== 'commit' || entry.id !== documentId) continue
      const versions = this.#log.get(documentId) ?? []
      versions.push({ version, present, container: entry.container, range: entry.range, lsn: entry.lsn })
      this.#log.set(documentId, versions)
    }
  }

  #requests(attempts: readonly Attempt[]): RequestEntry[] {
    return (this.#evidence.get(attempts) ?? []).filter((entry) => entry.kind === 'request')
  }

  #trueOutcome(event: WriteEvent): 'succeeded' | 'refused' | 'indeterminate' {
    const requests = this.#requests(event.observation.attempts)
    const last = requests.at(-1)
    if (last && last.connection === undefined && last.status < 300) return 'succeeded'
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

  #afterRead(before: Knowledge, event: ReadEvent): Knowledge {
    const answering = this.#requests(event.observation.attempts).at(-1)
    const served = servedBy(answering, before.position?.range)
    const moved = { ...before, position: ahead(before.position, served) }
    const seen = event.returnedVersion
    if (!before.isClaimed || seen === undefined || seen < (before.version ?? 0)) return moved
    const isRangeTold = before.isRangeTold || answering?.served?.length === 1
    return seen === before.version ? { ...moved, isRangeTold } : { ...moved, version: seen, present: true, isRangeTold }
  }

  #judge(event: ReadEvent, hop: Knowledge, doubtful: readonly number[]) {
    const requests = this.#requests(event.observation.attempts)
    const answering = requests.at(-1)
    const token = this.#trueToken(requests, hop)
    if (answering === undefined || !isAnswered(answering)) return { verdict: 'failed', token, mayBeUndetermined: false }
    if (!hop.isClaimed) return { verdict: 'unordered', token, mayBeUndetermined: false }
    if (hop.version === undefined) return { verdict: 'undetermined', token, mayBeUndetermined: true }
    const log = this.#log.get(event.observation.documentId) ?? []
    const served = answering.served?.find(({ range }) => range === log[0]?.range)
    const state = log.findLast(({ lsn }) => lsn <= (served?.lsn ?? 0))
    const isThere = state?.present === true
    const mayBeUndetermined =
      doubtful.length > 0 && (isThere ? doubtful.includes(state.version) : event.returnedVersion === undefined)
    if (isThere !== (event.returnedVersion !== undefined) || (isThere && state.version !== event.returnedVersion)) {
      return { verdict: `impossible: the replica held ${state?.version ?? 'nothing'}`, token, mayBeUndetermined: false }
    }
    if (!hop.present) {
      const isFresh = !isThere || state.version > hop.version
      return { verdict: isFresh ? 'fresh' : 'missing', token, mayBeUndetermined }
    }
    if (!isThere) return { verdict: 'missing', token, mayBeUndetermined }
    const versionsBehind = hop.version - state.version
    return { verdict: versionsBehind > 0 ? 'stale' : 'fresh', token, mayBeUndetermined, versionsBehind }
  }

  /** What the journal saw on the wire against the log position that the hop was entitled to. */
  #trueToken(requests: readonly RequestEntry[], hop: Knowledge): string {
    if (hop.version === undefined || !hop.isClaimed) return 'unclaimed'
    const answering = requests.at(-1)
    if (answering === undefined || hop.position === undefined || !hop.isRangeTold) return 'unknown'
    const { position } = hop
    const state = stateOnWire(answering.token, position)
    if (state === 'intact') return state
    const wasIntact = requests.slice(0, -1).some((request) => stateOnWire(request.token, position) === 'intact')
    return wasIntact ? 'dropped' : state
  }
}

function stateOnWire(token: RequestEntry['token'], needed: Position): string {
  if (token === undefined) return 'lost'
  if (token === 'malformed') return 'malformed'
  const own: TokenReference | undefined = token.find(({ range }) => range === needed.range)
  if (own === undefined) return 'foreign'
  if (own.version >= needed.version && own.lsn >= needed.lsn) return 'intact'
  return own.version > needed.version ? 'unknown' : 'behind'
}

const isAnswered = ({ status, substatus, connection }: RequestEntry): boolean =>
  connection === undefined && (status === 200 || (status === 404 && !substatus))

/** Success, and the refusals that a replica decided; an answer that a fault put in their place brings no token. */
const answersWithToken = ({ status, substatus }: RequestEntry): boolean =>
  status < 400 || (status === 404 && !substatus) || status === 409 || status === 412

/** A point operation's answer names one range; of a query's, the one that holds the document. */
function servedBy(request: RequestEntry | undefined, range?: string): Position | undefined {
  if (request === undefined || request.connection !== undefined || !answersWithToken(request)) return undefined
  const served = request.served ?? []
  return served.length === 1 ? served[0] : served.find((each) => each.range === range)
}

/** A newer configuration's position stands by itself; within one, the larger LSN. */
function ahead(left: Position | undefined, right: Position | undefined): Position | undefined {
  if (left === undefined || right === undefined) return left ?? right
  if (left.version !== right.version) return left.version > right.version ? left : right
  return left.lsn >= right.lsn ? left : right
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
