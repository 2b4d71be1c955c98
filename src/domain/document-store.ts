import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { Ancestry } from '../protocol/session-token.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { Attempt } from './observation.ts'
import type { ReadKind, WriteKind } from './scenario.ts'

/** A document that hopwatch owns. `version` only grows; `owner` is the instance whose versions count. */
export interface ProbeDocument {
  readonly id: string
  /** One value a level of the container's partition key. */
  readonly partitionKey: readonly string[]
  readonly version: number
  readonly owner: string
  readonly run: string
  readonly ttlSeconds: number
}

export interface WriteRequest {
  readonly kind: WriteKind
  readonly document: ProbeDocument
  /** The acknowledgement is kept from the client, as by a connection that is reset after the write. */
  readonly losesResponse?: boolean
}

export interface ReadRequest {
  readonly kind: ReadKind
  readonly id: string
  readonly partitionKey: readonly string[]
  /** Of a change feed: only what this run wrote counts, and nothing from before this time is asked for. */
  readonly changesOf?: { readonly run: string; readonly sinceWallMs: number }
}

export type StoreRequest = {
  /** Sent as it is; undefined leaves the token to what the client remembers by itself. */
  readonly sessionToken: WireToken | undefined
  readonly consistency: ConsistencyLevel
} & (WriteRequest | ReadRequest)

export interface StoreAnswer {
  readonly attempts: readonly Attempt[]
  /** What the application would see; undefined when no answer came. */
  readonly status: number | undefined
  readonly substatus: number | undefined
  /** The probe document that a read returned. */
  readonly document: { readonly version: number; readonly owner: string } | undefined
  /** The session token that the answer carried, as the application receives it: from a failed answer too, where there is one. */
  readonly sessionToken: WireToken | undefined
  /** What the client knows of splits and merges of the container's ranges; absent: nothing. */
  readonly ancestry?: Ancestry | undefined
  readonly durationMs: number
  /** For the log: why no answer came, without secrets. */
  readonly message: string | undefined
}

/** One client's way to one container. Never rejects for what the service answers or fails to answer. */
export interface DocumentStore {
  /** At once where nothing makes it wait, as in a simulated world. */
  execute(request: StoreRequest, signal?: AbortSignal): StoreAnswer | Promise<StoreAnswer>
  /** The client goes with all that it remembers; the next operation begins with a new one. */
  reconnect(): void
}
