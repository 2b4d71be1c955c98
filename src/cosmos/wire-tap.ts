import { AsyncLocalStorage } from 'node:async_hooks'
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline'
import type { Clock } from '../base/clock.ts'
import type { Attempt } from '../domain/observation.ts'
import { headers } from '../protocol/headers.ts'
import { isAcknowledged } from '../protocol/status.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { PooledHttpClient } from './http-client.ts'
import type { Recording } from './recording.ts'
import { locate, type Place, plainOrigin } from './request-place.ts'

/** For a client that makes exactly one HTTP call an operation (`retries: none`; docs/decisions/0005-one-http-call.md). */
export interface SingleCall {
  /** Where writes go: with endpoint discovery off the SDK would send them to its read endpoint. Undefined: as the SDK says. */
  writeOrigin(): string | undefined
  /**
   * Answers the SDK's own question for the container's partition key, which it asks before the first create or upsert, so
   * that no second call is made. The answer is the scenario's declaration, which provisioning has compared with the container.
   */
  readonly containerBody: string | undefined
}

export interface TapOptions {
  readonly clock: Clock
  /** Announced origin → origin to contact. */
  readonly rewrites: ReadonlyMap<string, string>
  /** An answer says that regions have moved (403/3, 403/1008). */
  readonly onTopologyChange: () => void
  /** The account does not take the credential (401). */
  readonly onRefused: () => void
}

/**
 * Sees every HTTP exchange of all clients of one target, and writes each down for the operation that caused it. The
 * operation is found by async context, so that operations running at the same time never mix. All clients share its
 * keep-alive connections: one pool a host, however many clients there are.
 */
export class WireTap {
  readonly #clock: Clock
  readonly #rewrites: ReadonlyMap<string, string>
  readonly #onTopologyChange: () => void
  readonly #onRefused: () => void
  readonly #inner = new PooledHttpClient()
  readonly #recordings = new AsyncLocalStorage<Recording>()
  #regions: ReadonlyMap<string, string> = new Map()

  constructor({ clock, rewrites, onTopologyChange, onRefused }: TapOptions) {
    this.#clock = clock
    this.#rewrites = rewrites
    this.#onTopologyChange = onTopologyChange
    this.#onRefused = onRefused
  }

  /** Origin → region. A region that the account no longer names keeps its label. */
  nameRegions(regions: Iterable<readonly [origin: string, region: string]>): void {
    this.#regions = new Map([...this.#regions, ...regions])
  }

  rewrite(origin: string): string {
    const plain = plainOrigin(origin)
    return this.#rewrites.get(plain) ?? plain
  }

  /** Runs `operation` so that all its exchanges, and no others, go to `recording`. */
  record<T>(recording: Recording, operation: () => Promise<T>): Promise<T> {
    return this.#recordings.run(recording, operation)
  }

  /** What an SDK client sends through. */
  httpClient(single?: SingleCall): HttpClient {
    return { sendRequest: (request) => this.#send(request, single) }
  }

  close(): void {
    this.#inner.close()
  }

  async #send(request: PipelineRequest, single: SingleCall | undefined): Promise<PipelineResponse> {
    const place = locate(request)
    if (single?.containerBody !== undefined && place.isContainerRead) return answerFor(request, single.containerBody)
    const origin = this.#direct(request, place, single)
    const current = this.#recordings.getStore()
    // The SDK's change feed takes no signal: it would go on trying, unseen and charged for. Without a code it does not try again.
    if (current?.isClosed && (place.purpose === 'operation' || place.isContainerRead)) {
      throw new Error('nobody waits for this operation any more')
    }
    // A request whose signal has already fired is never sent, and so is no attempt.
    const recording = request.abortSignal?.aborted ? undefined : current
    const startMs = this.#clock.nowMs()
    recording?.begin()
    try {
      const response = await this.#inner.sendRequest(request)
      if (recording?.losesResponse && place.isWrite && isAcknowledged(response.status)) {
        throw new LostResponse(request, chargeOf(response))
      }
      const containerId = place.purpose === 'operation' ? containerIdOf(response) : undefined
      if (containerId !== undefined) recording?.sawContainer(containerId)
      recording?.end(this.#attempt(place, origin, startMs, request, response, undefined))
      this.#noticeChange(response)
      return response
    } catch (error) {
      const failure = wasAborted(error) ? 'timeout' : 'connection'
      const seen = this.#attempt(place, origin, startMs, request, undefined, failure)
      const attempt = error instanceof LostResponse ? { ...seen, requestCharge: error.requestCharge } : seen
      recording?.end(wasSent(error) ? attempt : undefined)
      throw single && !wasAborted(error) ? withoutCode(error) : error
    }
  }

  /** Settles where the request goes; returns the origin. */
  #direct(request: PipelineRequest, place: Place, single: SingleCall | undefined): string {
    const origin = this.rewrite((place.isWrite && single?.writeOrigin()) || place.origin)
    if (origin !== place.origin) request.url = origin + request.url.slice(place.origin.length)
    request.allowInsecureConnection = origin.startsWith('http:')
    return origin
  }

  #attempt(
    { purpose }: Place,
    origin: string,
    startMs: number,
    request: PipelineRequest,
    response: PipelineResponse | undefined,
    failure: Attempt['failure'],
  ): Attempt {
    const substatus = response?.headers.get(headers.substatus)
    return {
      purpose,
      region: this.#regions.get(origin) ?? origin.slice(origin.indexOf('//') + 2),
      status: response?.status,
      substatus: substatus === undefined ? undefined : Number(substatus),
      failure,
      requestCharge: chargeOf(response),
      durationMs: this.#clock.nowMs() - startMs,
      sent: tokenOf(request.headers.get(headers.sessionToken)),
      received: tokenOf(response?.headers.get(headers.sessionToken)),
      activityId: activityIdOf(response),
    }
  }

  #noticeChange({ status, headers: received }: PipelineResponse): void {
    if (status === 401) this.#onRefused()
    if (status !== 403) return
    const substatus = received.get(headers.substatus)
    if (substatus === '3' || substatus === '1008') this.#onTopologyChange()
  }
}

/** What Node's client throws when the peer resets the connection after it took the request: the SDK cannot tell the two apart. */
class LostResponse extends RestError {
  /** The service charged for what it did. */
  readonly requestCharge: number

  constructor(request: PipelineRequest, requestCharge: number) {
    super('socket hang up', { code: 'ECONNRESET', request })
    this.requestCharge = requestCharge
  }
}

const chargeOf = (response: PipelineResponse | undefined): number =>
  Number(response?.headers.get(headers.requestCharge) ?? 0) || 0

/** Whatever else stands there is no id, and not ours to keep. */
const activityIdOf = (response: PipelineResponse | undefined): string | undefined =>
  /^[\w-]{1,64}$/.exec(response?.headers.get(headers.activityId) ?? '')?.[0]

/** Of eight bytes, as the SDK asks for it to remember a token; a longer one names a document. */
const containerIdOf = (response: PipelineResponse): string | undefined =>
  /^[\w+/-]{11}=$/.exec(response.headers.get(headers.contentPath) ?? '')?.[0]

const tokenOf = (text: string | undefined): WireToken | undefined => (text ? new WireToken(text) : undefined)

/** The SDK's time limit and the caller's signal both abort the request. */
const wasAborted = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

/** A header that Node refuses never leaves the process. */
const wasSent = (error: unknown): boolean =>
  !(error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_CHAR')

/**
 * The SDK decides by `code` whether to try again (ECONNRESET on a read: 10 times, 1 s apart); without one it never does.
 * No `cause`: the original holds the request with its authorization.
 */
const withoutCode = (error: unknown): Error => new Error(error instanceof Error ? error.message : 'the request failed')

const answerFor = (request: PipelineRequest, bodyAsText: string): PipelineResponse => ({
  request,
  status: 200,
  headers: createHttpHeaders({ 'content-type': 'application/json' }),
  bodyAsText,
})
