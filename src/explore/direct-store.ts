import type { Clock } from '../base/clock.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { Attempt } from '../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import { sameRegion } from '../protocol/region.ts'
import { SessionToken } from '../protocol/session-token.ts'
import { isAcknowledged, isSessionUnavailable } from '../protocol/status.ts'
import { WireToken } from '../protocol/wire-token.ts'
import type { SimulatedAccount } from '../simulator/account.ts'
import { ConnectionFault, directClient } from '../simulator/direct.ts'
import type { Reply } from '../simulator/operation.ts'
import { itemOperation, surfaced } from './direct-operation.ts'

export interface DirectStoreOptions {
  readonly account: SimulatedAccount
  readonly clock: Clock
  readonly hop: HopDeclaration
  readonly scenario: Pick<Scenario, 'container' | 'partitionKey'>
  /** False: as a server without sessions, whose answers carry no token. Default: true. */
  readonly issuesTokens?: boolean
  /** Told, just before the account is asked something, for which operation. */
  readonly onAsk?: (request: StoreRequest) => void
}

interface Exchange {
  readonly attempt: Attempt
  readonly reply: Reply | undefined
}

/** How long a client waits for an answer that never comes, on the manual clock. */
const clientTimeoutMs = 5000

/**
 * The way to a simulated account without HTTP: what `@azure/cosmos` 4.10.1 does with sessions, regions and retries
 * (sdk-facts, sections 1 and 2), in as many lines as the judgement can tell apart. One instance is one client.
 */
export class DirectStore implements DocumentStore {
  readonly #options: DirectStoreOptions
  #remembered = SessionToken.empty

  constructor(options: DirectStoreOptions) {
    this.#options = options
  }

  reconnect(): void {
    this.#remembered = SessionToken.empty
  }

  async execute(request: StoreRequest, signal?: AbortSignal): Promise<StoreAnswer> {
    const { clock, hop } = this.#options
    if (hop.client === 'per-operation') this.#remembered = SessionToken.empty
    const startedAtMs = clock.nowMs()
    // The SDK takes every batch for a write, one of reads only too.
    const isRead = !('document' in request) && request.kind !== 'batch-of-points'
    const own = this.#remembered.isEmpty ? undefined : WireToken.from(this.#remembered)
    let token = request.sessionToken ?? own
    const regions = this.#regions(isRead)
    const exchanges: Exchange[] = []
    for (let regionIndex = 0; ; ) {
      const region = regions[regionIndex % regions.length]!
      const exchange = await this.#exchange(request, region, token, signal)
      exchanges.push(exchange)
      this.#remember(exchange)
      const next =
        hop.retries === 'none'
          ? undefined
          : nextTry(exchange.attempt, exchanges.length, isRead, () => this.#writeRegionCount())
      if (next === undefined || signal?.aborted) break
      if (next.dropsToken) {
        token = undefined
        this.#remembered = SessionToken.empty
      }
      if (next.changesRegion) regionIndex++
      if (next.pauseMs > 0) await clock.sleep(next.pauseMs, signal)
      if (signal?.aborted) break
    }
    const { account, scenario } = this.#options
    const { database, container } = scenario.container
    return {
      ...storeAnswer(request, exchanges, clock.nowMs() - startedAtMs),
      ancestry: (range) => account.ancestorsOf(database, container, range),
    }
  }

  #writeRegionCount(): number {
    const { account, clock } = this.#options
    return account.regions(clock.nowMs()).filter(({ writable }) => writable).length
  }

  #regions(isRead: boolean): string[] {
    const { account, clock, hop } = this.#options
    const known = account.regions(clock.nowMs())
    // Without retries the client is bound to its own region; else writes go where the account takes them.
    if (hop.retries === 'none' || isRead) {
      const names = known.map(({ name }) => name)
      const own = names.findIndex((name) => hop.region !== undefined && sameRegion(name, hop.region))
      if (own > 0) names.unshift(...names.splice(own, 1))
      return hop.retries === 'none' ? names.slice(0, 1) : names
    }
    const writable = known.filter((region) => region.writable).map(({ name }) => name)
    const own = writable.findIndex((name) => hop.region !== undefined && sameRegion(name, hop.region))
    if (own > 0) writable.unshift(...writable.splice(own, 1))
    return writable
  }

  async #exchange(
    request: StoreRequest,
    region: string,
    token: WireToken | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Exchange> {
    const { account, clock, scenario, issuesTokens = true, onAsk } = this.#options
    const client = directClient(
      {
        execute: (operation, context) => {
          onAsk?.(request)
          return account.execute(operation, context)
        },
      },
      clock,
    )
    const startedAtMs = clock.nowMs()
    let reply: Reply | undefined
    let failure: Attempt['failure']
    let charge: number | undefined
    try {
      reply = await client.execute(itemOperation(request, scenario, token), region)
      if ('document' in request && request.losesResponse && isAcknowledged(reply.status)) {
        charge = reply.requestCharge
        reply = undefined
        throw new ConnectionFault('reset')
      }
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error
      failure = error.connection === 'hang' ? 'timeout' : 'connection'
      if (failure === 'timeout') await clock.sleep(clientTimeoutMs, signal)
    }
    return {
      reply,
      attempt: {
        purpose: 'operation',
        region,
        status: reply?.status,
        substatus: reply?.substatus,
        failure,
        requestCharge: charge ?? reply?.requestCharge ?? 0,
        durationMs: clock.nowMs() - startedAtMs,
        sent: token,
        received: reply?.sessionToken === undefined || !issuesTokens ? undefined : new WireToken(reply.sessionToken),
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

interface NextTry {
  readonly pauseMs: number
  readonly dropsToken: boolean
  readonly changesRegion: boolean
}

const again = (pauseMs: number, changes: Partial<NextTry> = {}): NextTry => ({
  pauseMs,
  dropsToken: false,
  changesRegion: false,
  ...changes,
})

function nextTry(
  { status, substatus, failure }: Attempt,
  tries: number,
  isRead: boolean,
  writeRegionCount: () => number,
): NextTry | undefined {
  if (failure === 'connection') return isRead && tries <= 10 ? again(1000) : undefined
  if (failure === 'timeout') return isRead && tries <= 2 ? again(0, { changesRegion: true }) : undefined
  if (status === undefined || status < 400) return undefined
  if (isSessionUnavailable(status, substatus)) {
    // With several write regions the first retries keep the token.
    const keeps = Math.max(0, writeRegionCount() - 1)
    return tries <= keeps + 2 ? again(0, { dropsToken: tries > keeps }) : undefined
  }
  if (status === 429) return tries <= 9 ? again(100) : undefined
  if (status === 503)
    return (isRead || writeRegionCount() > 1) && tries <= 1 ? again(0, { changesRegion: true }) : undefined
  return undefined
}

function storeAnswer(request: StoreRequest, exchanges: readonly Exchange[], durationMs: number): StoreAnswer {
  const { attempt, reply } = exchanges.at(-1)!
  const { status, substatus, received } = attempt
  return {
    attempts: exchanges.map((exchange) => exchange.attempt),
    ...(reply ? surfaced(request, reply) : { status, substatus, document: undefined }),
    sessionToken: received,
    durationMs,
    message: undefined,
  }
}
