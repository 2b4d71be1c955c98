import type { Random } from '../base/random.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { Attempt } from '../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import type { JournalEntry } from '../simulator/journal.ts'
import { type MakeOperation, operationMaker } from './direct-operation.ts'
import { DirectStore, type OperationWatch } from './direct-store.ts'
import { type Evidence, type OperationEvidence, operationEvidence } from './evidence.ts'
import type { Oracle } from './oracle.ts'
import type { Traits } from './random-world.ts'
import { changeAmidRun, type World } from './weather.ts'

/** What the oracle reads; how far each replica has come is told by what it served. */
const evidenceKinds: ReadonlySet<JournalEntry['kind']> = new Set(['commit', 'lost', 'ranges', 'request', 'topology'])

interface Watching {
  readonly world: World
  readonly scenario: Scenario
  readonly traits: Traits
  readonly oracle: Oracle
  readonly random: Random
}

/**
 * Stores whose every operation leaves its journal entries as evidence, also where branches of a run go on at the same time.
 * Between what they ask, the world changes as its traits have it.
 */
export class WatchedStores {
  readonly #of: Watching
  readonly #operationOf: MakeOperation
  #evidence = new Map<readonly Attempt[], OperationEvidence>()
  #heard: JournalEntry[] = []
  #asking: StoreRequest | undefined
  /** Writes that got stuck on their way to a region. */
  #stuck: { readonly request: StoreRequest; readonly region: string }[] = []

  constructor(of: Watching) {
    this.#of = of
    this.#operationOf = operationMaker(of.scenario)
    of.world.account.journal.onEntry((entry) => {
      this.#heard.push(entry)
      of.oracle.hear(entry, this.#asking)
    }, evidenceKinds)
  }

  open(hop: HopDeclaration): DocumentStore {
    const { world, scenario, traits } = this.#of
    const { account, clock } = world
    return new DirectStore({ account, clock, hop, scenario, habits: traits.habits, watch: this.#watch })
  }

  /**
   * What is in flight when the world's next run begins is nobody's any more. Returns what will be the run's evidence, which fills
   * while it goes on.
   */
  beginRun(): Evidence {
    this.#of.oracle.beginRun()
    this.#evidence = new Map()
    this.#stuck = []
    this.#heard = []
    this.#asking = undefined
    return this.#evidence
  }

  readonly #watch = (request: StoreRequest): OperationWatch => {
    const heard: JournalEntry[] = []
    return {
      asks: () => this.#asks(request, heard),
      answers: (answer) => this.#answers(request, heard, answer),
    }
  }

  #asks(request: StoreRequest, heard: JournalEntry[]): void {
    const { world, traits, random } = this.#of
    this.#heard = heard
    this.#asking = undefined
    if (traits.unrest > 0 && random.next() < traits.unrest) changeAmidRun(world, traits.season)
    // Most telling where a reader comes upon it.
    if (this.#stuck.length > 0 && !('document' in request) && random.next() < 0.5) this.#land()
    this.#heard = heard
    this.#asking = request
  }

  #answers(request: StoreRequest, heard: readonly JournalEntry[], answer: StoreAnswer): StoreAnswer {
    const { traits } = this.#of
    if (traits.writesLandLate && 'document' in request) this.#noteStuck(request, heard)
    const losesResponse = 'losesResponse' in request && request.losesResponse === true
    const isAnothers = answer.document !== undefined && traits.isStrangers()
    this.#evidence.set(answer.attempts, operationEvidence(losesResponse ? withLoss(heard) : heard, isAnothers))
    return isAnothers ? { ...answer, document: { ...answer.document, owner: 'stranger' } } : answer
  }

  /** Of each try without an answer, or with one that blames the server, and without a commit: also where a later try succeeded. */
  #noteStuck(request: StoreRequest, entries: readonly JournalEntry[]): void {
    entries.forEach((entry, index) => {
      if (entry.kind !== 'request' || entries[index - 1]?.kind === 'commit') return
      if (entry.connection !== undefined || entry.status === 503) this.#stuck.push({ request, region: entry.region })
    })
  }

  /** The oldest write that got stuck arrives; nobody waits for its answer any more. */
  #land(): void {
    const { world } = this.#of
    const { request, region } = this.#stuck.shift()!
    const told = this.#heard
    this.#heard = []
    this.#asking = request
    world.account.execute(this.#operationOf(request, request.sessionToken), {
      region,
      nowMs: world.clock.nowMs(),
    })
    told.push(...this.#heard.filter(({ kind }) => kind === 'commit'))
  }
}

/** As the client saw it: the acknowledgement never came. */
const withLoss = (entries: readonly JournalEntry[]): JournalEntry[] =>
  entries.map((entry) =>
    entry.kind === 'request' && entry.status < 300 && entry.connection === undefined
      ? { ...entry, connection: 'reset' }
      : entry,
  )
