import type { Container, CosmosClient } from '@azure/cosmos'
import type { Clock } from '../base/clock.ts'
import type { DocumentStore, StoreAnswer, StoreRequest } from '../domain/document-store.ts'
import type { Attempt } from '../domain/observation.ts'
import { isAcknowledged } from '../protocol/status.ts'
import type { ClientSlot, StoreScope } from './client-pool.ts'
import { messageOf, statusOf } from './explain.ts'
import { type Returned, runOperation, tokenIn } from './operations.ts'
import type { RangeAncestry } from './range-ancestry.ts'
import { Recording } from './recording.ts'
import { type KeyLevel, keyLevels, versionOf } from './stored-document.ts'
import { TargetProblem } from './target-problem.ts'
import { DeadlinePassed, untilAborted } from './until-aborted.ts'
import type { WireTap } from './wire-tap.ts'

/** How long to wait, after the answer, for what the SDK asked besides (a query plan), so that its charge is counted. */
const settleWithinMs = 250

type Surfaced = Omit<StoreAnswer, 'attempts' | 'durationMs'>

/** One hop's way to one container, through the SDK's Items API. */
export class CosmosDocumentStore implements DocumentStore {
  readonly #slot: ClientSlot
  readonly #place: StoreScope['container']
  readonly #levels: readonly KeyLevel[]
  readonly #tap: WireTap
  readonly #clock: Clock
  readonly #ancestry: RangeAncestry
  #kept: { readonly client: CosmosClient; readonly container: Container } | undefined

  constructor(slot: ClientSlot, scope: StoreScope, tap: WireTap, clock: Clock, ancestry: RangeAncestry) {
    this.#slot = slot
    this.#place = scope.container
    this.#levels = keyLevels(scope.partitionKey)
    this.#tap = tap
    this.#clock = clock
    this.#ancestry = ancestry
  }

  /** `durationMs` begins with the operation: finding out about the account, once, is not the application's time. */
  async execute(request: StoreRequest, signal?: AbortSignal): Promise<StoreAnswer> {
    let startMs = this.#clock.nowMs()
    const answer = (surfaced: Surfaced, attempts: readonly Attempt[], endMs: number): StoreAnswer => ({
      ...surfaced,
      attempts,
      durationMs: endMs - startMs,
    })
    if (signal?.aborted) return answer(noAnswer('the deadline had passed before the operation began'), [], startMs)

    let client: CosmosClient
    const taken = this.#slot.take()
    try {
      client = taken instanceof Promise ? await untilAborted(taken, signal) : taken
    } catch (error) {
      // It may come all the same, and would go on asking for the account's regions.
      void Promise.resolve(taken).then(
        (late) => this.#slot.giveBack(late),
        () => {},
      )
      return answer(withoutClient(error), error instanceof TargetProblem ? error.attempts : [], this.#clock.nowMs())
    }

    const recording = new Recording('document' in request ? request : {})
    startMs = this.#clock.nowMs()
    try {
      const returned = await this.#run(client, request, recording, signal)
      const endMs = this.#clock.nowMs()
      await this.#settle(recording)
      const attempts = recording.close()
      const ranges = attempts.flatMap(({ received }) => received?.parsed?.rangeIds ?? [])
      await this.#ancestry.learn(ranges, recording.containerId)
      return {
        ...answer(asReturned(returned, recording.dropped), attempts, endMs),
        ancestry: this.#ancestry.ancestry,
      }
    } catch (error) {
      const endMs = this.#clock.nowMs()
      await this.#settle(recording)
      const attempts = recording.close()
      return answer(asThrown(error, request, attempts), attempts, endMs)
    } finally {
      this.#slot.giveBack(client)
    }
  }

  reconnect(): void {
    this.#slot.renew()
  }

  #run(
    client: CosmosClient,
    request: StoreRequest,
    recording: Recording,
    signal: AbortSignal | undefined,
  ): Promise<Returned> {
    const container = this.#containerOf(client)
    const operation = this.#tap.record(recording, () => runOperation(container, request, this.#levels, signal))
    return untilAborted(operation, signal)
  }

  /** Kept with its client: the SDK builds some ten objects for one. */
  #containerOf(client: CosmosClient): Container {
    if (this.#kept?.client === client) return this.#kept.container
    const container = client.database(this.#place.database).container(this.#place.container)
    this.#kept = { client, container }
    return container
  }

  async #settle(recording: Recording): Promise<void> {
    if (recording.isSettled) return
    const enough = new AbortController()
    await Promise.race([recording.settled(), this.#clock.sleep(settleWithinMs, enough.signal)])
    enough.abort()
  }
}

const noAnswer = (message: string): Surfaced => ({
  status: undefined,
  substatus: undefined,
  document: undefined,
  sessionToken: undefined,
  message,
})

function withoutClient(error: unknown): Surfaced {
  const last = error instanceof TargetProblem ? error.attempts.at(-1) : undefined
  return { ...noAnswer(messageOf(error)), status: last?.status, substatus: last?.substatus }
}

const asReturned = ({ status, substatus, stored, sessionToken }: Returned, dropped: number): Surfaced => ({
  status,
  substatus,
  document: stored && versionOf(stored),
  sessionToken,
  message: dropped === 0 ? undefined : `${dropped} attempts are not kept`,
})

/**
 * What the application sees when the SDK throws. With a status, it is the service's answer. Without one, the SDK has
 * thrown on its own account (it refuses a session token that it cannot merge; it cannot parse a body), and the wire tells
 * what happened: a write answered 201 is acknowledged whatever the SDK makes of it. A read answered 200 whose document
 * never came out has no answer to judge: to call it "not found" would be a false alarm.
 */
function asThrown(error: unknown, request: StoreRequest, attempts: readonly Attempt[]): Surfaced {
  const message = messageOf(error)
  const thrown = statusOf(error)
  const received = error instanceof Error && 'headers' in error ? tokenIn(error.headers) : undefined
  if (thrown.status !== undefined) return { ...noAnswer(message), ...thrown, sessionToken: received }
  if (error instanceof DeadlinePassed) return noAnswer(message)
  const last = attempts.findLast(({ purpose }) => purpose === 'operation')
  if (last?.status === undefined || (isAcknowledged(last.status) && 'id' in request)) return noAnswer(message)
  return { ...noAnswer(message), status: last.status, substatus: last.substatus }
}
