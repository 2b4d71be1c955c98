import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { afterRead, afterWrite, type Claim, type DocumentVersion } from '../domain/context.ts'
import { findingOf } from '../domain/finding.ts'
import type { JourneyEvent } from '../domain/journey.ts'
import { failureReason, type ReadResult, requestUnits, writeOutcome } from '../domain/observation.ts'
import { retriesOf } from '../domain/retries.ts'
import {
  type HopDeclaration,
  type ReadKind,
  regionLabel,
  type Scenario,
  type Step,
  type WriteKind,
} from '../domain/scenario.ts'
import { tokenState } from '../domain/token-state.ts'
import { isStale, judgeRead } from '../domain/verdict.ts'
import { carryToken } from './carry.ts'
import { afterAttempt, type DocumentPool, type PooledDocument } from './document-pool.ts'
import type { Hop, HopAnswer } from './hop.ts'
import { afterAnswer, freshSession, type HopSession, tokenToSend } from './hop-session.ts'
import { type RunPlan, sweptValue } from './plan-run.ts'
import type { TokenMemory } from './token-memory.ts'
import { awaitVisibility } from './visibility.ts'

export interface WalkOptions {
  readonly scenario: Scenario
  readonly id: string
  readonly plan: RunPlan
  readonly hops: ReadonlyMap<string, { readonly hop: Hop; readonly declaration: HopDeclaration }>
  readonly pool: DocumentPool
  readonly memory: TokenMemory
  readonly faults: Random
  readonly clock: Clock
  readonly owner: string
  readonly ttlIsOn: boolean
  readonly signal: AbortSignal
}

/** One run of a journey, step by step: each hop's knowledge, the probe document, and what happened so far. */
export class JourneyWalk {
  readonly #options: WalkOptions
  readonly #partitionKey: readonly string[]
  readonly #sessions = new Map<string, HopSession>()
  readonly #events: JourneyEvent[] = []
  #document: PooledDocument
  #isDoubtful = false
  #acknowledgedAtMs: number | undefined

  constructor(options: WalkOptions) {
    this.#options = options
    const { scenario, plan, pool, owner } = options
    this.#document = pool.take(plan.partition, scenario.document === 'reused')
    this.#partitionKey = scenario.partitionKey.map((_, level) =>
      level === 0 ? `${owner}-${scenario.name}-${plan.partition}` : `level-${level}`,
    )
  }

  /** What happened until now; a run that is abandoned keeps what it has seen. */
  eventsSoFar(): readonly JourneyEvent[] {
    return [...this.#events]
  }

  async toTheEnd(): Promise<void> {
    for (const step of this.#options.scenario.journey) {
      if (this.#options.signal.aborted) return
      await this.#take(step)
    }
    if (!this.#options.signal.aborted) await this.#settle()
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'write':
        return this.#write(step.write, step.at)
      case 'read':
        return this.#read(step.read, step.at)
      case 'carry':
        return this.#carry(step)
      case 'wait':
        return this.#wait(step.sweepMs)
    }
  }

  async #write(kind: WriteKind, at: string): Promise<void> {
    // These writes change what exists; the first run of a document gives them something to change.
    if (needsDocument.has(kind) && !this.#document.present) await this.#writeVersion('upsert', at)
    await this.#writeVersion(kind, at)
  }

  async #writeVersion(kind: WriteKind, at: string): Promise<void> {
    const { plan, memory, pool, owner, id, scenario, clock } = this.#options
    const written: DocumentVersion = { version: this.#document.version + 1, present: kind !== 'delete' }
    const document = {
      id: this.#document.id,
      partitionKey: this.#partitionKey,
      version: written.version,
      owner,
      run: id,
      ttlSeconds: scenario.ttlSeconds,
    }
    const answer = await this.#execute(at, { kind, document })
    const { attempts, status, substatus } = answer.observation
    const outcome = writeOutcome(attempts, status, substatus)
    this.#document = afterAttempt(this.#document, written, outcome)
    // The document that a previous run left may have expired or been removed by somebody: start anew next time.
    if (status === 404) this.#document = { ...this.#document, present: false }
    if (outcome === 'indeterminate') {
      this.#isDoubtful = true
      pool.retire(plan.partition)
    }
    if (outcome === 'succeeded') {
      this.#acknowledgedAtMs = clock.nowMs()
      if (answer.sessionToken) memory.remember(plan.partition, answer.sessionToken)
    }
    const session = this.#session(at)
    const ideal = afterWrite(session.ideal, document.id, written, outcome, answer.sessionToken?.parsed)
    this.#sessions.set(at, afterAnswer(session, ideal, answer.sessionToken))
    this.#events.push({
      kind: 'write',
      observation: answer.observation,
      region: regionLabel(this.#declaration(at)),
      outcome,
      version: written.version,
      requestUnits: requestUnits(answer.observation),
      retries: retriesOf(attempts),
    })
  }

  async #read(kind: ReadKind, at: string): Promise<void> {
    const session = this.#session(at)
    const documentId = this.#document.id
    const claim = session.ideal.claims.get(documentId)
    const answer = await this.#execute(at, { kind, id: documentId, partitionKey: this.#partitionKey })
    const result = readResult(answer)
    const judgement = judgeRead(claim, result, this.#options.owner)
    const token = tokenState(answer.observation.attempts, session.ideal, claim)
    const seen = seenVersion(result, this.#options.owner)
    const ideal = afterRead(session.ideal, documentId, seen, answer.sessionToken?.parsed)
    this.#sessions.set(at, afterAnswer(session, ideal, answer.sessionToken))
    this.#events.push({
      kind: 'read',
      observation: answer.observation,
      region: regionLabel(this.#declaration(at)),
      judgement,
      token,
      finding: findingOf(judgement.verdict, token, this.#declaration(at).consistency),
      claimedVersion: claim?.certain?.version,
      returnedVersion: result.kind === 'found' ? result.version : undefined,
      requestUnits: requestUnits(answer.observation),
      retries: retriesOf(answer.observation.attempts),
    })
    if (isStale(judgement.verdict) && claim) await this.#awaitVisibility(kind, at, claim, session)
  }

  async #awaitVisibility(kind: ReadKind, at: string, claim: Claim, session: HopSession): Promise<void> {
    const { clock, owner, scenario, signal } = this.#options
    const event = await awaitVisibility({
      clock,
      withinMs: scenario.visibilityWithinMs,
      acknowledgedAtMs: this.#acknowledgedAtMs ?? clock.nowMs(),
      hop: at,
      region: regionLabel(this.#declaration(at)),
      signal,
      // As the reader would on a refresh: with the same token as the stale read had.
      reread: () =>
        this.#executeWith(at, { kind, id: this.#document.id, partitionKey: this.#partitionKey }, tokenToSend(session)),
      shows: (answer) => judgeRead(claim, readResult(answer), owner).verdict === 'fresh',
    })
    this.#events.push(event)
  }

  #carry(step: Extract<Step, { kind: 'carry' }>): void {
    const { plan, memory, faults } = this.#options
    const from = this.#session(step.from)
    const to = this.#session(step.to)
    const { session, event } = carryToken(step, from, to, plan.arm, plan.partition, memory, faults)
    this.#sessions.set(step.to, session)
    this.#events.push(event)
  }

  async #wait(sweepMs: readonly number[]): Promise<void> {
    const { clock, plan, scenario, signal } = this.#options
    const waitedMs = sweptValue(sweepMs, plan, scenario.partitions)
    if (waitedMs > 0) await clock.sleep(waitedMs, signal)
    this.#events.push({ kind: 'wait', waitedMs })
  }

  /** Hands the document on to the next run, or removes it where no TTL would. */
  async #settle(): Promise<void> {
    const { scenario, plan, pool, ttlIsOn } = this.#options
    const writer = scenario.journey.find((step) => step.kind === 'write')?.at
    if (!ttlIsOn && this.#document.present && writer !== undefined) await this.#writeVersion('delete', writer)
    if (scenario.document === 'reused' && !this.#isDoubtful) pool.giveBack(plan.partition, this.#document)
  }

  #execute(at: string, operation: Parameters<Hop['execute']>[0]): Promise<HopAnswer> {
    return this.#executeWith(at, operation, tokenToSend(this.#session(at)))
  }

  #executeWith(
    at: string,
    operation: Parameters<Hop['execute']>[0],
    sessionToken: ReturnType<typeof tokenToSend>,
  ): Promise<HopAnswer> {
    return this.#options.hops.get(at)!.hop.execute(operation, { sessionToken }, this.#options.signal)
  }

  #session(hop: string): HopSession {
    return this.#sessions.get(hop) ?? freshSession
  }

  #declaration(hop: string): HopDeclaration {
    return this.#options.hops.get(hop)!.declaration
  }
}

const needsDocument: ReadonlySet<WriteKind> = new Set(['replace', 'patch', 'delete'])

function readResult({ observation, document }: HopAnswer): ReadResult {
  const { status, substatus, attempts, operation } = observation
  if (document) return { kind: 'found', version: document.version, owner: document.owner }
  // Other substatuses of 404 speak of the session or of a missing container, not of the document.
  const isNotFound = operation === 'point' ? status === 404 && !substatus : status === 200
  if (isNotFound) return { kind: 'not-found' }
  return { kind: 'failed', reason: failureReason(status, substatus, attempts.at(-1)?.failure) }
}

const seenVersion = (result: ReadResult, owner: string): DocumentVersion | undefined =>
  result.kind === 'found' && result.owner === owner ? { version: result.version, present: true } : undefined
