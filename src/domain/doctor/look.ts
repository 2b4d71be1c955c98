import type { ConsistencyLevel } from '../../protocol/consistency-level.ts'
import type { ClockOffset } from './clock-offset.ts'

/** What the account says about itself, as far as a diagnosis needs it. */
export interface AccountLook {
  /** The default level; undefined when it names none that is known. */
  readonly consistency: ConsistencyLevel | undefined
  /** As the account spells and orders them. */
  readonly writeRegions: readonly string[]
  readonly readRegions: readonly string[]
  readonly multipleWriteLocations: boolean
}

/** `none`: it has no throughput of its own, as in a serverless account. `unknown`: it could not be read. */
export type Throughput =
  | { readonly kind: 'manual' | 'autoscale'; readonly requestUnitsPerSecond: number; readonly isDatabases: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string }

export type ContainerLook =
  | {
      readonly state: 'found'
      /** One path a level. */
      readonly partitionKey: readonly string[]
      /** Seconds; -1: no document expires unless it says so; undefined: off. */
      readonly defaultTtlSeconds: number | undefined
      /** Such as `LastWriterWins`; undefined: the container does not say. */
      readonly conflictResolution: string | undefined
      /** Partition key ranges; undefined: they could not be read. */
      readonly ranges: number | undefined
      readonly throughput: Throughput
    }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown'; readonly reason: string }

/** A few reads in one region, each exactly one request. */
export interface LatencyLook {
  readonly region: string
  readonly reads: number
  /** Median of those that were answered; undefined when none was. */
  readonly p50Ms: number | undefined
  /** Why one was not answered as expected. */
  readonly problem: string | undefined
}

/**
 * Whether the service takes session tokens at their word. `enforced`: a token that nothing can satisfy was refused (404/1002).
 * `ignored`: it was answered. `not-issued`: answers carry none.
 */
export type SessionLook =
  | { readonly state: 'enforced' | 'ignored' | 'not-issued' }
  | { readonly state: 'unknown'; readonly reason: string }

/** Why the account could not be looked at. */
export interface Unreached {
  readonly kind: 'unreachable' | 'refused' | 'misconfigured'
  readonly message: string
  readonly remedy: string
}

/** All that was seen of one account. */
export interface TargetLook {
  readonly name: string
  readonly endpoint: string
  readonly account: AccountLook | undefined
  /** Undefined exactly when `account` is there. */
  readonly unreached: Unreached | undefined
  readonly clock: ClockOffset | undefined
  /** By `database/container`. */
  readonly containers: Readonly<Record<string, ContainerLook>>
  readonly latencies: readonly LatencyLook[]
  readonly session: SessionLook
}

export const placeOf = ({ database, container }: { readonly database: string; readonly container: string }): string =>
  `${database}/${container}`
