import type { Clock } from '../base/clock.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { Attempt } from '../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import { sameRegion } from '../protocol/region.ts'
import { SessionToken } from '../protocol/session-token.ts'
import { isAcknowledged } from '../protocol/status.ts'
import { WireToken } from '../protocol/wire-token.ts'
import type { SimulatedAccount } from '../simulator/account.ts'
import type { ItemOperation, Outcome, Reply } from '../simulator/operation.ts'
import { type ClientHabits, plainHabits } from './client-habits.ts'
import { itemOperation, surfaced } from './direct-operation.ts'
import { type NextTry, nextTry } from './next-try.ts'

export interface DirectStoreOptions {
  readonly account: SimulatedAccount
  readonly clock: Clock
  readonly hop: HopDeclaration
  readonly scenario: Pick<Scenario, 'container' | 'partitionKey'>
  readonly habits?: ClientHabits
  /** Told, just before the account is asked something, for which operation. */
  readonly onAsk?: (request: StoreRequest) => void
  /** Told what comes of each operation; what it returns is what the client gets. */
  readonly onAnswer?: (request: StoreRequest, answer: StoreAnswer) => StoreAnswer
}

interface Exchange {
  readonly attempt: Attempt
  readonly reply: Reply | undefined
}

/** How long a client waits for an answer that never comes, on the manual clock. */
const clientTimeoutMs = 5000
const emptyToken = new WireToken('')

/**
 * The way to a simulated account without HTTP: what `@azure/cosmos` 4.10.1 does with sessions, regions and retries
 * (sdk-facts, sections 1 and 2), in as many lines as the judgement can tell apart. One instance is one client. Where nothing
 * makes it wait, an operation is done by the time that its promise is there.
 */
export class DirectStore implements DocumentStore {
  readonly #options: DirectStoreOptions
  readonly #habits: ClientHabits
  #remembered = SessionToken.empty

  constructor(options: DirectStoreOptions) {
    this.#options = options
    this.#habits = options.habits ?? plainHabits
  }

  reconnect(): void {
    this.#remembered = SessionToken.empty
  }

  async execute(request: StoreRequest, signal?: AbortSignal): Promise<StoreAnswer> {
    const { account, clock, hop, scenario } = this.#options
    if (hop.client === 'per-operation') this.reconnect()
    const startedAtMs = clock.nowMs()
    const attempts: Attempt[] = []
    if (this.#habits.servesAnother()) await this.#tries(anothers(request), undefined, [], signal)
    const lookUp = this.#habits.looksUp()
    if (lookUp !== 'nothing') attempts.push(this.#asksBesides('metadata', lookUp))
    const answers: Exchange[] = []
    if (lookUp !== 'unreachable') {
      const { database, container } = scenario.container
      const isByRange = request.kind === 'cross-partition-query' && this.#habits.asksByRange
      if (isByRange) attempts.push(this.#asksBesides('query-plan', 'metadata'))
      for (const range of isByRange ? account.rangesOf(database, container) : [undefined]) {
        const tried = this.#tries(request, range, attempts, signal)
        const answer = tried instanceof Promise ? await tried : tried
        answers.push(answer)
        if (answer.reply?.status !== 200 || signal?.aborted) break
        if (isByRange && surfaced(request, answer.reply).document) break
      }
    }
    const answer = this.#answer(request, answers, attempts, clock.nowMs() - startedAtMs)
    return this.#options.onAnswer?.(request, answer) ?? answer
  }

  /** Asks until an answer stands or the client gives up; at once where the first one stands and nothing made it wait. */
  #tries(
    request: StoreRequest,
    range: string | undefined,
    attempts: Attempt[],
    signal: AbortSignal | undefined,
  ): Exchange | Promise<Exchange> {
    // The SDK takes every batch for a write, one of reads only too.
    const isRead = !('document' in request) && request.kind !== 'batch-of-points'
    const regions = this.#regions(isRead)
    const token = request.sessionToken ?? (this.#remembered.isEmpty ? undefined : WireToken.from(this.#remembered))
    const operation = itemOperation(request, this.#options.scenario, token, range)
    const first = this.#exchange(request, operation, regions[0]!, token, signal)
    if (first instanceof Promise || this.#next(first, 1, isRead, signal) !== undefined) {
      return this.#triesOn({ request, range, attempts, signal, isRead, regions, token, first })
    }
    attempts.push(first.attempt)
    this.#remember(first)
    return first
  }

  #next({ attempt }: Exchange, tries: number, isRead: boolean, signal: AbortSignal | undefined): NextTry | undefined {
    if (signal?.aborted || this.#options.hop.retries === 'none') return undefined
    return nextTry(attempt, tries, isRead, () => this.#writeRegionCount())
  }

  async #triesOn(of: {
    readonly request: StoreRequest
    readonly range: string | undefined
    readonly attempts: Attempt[]
    readonly signal: AbortSignal | undefined
    readonly isRead: boolean
    readonly regions: readonly string[]
    readonly token: WireToken | undefined
    readonly first: Exchange | Promise<Exchange>
  }): Promise<Exchange> {
    const { request, range, attempts, signal, isRead, regions } = of
    const { clock, scenario } = this.#options
    let { token, first: asked } = of
    for (let regionIndex = 0, tries = 1; ; tries++) {
      const exchange = asked instanceof Promise ? await asked : asked
      attempts.push(exchange.attempt)
      this.#remember(exchange)
      const next = this.#next(exchange, tries, isRead, signal)
      if (next === undefined) return exchange
      if (next.dropsToken) {
        token = undefined
        this.#remembered = SessionToken.empty
      }
      if (next.changesRegion) regionIndex++
      if (next.pauseMs > 0) await clock.sleep(next.pauseMs, signal)
      if (signal?.aborted) return exchange
      const operation = itemOperation(request, scenario, token, range)
      asked = this.#exchange(request, operation, regions[regionIndex % regions.length]!, token, signal)
    }
  }

  #answer(
    request: StoreRequest,
    answers: readonly Exchange[],
    attempts: readonly Attempt[],
    durationMs: number,
  ): StoreAnswer {
    const { account, scenario } = this.#options
    const { database, container } = scenario.container
    const last = answers.at(-1)
    const { status, substatus } = last?.attempt ?? { status: undefined, substatus: undefined }
    return {
      attempts,
      ...(last?.reply ? surfaced(request, last.reply) : { status, substatus, document: undefined }),
      sessionToken: last?.reply?.status === 200 && answers.length > 1 ? merged(answers) : last?.attempt.received,
      ...(this.#habits.tellsAncestry && {
        ancestry: (range: string) => account.ancestorsOf(database, container, range),
      }),
      durationMs,
      message: undefined,
    }
  }

  #writeRegionCount(): number {
    const { account, clock } = this.#options
    return account.regions(clock.nowMs()).filter(({ writable }) => writable).length
  }

  /** Without retries the client is bound to its own region; else writes go where the account takes them. */
  #regions(isRead: boolean): string[] {
    const { account, clock, hop } = this.#options
    const isBound = hop.retries === 'none'
    const names: string[] = []
    for (const { name, writable } of account.regions(clock.nowMs())) {
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
  #exchange(
    request: StoreRequest,
    operation: ItemOperation,
    region: string,
    token: WireToken | undefined,
    signal: AbortSignal | undefined,
  ): Exchange | Promise<Exchange> {
    const { account, clock, onAsk } = this.#options
    const startedAtMs = clock.nowMs()
    onAsk?.(request)
    const outcome = account.execute(operation, { region, nowMs: startedAtMs })
    if (outcome.kind === 'reply' && outcome.fault === undefined) {
      return this.#exchanged(request, region, token, startedAtMs, outcome.reply, undefined)
    }
    return this.#awaited({ request, operation, region, token, startedAtMs, outcome, signal })
  }

  /** What has been asked is heard out, also by a client that has given up: it may have been carried out. */
  async #awaited(asked: {
    readonly request: StoreRequest
    readonly operation: ItemOperation
    readonly region: string
    readonly token: WireToken | undefined
    readonly startedAtMs: number
    readonly outcome: Outcome
    readonly signal: AbortSignal | undefined
  }): Promise<Exchange> {
    const { account, clock, onAsk } = this.#options
    const { request, operation, region, token, startedAtMs, signal } = asked
    const failed = async (failure: 'timeout' | 'connection') => {
      if (failure === 'timeout') await clock.sleep(clientTimeoutMs, signal)
      return this.#exchanged(request, region, token, startedAtMs, undefined, failure)
    }
    let { outcome } = asked
    while (outcome.kind === 'wait') {
      const { attempt, untilMs } = outcome
      await clock.sleep(untilMs - clock.nowMs())
      onAsk?.(request)
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
