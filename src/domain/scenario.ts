import type { ConsistencyLevel } from '../protocol/consistency-level.ts'

/** A declared plan, always valid: `scenario/` is the only maker. Times in milliseconds, shares in 0…1. */
export interface Scenario {
  readonly name: string
  /** What a stranger needs to know about this journey. */
  readonly about: string
  /** Name of the account it runs against; `default` unless the file says otherwise. */
  readonly target: string
  readonly schedule: Schedule
  /** A run that takes longer is abandoned. */
  readonly deadlineMs: number
  readonly container: { readonly database: string; readonly container: string }
  /** One path a level: `['/customerId']`. */
  readonly partitionKey: readonly string[]
  /** `reused`: one document a partition, of growing version. `fresh`: a new document each run. */
  readonly document: 'reused' | 'fresh'
  /** How many partition key values the runs spread over. */
  readonly partitions: number
  /** Time to live of a probe document; longer than any run. */
  readonly ttlSeconds: number
  /** After a stale read, for how long to re-read until the write shows. */
  readonly visibilityWithinMs: number
  readonly hops: readonly HopDeclaration[]
  readonly journey: readonly Step[]
  readonly arms: readonly Arm[]
  readonly objectives: Objectives
  readonly budget: { readonly requestUnitsPerSecond: number } | undefined
}

export type Schedule =
  | { readonly kind: 'every'; readonly periodMs: number; readonly jitterMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string | undefined }

/** One simulated service. */
export interface HopDeclaration {
  readonly name: string
  /** As the file spells it; undefined leaves the choice to the SDK. */
  readonly region: string | undefined
  /** `own`: one long-lived SDK client. `per-operation`: a new one each time. `{shared}`: another hop's. */
  readonly client: 'own' | 'per-operation' | { readonly shared: string }
  /** `sdk`: as an application would. `none`: exactly one HTTP call an operation. */
  readonly retries: 'sdk' | 'none'
  readonly consistency: ConsistencyLevel
}

export const writeKinds = ['create', 'upsert', 'replace', 'patch', 'delete'] as const
export type WriteKind = (typeof writeKinds)[number]

export const readKinds = ['point', 'query', 'cross-partition-query'] as const
export type ReadKind = (typeof readKinds)[number]

export const carrierKinds = ['header', 'none'] as const
export type CarrierKind = (typeof carrierKinds)[number]

export const faultKinds = ['lost', 'older', 'swapped'] as const
export type FaultKind = (typeof faultKinds)[number]

export type Step =
  | { readonly kind: 'write'; readonly write: WriteKind; readonly at: string }
  | { readonly kind: 'read'; readonly read: ReadKind; readonly at: string }
  | {
      readonly kind: 'carry'
      readonly carrier: CarrierKind
      readonly from: string
      readonly to: string
      readonly faults: readonly CarryFault[]
    }
  /** One value a run, in turn. */
  | { readonly kind: 'wait'; readonly sweepMs: readonly number[] }

/** What the token suffers on a carry, in a share of the runs. The first fault that strikes wins. */
export interface CarryFault {
  readonly token: FaultKind
  readonly share: number
  /** For `older`: how many writes back. */
  readonly writesBack: number
}

export interface Arm {
  readonly name: string
  /** Share of the runs; the arms' shares add up to 1. */
  readonly share: number
  /** `carried`: as the journey declares. `lost`: withheld on every carry. */
  readonly token: 'carried' | 'lost'
}

/** Undefined: not an objective. */
export interface Objectives {
  /** Largest acceptable share of stale or missing reads, in the arms that carry the token. */
  readonly staleReads: number | undefined
  /** Largest acceptable share of reads without a covering token, in the arms that carry it. */
  readonly tokenLoss: number | undefined
  readonly p95Ms: number | undefined
  readonly retriesPerRead: number | undefined
}

export const regionLabel = (hop: HopDeclaration): string => hop.region ?? 'default'
