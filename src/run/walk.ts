import type { Claim, DocumentVersion } from '../domain/context.ts'
import type { JourneyEvent } from '../domain/journey.ts'
import type { OperationKind, ReadResult } from '../domain/observation.ts'
import type { HopDeclaration } from '../domain/scenario.ts'
import { type Judgement, judgeRead, judgeSinceRunBegan } from '../domain/verdict.ts'
import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { CarrySurroundings } from './carry.ts'
import type { ChangeAccount } from './change-account.ts'
import type { DocumentPool, PooledDocument } from './document-pool.ts'
import { EndpointVisitor } from './endpoint/visitor.ts'
import type { Hop, HopAnswer, HopOperation } from './hop.ts'
import { freshSession, type HopSession, tokenToSend } from './hop-session.ts'
import type { Soon } from './soon.ts'
import type { SampleTrace } from './trace-context.ts'

export interface WalkOptions extends CarrySurroundings {
  readonly hops: ReadonlyMap<string, { readonly hop: Hop; readonly declaration: HopDeclaration }>
  readonly pool: DocumentPool
  readonly ttlIsOn: boolean
  /** Whether runs of this scenario delete the document that they share. */
  readonly runsDelete: boolean
  /** Of each partition, the key of its documents. */
  readonly partitionKeys: readonly (readonly string[])[]
  readonly changeAccount?: ChangeAccount | undefined
  readonly sampleTrace?: SampleTrace | undefined
}

/** What the steps of one run share: each hop's knowledge, the probe document, and what happened so far. */
export class Walk {
  readonly options: WalkOptions
  readonly partitionKey: readonly string[]
  readonly startedAtWallMs: number
  document: PooledDocument
  /** The first version that this run may write. */
  readonly firstVersion: number
  acknowledgedAtMs: number | undefined
  #visitor: EndpointVisitor | undefined
  readonly #sessions = new Map<string, HopSession>()
  readonly #events: JourneyEvent[] = []
  /** Deletes of this run that happened, may have happened, or are under way. */
  readonly #deletes = new Set<DocumentVersion>()
  /** Writes of this run that may have happened, or may still, at a time that nobody knows. */
  readonly #doubtful: DocumentVersion[] = []
  /** Where the writes of this run that may have happened were answered. */
  readonly #writtenIn: { readonly written: DocumentVersion; readonly region: string | undefined }[] = []

  constructor(options: WalkOptions) {
    this.options = options
    const { scenario, plan, pool, clock } = options
    this.startedAtWallMs = clock.wallMs()
    this.document = pool.take(plan.partition, scenario.document === 'reused')
    this.firstVersion = this.document.version + 1
    this.partitionKey = options.partitionKeys[plan.partition]!
  }

  /** The user at the endpoints of this run. */
  get visitor(): EndpointVisitor {
    const { clock, id, sampleTrace } = this.options
    this.#visitor ??= new EndpointVisitor(clock, id, sampleTrace)
    return this.#visitor
  }

  /** What happened until now; a run that is abandoned keeps what it has seen. */
  eventsSoFar(): readonly JourneyEvent[] {
    return [...this.#events]
  }

  get eventCount(): number {
    return this.#events.length
  }

  tell(event: JourneyEvent): void {
    this.#events.push(event)
  }

  /** `begunAfter` of an operation that began after `count` events; undefined where no other branch went on meanwhile. */
  begunAfter(count: number): number | undefined {
    return count === this.#events.length ? undefined : count
  }

  session(hop: string): HopSession {
    return this.#sessions.get(hop) ?? freshSession
  }

  /** Applied to what the hop knows by then: another branch may have taught it something meanwhile. */
  updateSession(hop: string, change: (session: HopSession) => HopSession): void {
    this.#sessions.set(hop, change(this.session(hop)))
  }

  declaration(hop: string): HopDeclaration {
    return this.options.hops.get(hop)!.declaration
  }

  hop(name: string): Hop {
    return this.options.hops.get(name)!.hop
  }

  execute(
    at: string,
    operation: HopOperation,
    sessionToken: ReturnType<typeof tokenToSend> = tokenToSend(this.session(at)),
  ): Soon<HopAnswer> {
    const context = { sessionToken, consistency: this.consistency(at), run: this.options.id }
    return this.hop(at).execute(operation, context, this.options.signal)
  }

  /** The level that the hop's reads ask for in this arm. */
  consistency(at: string): ConsistencyLevel {
    const { instead } = this.options.plan.arm
    return instead?.kind === 'consistency' ? instead.level : this.declaration(at).consistency
  }

  /** Whose changes a read of the change feed looks for. */
  get changes(): { run: string; sinceWallMs: number } {
    return { run: this.options.id, sinceWallMs: this.startedAtWallMs }
  }

  /** A delete begins; call what comes back when it certainly did not happen. */
  beginDelete(version: DocumentVersion): () => void {
    this.#deletes.add(version)
    return () => this.#deletes.delete(version)
  }

  /** What became of this write, or of one of its tries, nobody knows. */
  doubt(written: DocumentVersion): void {
    this.#doubtful.push(written)
  }

  noteWriteRegion(written: DocumentVersion, region: string | undefined): void {
    this.#writtenIn.push({ written, region })
  }

  get isDoubtful(): boolean {
    return this.#doubtful.length > 0
  }

  /** What came back, against what the hop should know. Where runs delete the document, an earlier run may have. */
  judge(kind: OperationKind, claim: Claim | undefined, result: ReadResult): Judgement {
    const { owner, runsDelete } = this.options
    const claimed = this.#judgeable(claim)
    return kind === 'changeFeed' || runsDelete
      ? judgeSinceRunBegan(claimed, result, owner, this.firstVersion)
      : judgeRead(claimed, result, owner)
  }

  /**
   * The claim as an answer can be held against it. A hop that no carry has told of a later delete may or may not see it, so a
   * document that is not there may be newer than the claim. A write in doubt may land late, on top of what is claimed, for every reader:
   * also one whom no carry has told of it. So may a write that another region took: which of the two stays is for the service to decide.
   */
  #judgeable(claim: Claim | undefined): Claim | undefined {
    if (claim?.certain === undefined) return claim
    const { version } = claim.certain
    const rivals = this.#writtenIn.length < 2 ? [] : this.#rivalsOf(version)
    if (this.#deletes.size === 0 && this.#doubtful.length === 0 && rivals.length === 0) return claim
    const later = [...this.#deletes].filter((write) => write.version > version)
    return { ...claim, indeterminate: [...claim.indeterminate, ...later, ...this.#doubtful, ...rivals] }
  }

  /**
   * With several write regions, writes of this run that another one took than that of `version`. Of two that did not know of
   * each other the account keeps one, by its clock to the second or by a path of the container's, and a delete always.
   * https://learn.microsoft.com/azure/cosmos-db/conflict-resolution-policies
   */
  #rivalsOf(version: number): DocumentVersion[] {
    const claimed = this.#writtenIn.find(({ written }) => written.version === version)
    if (claimed === undefined) return []
    return this.#writtenIn.flatMap(({ written, region }) => (region === claimed.region ? [] : [written]))
  }
}
