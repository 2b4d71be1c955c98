import type { Clock } from '../base/clock.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { Attempt } from '../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import { sameRegion } from '../protocol/region.ts'
import { type Ancestry, SessionToken } from '../protocol/session-token.ts'
import { isAcknowledged } from '../protocol/status.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { andThen, type Soon } from '../run/soon.ts'
import type { SimulatedAccount } from '../simulator/account.ts'
import type { ItemOperation, Outcome, Reply } from '../simulator/operation.ts'
import { type ClientHabits, plainHabits } from './client-habits.ts'
import { type MakeOperation, operationMaker, surfaced } from './direct-operation.ts'
import { type NextTry, nextTry } from './next-try.ts'

export interface DirectStoreOptions {
  readonly account: SimulatedAccount
  readonly clock: Clock
  readonly hop: HopDeclaration
  readonly scenario: Pick<Scenario, 'container' | 'partitionKey' | 'journey'>
  readonly habits?: ClientHabits
  /** Who follows each operation. */
  readonly watch?: (request: StoreRequest) => OperationWatch
}

/** Follows one operation of a client. */
export interface OperationWatch {
  /** Just before the account is asked something for it. */
  asks(): void
  /** What comes of it; what this returns is what the client gets. */
  answers(answer: StoreAnswer): StoreAnswer
}

const unwatched: OperationWatch = { asks: () => {}, answers: (answer) => answer }

/** One operation of the client, under way. */
interface Asking {
  readonly request: StoreRequest
  readonly watch: OperationWatch
  /** The SDK takes every batch for a write, one of reads only too. */
  readonly isRead: boolean
  readonly signal: AbortSignal | undefined
  readonly attempts: Attempt[]
}

interface Exchange {
  readonly attempt: Attempt
  readonly reply: Reply | undefined
}

type Regions = ReturnType<SimulatedAccount['regions']>

/** How long a client waits for an answer that never comes, on the manual clock. */
const clientTimeoutMs = 5000
const emptyToken = new WireToken('')

/**
 * The way to a simulated account without HTTP: what `@azure/cosmos` 4.10.1 does with sessions, regions and retries
 * (sdk-facts, sections 1 and 2), in as many lines as the judgement can tell apart. One instance is one client.
 */
export class DirectStore implements DocumentStore {
  readonly #options: DirectStoreOptions
  readonly #habits: ClientHabits
  readonly #operationOf: MakeOperation
  readonly #ancestry: Ancestry | undefined
  readonly #givesTurns: boolean
  #remembered = SessionToken.empty
  /** In which order the client asks the regions. */
  #ways:
    | { readonly regions: Regions; readonly reads: readonly string[]; readonly writes: readonly string[] }
    | undefined

  constructor(options: DirectStoreOptions) {
    this.#options = options
    this.#habits = options.habits ?? plainHabits
    this.#operationOf = operationMaker(options.scenario)
    this.#givesTurns = options.scenario.journey.some(({ kind }) => kind === 'parallel')
    const { database, container } = options.scenario.container
    this.#ancestry = this.#habits.tellsAncestry
      ? (range) => options.account.ancestorsOf(database, container, range)
      : undefined
  }

  reconnect(): void {
    this.#remembered = SessionToken.empty
  }

  execute(request: StoreRequest, signal?: AbortSignal): Soon<StoreAnswer> {
    // Operations take no time: without it those of one branch of a journey would all come before those of the next.
    return this.#givesTurns
      ? Promise.resolve().then(() => this.#execute(request, signal))
      : this.#execute(request, signal)
  }

  #execute(request: StoreRequest, signal: AbortSignal | undefined): Soon<StoreAnswer> {
    if (this.#options.hop.client === 'per-operation') this.reconnect()
    const startedAtMs = this.#options.clock.nowMs()
    if (!this.#habits.servesAnother()) return this.#serve(request, signal, startedAtMs)
    const served = this.#tries(this.#begin(anothers(request), signal), undefined)
    return andThen(served, () => this.#serve(request, signal, startedAtMs))
  }

  #serve(request: StoreRequest, signal: AbortSignal | undefined, startedAtMs: number): Soon<StoreAnswer> {
    const asking = this.#begin(request, signal)
    return andThen(this.#exchanges(asking), (exchanges) => {
      const durationMs = this.#options.clock.nowMs() - startedAtMs
      return asking.watch.answers(this.#answer(asking, exchanges, durationMs))
    })
  }

  /** What the answer is made of: one exchange, or one a range; none where the client did not get so far. */
  #exchanges(asking: Asking): Soon<readonly Exchange[]> {
    const { request, attempts } = asking
    const lookUp = this.#habits.looksUp()
    if (lookUp !== 'nothing') attempts.push(this.#asksBesides('metadata', lookUp))
    if (lookUp === 'unreachable') return []
    if (request.kind === 'cross-partition-query' && this.#habits.asksByRange) return this.#pages(asking)
    return andThen(this.#tries(asking, undefined), (exchange) => [exchange])
  }

  async #pages(asking: Asking): Promise<readonly Exchange[]> {
    const { account, scenario } = this.#options
    const { database, container } = scenario.container
    const { request, attempts, signal } = asking
    attempts.push(this.#asksBesides('query-plan', 'metadata'))
    const pages: Exchange[] = []
    for (const range of account.rangesOf(database, container)) {
      const page = await this.#tries(asking, range)
      pages.push(page)
      if (page.reply?.status !== 200 || signal?.aborted || surfaced(request, page.reply).document) break
    }
    return pages
  }

  #begin(request: StoreRequest, signal: AbortSignal | undefined): Asking {
    const isRead = !('document' in request) && request.kind !== 'batch-of-points'
    return { request, watch: this.#options.watch?.(request) ?? unwatched, isRead, signal, attempts: [] }
  }

  /** Asks until an answer stands or the client gives up; at once where the first one stands and nothing made it wait. */
  #tries(asking: Asking, range: string | undefined): Soon<Exchange> {
    const { request } = asking
    const regions = this.#regions(asking.isRead)
    const token = request.sessionToken ?? (this.#remembered.isEmpty ? undefined : WireToken.from(this.#remembered))
    const operation = this.#operationOf(request, token, range)
    const first = this.#exchange(asking, operation, regions[0]!, token)
    if (first instanceof Promise || this.#next(first, 1, asking) !== undefined) {
      return this.#triesOn({ asking, range, regions, token, first })
    }
    asking.attempts.push(first.attempt)
    this.#remember(first)
    return first
  }

  #next({ attempt }: Exchange, tries: number, { isRead, signal }: Asking): NextTry | undefined {
    if (signal?.aborted || this.#options.hop.retries === 'none') return undefined
    return nextTry(attempt, tries, isRead, this.#writeRegionCount)
  }

  async #triesOn(of: {
    readonly asking: Asking
    readonly range: string | undefined
    readonly regions: readonly string[]
    readonly token: WireToken | undefined
    readonly first: Soon<Exchange>
  }): Promise<Exchange> {
    const { asking, range, regions } = of
    const { request, attempts, signal } = asking
    let { token, first: asked } = of
    for (let regionIndex = 0, tries = 1; ; tries++) {
      const exchange = asked instanceof Promise ? await asked : asked
      attempts.push(exchange.attempt)
      this.#remember(exchange)
      const next = this.#next(exchange, tries, asking)
      if (next === undefined) return exchange
      if (next.dropsToken) {
        token = undefined
        this.#remembered = SessionToken.empty
      }
      if (next.changesRegion) regionIndex++
      if (next.pauseMs > 0) await this.#options.clock.sleep(next.pauseMs, signal)
      if (signal?.aborted) return exchange
      const operation = this.#operationOf(request, token, range)
      asked = this.#exchange(asking, operation, regions[regionIndex % regions.length]!, token)
    }
  }

  #answer({ request, attempts }: Asking, exchanges: readonly Exchange[], durationMs: number): StoreAnswer {
    const last = exchanges.at(-1)
    const shown = last?.reply && surfaced(request, last.reply)
    return {
      attempts,
      status: shown ? shown.status : last?.attempt.status,
      substatus: shown ? shown.substatus : last?.attempt.substatus,
      document: shown?.document,
      sessionToken: last?.reply?.status === 200 && exchanges.length > 1 ? merged(exchanges) : last?.attempt.received,
      ancestry: this.#ancestry,
      durationMs,
      message: undefined,
    }
  }

  readonly #writeRegionCount = (): number => {
    const { account, clock } = this.#options
    return account.regions(clock.nowMs()).filter(({ writable }) => writable).length
  }

  /** Found anew when the account's regions change. */
  #regions(isRead: boolean): readonly string[] {
    const { account, clock } = this.#options
    const regions = account.regions(clock.nowMs())
    if (this.#ways?.regions !== regions) {
      this.#ways = { regions, reads: this.#regionsOf(regions, true), writes: this.#regionsOf(regions, false) }
    }
    return isRead ? this.#ways.reads : this.#ways.writes
  }

  /** Without retries the client is bound to its own region; else writes go where the account takes them. */
  #regionsOf(regions: Regions, isRead: boolean): readonly string[] {
    const { hop } = this.#options
    const isBound = hop.retries === 'none'
    const names: string[] = []
    for (const { name, writable } of regions) {
      if (!isBound && !isRead && !writable) continue
      if (hop.region !== undefined && sameRegion(name, hop.region)) names.unshift(name)
      else names.push(name)
    }
    return isBound ? names.slice(0, 1) : names
  }

  /** Something that is not about documents; the simulated account need not be asked for it. */
  #asksBesides(purpose: Exclude<Attempt['purpose'], 'operation'>, lookUp: 'metadata' | 'unreachable'): Attempt {
    const isAnswered = lookUp === 'metadata'
    return {
      purpose,
      region: this.#options.hop.region ?? '',
      status: isAnswered ? 200 : undefined,
      substatus: undefined,
      failure: isAnswered ? undefined : 'connection',
      requestCharge: 0,
      durationMs: 0,
      sent: undefined,
      received: undefined,
    }
  }

  /** At once where nothing makes it wait. */
  #exchange(asking: Asking, operation: ItemOperation, region: string, token: WireToken | undefined): Soon<Exchange> {
    const { account, clock } = this.#options
    const startedAtMs = clock.nowMs()
    asking.watch.asks()
    const outcome = account.execute(operation, { region, nowMs: startedAtMs })
    if (outcome.kind === 'reply' && outcome.fault === undefined) {
      return this.#exchanged(asking.request, region, token, startedAtMs, outcome.reply, undefined)
    }
    return this.#awaited({ asking, operation, region, token, startedAtMs, outcome })
  }

  /** What has been asked is heard out, also by a client that has given up: it may have been carried out. */
  async #awaited(asked: {
    readonly asking: Asking
    readonly operation: ItemOperation
    readonly region: string
    readonly token: WireToken | undefined
    readonly startedAtMs: number
    readonly outcome: Outcome
  }): Promise<Exchange> {
    const { account, clock } = this.#options
    const { operation, region, token, startedAtMs } = asked
    const { request, watch, signal } = asked.asking
    const failed = async (failure: 'timeout' | 'connection') => {
      if (failure === 'timeout') await clock.sleep(clientTimeoutMs, signal)
      return this.#exchanged(request, region, token, startedAtMs, undefined, failure)
    }
    let { outcome } = asked
    while (outcome.kind === 'wait') {
      const { attempt, untilMs } = outcome
      await clock.sleep(untilMs - clock.nowMs())
      watch.asks()
      outcome = account.execute(operation, { region, nowMs: clock.nowMs(), attempt })
    }
    const { delayMs, connection } = outcome.fault ?? {}
    if (delayMs !== undefined) await clock.sleep(delayMs)
    if (connection !== undefined) return failed(connection === 'hang' ? 'timeout' : 'connection')
    return this.#exchanged(request, region, token, startedAtMs, outcome.reply, undefined)
  }

  #exchanged(
    request: StoreRequest,
    region: string,
    token: WireToken | undefined,
    startedAtMs: number,
    reply: Reply | undefined,
    failure: Attempt['failure'],
  ): Exchange {
    const isLost =
      'document' in request && request.losesResponse === true && reply !== undefined && isAcknowledged(reply.status)
    const heard = isLost ? undefined : reply
    const { issuesTokens, sendsEmptyTokens } = this.#habits
    return {
      reply: heard,
      attempt: {
        purpose: 'operation',
        region,
        status: heard?.status,
        substatus: heard?.substatus,
        failure: isLost ? 'connection' : failure,
        requestCharge: reply?.requestCharge ?? 0,
        durationMs: this.#options.clock.nowMs() - startedAtMs,
        sent: token ?? (sendsEmptyTokens ? emptyToken : undefined),
        received: heard?.sessionToken === undefined || !issuesTokens ? undefined : new WireToken(heard.sessionToken),
      },
    }
  }

  /** Tokens are kept from success and from the definite failures 409, 412 and 404, never from 404/1002. */
  #remember({ attempt }: Exchange): void {
    const { status, substatus, received } = attempt
    if (status === undefined || received?.parsed === undefined) return
    const keeps = status < 400 || status === 409 || status === 412 || (status === 404 && substatus !== 1002)
    if (keeps) this.#remembered = this.#remembered.merge(received.parsed)
  }
}

/** Another user's read, in the same partition. */
const anothers = (request: StoreRequest): StoreRequest => ({
  kind: 'point',
  id: 'anothers',
  partitionKey: 'document' in request ? request.document.partitionKey : request.partitionKey,
  sessionToken: undefined,
  consistency: request.consistency,
})

/** What the application gets of a query that was answered page by page. */
function merged(answers: readonly Exchange[]): WireToken | undefined {
  const tokens = answers.flatMap(({ attempt }) => attempt.received?.parsed ?? [])
  const [first, ...others] = tokens
  return first && WireToken.from(others.reduce((all, each) => all.merge(each), first))
}
