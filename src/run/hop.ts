import type { DocumentStore, ReadRequest, WriteRequest } from '../domain/document-store.ts'
import type { FailureReason, Observation } from '../domain/observation.ts'
import type { CarrierKind } from '../domain/scenario.ts'
import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { Ancestry } from '../protocol/session-token.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { Carrier } from './carriers/carrier.ts'
import type { Soon } from './soon.ts'

export type HopOperation = WriteRequest | ReadRequest

/** What the service at this hop was handed. */
export interface HopContext {
  /** Undefined: nothing arrived, and the hop's client is left to what it remembers by itself. */
  readonly sessionToken: WireToken | undefined
  /** What its reads ask for. */
  readonly consistency: ConsistencyLevel
  /** Undefined where the run is another process's. */
  readonly run?: string
}

export interface HopAnswer {
  readonly observation: Observation
  /** What a read returned. */
  readonly document: { readonly version: number; readonly owner: string } | undefined
  /** The token of the answer, as the service gets to see it. */
  readonly sessionToken: WireToken | undefined
  /** What is known of splits and merges of the container's ranges; absent: nothing. */
  readonly ancestry?: Ancestry | undefined
  /** Where nothing is known of what happened at a hop elsewhere: why. */
  readonly failure?: FailureReason
}

/** One simulated service taking part in a journey. Never rejects for what the target answers or fails to answer. */
export interface Hop {
  readonly name: string
  execute(operation: HopOperation, context: HopContext, signal: AbortSignal): Soon<HopAnswer>
  /** From the next operation on it has a new client, which remembers nothing. */
  reconnect(): void
  /** Of a hop elsewhere: what really takes a token there, in place of what stands for it in this process. */
  carrierTo?(kind: CarrierKind): Carrier | undefined
  /** Of a hop elsewhere: the token that the answers of this run brought back; undefined before its first answer. */
  handedBack?(run: string): { readonly token: WireToken | undefined } | undefined
}

/** Gives the store of a declared hop; the only thing that `run/` needs to know of a target. */
export type OpenStore = (hopName: string) => DocumentStore
