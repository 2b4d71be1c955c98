import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { EndpointRequest, VersionPlace } from './endpoint-request.ts'

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
  /** URL below which a `hopwatch hop` of another process serves this hop; absent: it runs in this process. */
  readonly remote?: string
  /** URL of the user's own service, which takes requests instead of operations. */
  readonly endpoint?: string
}

/** `batch`: a transactional batch of an upsert of the document and one of a companion beside it. */
export const writeKinds = ['create', 'upsert', 'replace', 'patch', 'batch', 'delete'] as const
export type WriteKind = (typeof writeKinds)[number]

/** `batch-of-points`: a transactional batch of a read. `changeFeed`: what the partition's feed shows of this run's changes. */
export const readKinds = ['point', 'query', 'cross-partition-query', 'batch-of-points', 'changeFeed'] as const
export type ReadKind = (typeof readKinds)[number]

export const carrierKinds = [
  'header',
  'cookie',
  'redirect',
  'baggage',
  'message',
  'store',
  'device',
  'body',
  'none',
] as const
export type CarrierKind = (typeof carrierKinds)[number]

/** Those that are a part of a request or of its answer, and so reach another process. */
export const requestCarriers = [
  'header',
  'cookie',
  'redirect',
  'baggage',
  'body',
] as const satisfies readonly CarrierKind[]
export type RequestCarrier = (typeof requestCarriers)[number]

export const faultKinds = ['lost', 'truncated', 'older', 'swapped', 'corrupted', 'duplicated'] as const
export type FaultKind = (typeof faultKinds)[number]

export type Step =
  | {
      readonly kind: 'write'
      readonly write: WriteKind
      readonly at: string
      /** The write happens and its answer does not arrive. */
      readonly losesResponse?: boolean
    }
  | { readonly kind: 'read'; readonly read: ReadKind; readonly at: string }
  | {
      readonly kind: 'carry'
      readonly carrier: CarrierKind
      readonly from: string
      readonly to: string
      readonly faults: readonly CarryFault[]
      /** Undefined: what the carrier does by itself. */
      readonly options?: CarrierOptions | undefined
    }
  /** One value a run, in turn. */
  | { readonly kind: 'wait'; readonly sweepMs: readonly number[] }
  | ({ readonly kind: 'poll'; readonly at: string } & Polling)
  /** The hop begins anew: a new client, and only what a carrier kept for it. */
  | { readonly kind: 'reconnect'; readonly at: string }
  /** Writes are buffered, and uploaded in order once the hop is back. */
  | {
      readonly kind: 'offline'
      readonly at: string
      readonly sweepMs: readonly number[]
      readonly writes: readonly WriteKind[]
    }
  /** A request to the user's own service, which writes or reads the version of this run. */
  | {
      readonly kind: 'request'
      readonly at: string
      readonly does: 'write' | 'read'
      readonly request: EndpointRequest
      /** Of a read: where the answer shows the version. */
      readonly version: VersionPlace | undefined
      /** Of a read: the status that means "not found". */
      readonly missing: number | undefined
    }
  /** Something happens to the simulated account. */
  | ({ readonly kind: 'simulate' } & AccountChange)
  /** Branches that run at the same time; the step ends with the last of them. */
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly Step[])[] }

/** `merge`: the two ranges of the last split become one again. `recreate`: the scenario's container is deleted and made again, empty. */
export const accountChangeKinds = ['failover', 'split', 'merge', 'recreate'] as const
export type AccountChange =
  | { readonly change: 'failover'; readonly to: string }
  | { readonly change: Exclude<(typeof accountChangeKinds)[number], 'failover'> }

/** A query repeated until the write shows, or until `withinMs` have passed. */
export interface Polling {
  readonly read: Extract<ReadKind, 'query' | 'cross-partition-query'>
  readonly everyMs: number
  readonly withinMs: number
}

/** What the token suffers on a carry, in a share of the runs of its schedule. The first fault that strikes wins. */
export interface CarryFault {
  readonly token: FaultKind
  readonly share: number
  /** For `older`: how many writes back. */
  readonly writesBack: number
  /** Undefined: in every run. */
  readonly schedule?: FaultSchedule | undefined
  /** For `truncated`: how many bytes of the header arrive. */
  readonly limitBytes?: number | undefined
  /** For `swapped`: a token of another partition key range where there is one (the default), or another user's. */
  readonly with?: SwapPartner | undefined
}

export const swapPartners = ['partition', 'user'] as const
export type SwapPartner = (typeof swapPartners)[number]

export type FaultSchedule =
  /** The last of each so many runs of an arm. */
  | { readonly kind: 'every'; readonly runs: number }
  /** Counted from the scenario's first run; without an end it stays. */
  | { readonly kind: 'window'; readonly afterMs: number; readonly forMs: number | undefined }

/** How a carrier does its work. Each option belongs to some carriers only. */
export interface CarrierOptions {
  /** What the way takes of the request; what is more is refused. */
  readonly limit?: SizeLimit | undefined
  /** `message`: between sending and delivery. `device`: time offline. One value a run, in turn. */
  readonly delayMs?: readonly number[] | undefined
  /** `message`: share of the deliveries after which an older message of the workflow comes once more. */
  readonly redelivery?: number | undefined
  /** `message`: share of the deliveries after which the message before comes late. */
  readonly reordering?: number | undefined
  /** `store`: its name in the configuration; undefined: a store in memory. */
  readonly store?: string | undefined
  /** `store`: how long it keeps a token. */
  readonly ttlMs?: number | undefined
}

/** A number of bytes for the part of the request that holds the token, or the limits of a known server. */
export type SizeLimit = { readonly bytes: number } | { readonly server: LimitedServer }
export const limitedServers = ['nginx', 'node'] as const
export type LimitedServer = (typeof limitedServers)[number]

export interface Arm {
  readonly name: string
  /** Share of the runs; the arms' shares add up to 1. */
  readonly share: number
  /**
   * `carried`: as the journey declares. `lost`: withheld on every carry. `unsatisfiable`: every carry delivers, in its place, one
   * far ahead of any commit.
   */
  readonly token: 'carried' | 'lost' | 'unsatisfiable'
  /** What the reads of a workaround do in place of bringing the token. */
  readonly instead?: Workaround
}

export type Workaround =
  | ({ readonly kind: 'poll' } & Polling)
  | { readonly kind: 'consistency'; readonly level: ConsistencyLevel }

/** What an arm is for. */
export type ArmRole = 'propagated' | 'control' | 'canary' | 'workaround'

export function armRole({ token, instead }: Arm): ArmRole {
  if (instead !== undefined) return 'workaround'
  return token === 'carried' ? 'propagated' : token === 'lost' ? 'control' : 'canary'
}

/** Every step of a journey, those within branches after the step that holds them. */
export const allSteps = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step) => (step.kind === 'parallel' ? [step, ...step.branches.flatMap(allSteps)] : [step]))

/** Whether a step of it deletes the document. */
export const deletesDocument = (scenario: Pick<Scenario, 'journey'>): boolean =>
  allSteps(scenario.journey).some(
    (step) =>
      (step.kind === 'write' && step.write === 'delete') ||
      (step.kind === 'offline' && step.writes.includes('delete')) ||
      (step.kind === 'request' && step.does === 'write' && step.request.method === 'DELETE'),
  )

/** Whether it changes the account, which only the simulated one lets anybody do. */
export const needsSimulator = (scenario: Pick<Scenario, 'journey'>): boolean =>
  allSteps(scenario.journey).some(({ kind }) => kind === 'simulate')

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

/** Whether any hop has a client of its own in this process; a journey through the user's services alone needs no account. */
export const needsTarget = (scenario: Pick<Scenario, 'hops'>): boolean =>
  scenario.hops.some((hop) => hop.endpoint === undefined)
