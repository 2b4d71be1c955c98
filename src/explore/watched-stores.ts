import type { Random } from '../base/random.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import type { JournalEntry } from '../simulator/journal.ts'
import { itemOperation } from './direct-operation.ts'
import { DirectStore } from './direct-store.ts'
import type { Evidence, Oracle } from './oracle.ts'
import type { Traits } from './random-world.ts'
import { changeAmidRun, type World } from './weather.ts'

/** What the oracle reads; how far each replica has come is told by what it served. */
const evidenceKinds: ReadonlySet<JournalEntry['kind']> = new Set(['commit', 'lost', 'ranges', 'request', 'topology'])

interface Watching {
  readonly world: World
  readonly scenario: Scenario
  readonly traits: Traits
  readonly oracle: Oracle
  readonly evidence: Evidence
  readonly random: Random
}

/**
 * Stores whose every operation leaves its journal entries as evidence, also where branches of a run go on at the same time.
 * Between what they ask, the world changes as its traits have it.
 */
export class WatchedStores {
  readonly #of: Watching
  readonly #heardFor = new WeakMap<StoreRequest, JournalEntry[]>()
  #heard: JournalEntry[] = []
  #asking: StoreRequest | undefined
  /** Writes that got stuck on their way to a region. */
  #stuck: { readonly request: StoreRequest; readonly region: string }[] = []

  constructor(of: Watching) {
    this.#of = of
    of.world.account.journal.onEntry((entry) => {
      this.#heard.push(entry)
      of.oracle.hear(entry, this.#asking)
    }, evidenceKinds)
  }

  open(hop: HopDeclaration): DocumentStore {
    const { world, scenario, traits } = this.#of
    const { account, clock } = world
    const { habits } = traits
    return new DirectStore({ account, clock, hop, scenario, habits, onAsk: this.#onAsk, onAnswer: this.#onAnswer })
  }

  /** What is in flight when the world's next run begins is nobody's any more. */
  beginRun(): void {
    this.#stuck = []
    this.#heard = []
    this.#asking = undefined
  }

  readonly #onAnswer = (request: StoreRequest, answer: StoreAnswer): StoreAnswer => {
    const { oracle, evidence, traits } = this.#of
    const entries = this.#heardFor.get(request) ?? []
    const losesResponse = 'losesResponse' in request && request.losesResponse === true
    evidence.set(answer.attempts, losesResponse ? withLoss(entries) : entries)
    if (traits.writesLandLate && 'document' in request) this.#noteStuck(request, entries)
    if (answer.document === undefined || !traits.isStrangers()) return answer
    oracle.showsAnothers(answer.attempts)
    return { ...answer, document: { ...answer.document, owner: 'stranger' } }
  }

  readonly #onAsk = (request: StoreRequest): void => {
    const { world, traits, random } = this.#of
    const heard = this.#heardFor.get(request) ?? []
    this.#heardFor.set(request, heard)
    this.#heard = heard
    this.#asking = undefined
    if (traits.unrest > 0 && random.next() < traits.unrest) changeAmidRun(world)
    // Most telling where a reader comes upon it.
    if (this.#stuck.length > 0 && !('document' in request) && random.next() < 0.5) this.#land()
    this.#heard = heard
    this.#asking = request
  }

  #noteStuck(request: StoreRequest, entries: readonly JournalEntry[]): void {
    const last = entries.findLast((entry) => entry.kind === 'request')
    const isCommitted = entries.some(({ kind }) => kind === 'commit')
    if (last?.connection !== undefined && !isCommitted) this.#stuck.push({ request, region: last.region })
  }

  /** The oldest write that got stuck arrives; nobody waits for its answer any more. */
  #land(): void {
    const { world, scenario } = this.#of
    const { request, region } = this.#stuck.shift()!
    const told = this.#heard
    this.#heard = []
    this.#asking = request
    world.account.execute(itemOperation(request, scenario, request.sessionToken), {
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
