import type { ConsistencyLevel } from '../protocol/consistency-level.ts'

/**
 * The gate between the simulator's core and its ways in. The wire parses HTTP into an Operation and prints a Reply;
 * the direct way builds Operations itself. The core never sees HTTP and never waits.
 */
export type Operation =
  | { readonly kind: 'readAccount' }
  | { readonly kind: 'createDatabase'; readonly id: string; readonly throughput?: number }
  | { readonly kind: 'readDatabase' | 'deleteDatabase'; readonly database: string }
  | { readonly kind: 'listDatabases' }
  | {
      readonly kind: 'createContainer'
      readonly database: string
      readonly definition: ContainerDefinition
      readonly throughput?: number
    }
  | { readonly kind: 'readContainer' | 'deleteContainer'; readonly database: string; readonly container: string }
  | {
      readonly kind: 'replaceContainer'
      readonly database: string
      readonly container: string
      readonly definition: ContainerDefinition
    }
  | { readonly kind: 'listContainers'; readonly database: string }
  | { readonly kind: 'readPartitionKeyRanges'; readonly database: string; readonly container: string }
  | { readonly kind: 'readOffers' }
  | { readonly kind: 'replaceOffer'; readonly offerId: string; readonly throughput: number }
  | ItemOperation

export interface ContainerDefinition {
  readonly id: string
  readonly partitionKey: { readonly paths: readonly string[]; readonly kind?: string; readonly version?: number }
  /** Absent: TTL off. -1: on, items expire only by their own `ttl`. n: on, n seconds unless the item says otherwise. */
  readonly defaultTtl?: number
  readonly [property: string]: unknown
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type Item = { readonly id: string; readonly [key: string]: Json }
/** One element a level of the key; an absent level (`[{}]` on the wire) is undefined. */
export type PartitionKeyValue = readonly (string | number | boolean | null | undefined)[]

/** A part of the hash space, in effective partition keys: what a range that was merged away used to hold. */
export interface KeyRange {
  readonly minInclusive: string
  readonly maxExclusive: string
}

interface ItemTarget {
  readonly database: string
  readonly container: string
  readonly consistency?: ConsistencyLevel
  /** As received; the core parses and enforces it. */
  readonly sessionToken?: string
}

export type ItemOperation = ItemTarget &
  (
    | {
        readonly kind: 'createItem' | 'upsertItem'
        readonly partitionKey?: PartitionKeyValue
        readonly item: Item
        readonly ifMatch?: string
      }
    | {
        readonly kind: 'readItem'
        readonly partitionKey: PartitionKeyValue
        readonly id: string
        readonly ifNoneMatch?: string
      }
    | {
        readonly kind: 'replaceItem'
        readonly partitionKey: PartitionKeyValue
        readonly id: string
        readonly item: Item
        readonly ifMatch?: string
      }
    | {
        readonly kind: 'patchItem'
        readonly partitionKey: PartitionKeyValue
        readonly id: string
        readonly patch: PatchSpecification
        readonly ifMatch?: string
      }
    | {
        readonly kind: 'deleteItem'
        readonly partitionKey: PartitionKeyValue
        readonly id: string
        readonly ifMatch?: string
      }
    | {
        readonly kind: 'queryItems'
        /** Absent: all ranges, or `rangeId`. */
        readonly partitionKey?: PartitionKeyValue
        readonly rangeId?: string
        readonly query: string
        readonly parameters?: readonly { readonly name: string; readonly value: Json }[]
        readonly maxItemCount?: number
        readonly continuation?: string
        readonly keyRange?: KeyRange
      }
    | {
        /** The change feed, latest version: each item that changed, as it is now, in the order of the log; no deletes. */
        readonly kind: 'readChanges'
        readonly partitionKey?: PartitionKeyValue
        readonly rangeId?: string
        readonly keyRange?: KeyRange
        /** The ETag of an earlier page, or `*`: from now on. Absent: from the beginning. */
        readonly since?: string
        /** Only what was written at or after this time, in milliseconds since the Unix epoch. */
        readonly sinceWallMs?: number
        readonly maxItemCount?: number
      }
    | {
        /** Transactional: all of one partition key, all or nothing, one commit. */
        readonly kind: 'batchItems'
        readonly partitionKey: PartitionKeyValue
        readonly operations: readonly BatchedOperation[]
        /** Writes answer without the item. */
        readonly minimal?: boolean
      }
    | {
        /** Bulk: each operation by itself, all of one range, each with its own partition key. */
        readonly kind: 'bulkItems'
        readonly rangeId: string
        readonly operations: readonly BatchedOperation[]
        readonly continueOnError: boolean
        readonly minimal?: boolean
      }
  )

/** One operation of a batch: an item operation without its target, which the batch names. */
export type BatchedOperation = WithoutTarget<Extract<ItemOperation, { kind: SingleItemKind }>>
type SingleItemKind = 'createItem' | 'upsertItem' | 'readItem' | 'replaceItem' | 'patchItem' | 'deleteItem'
type WithoutTarget<T> = T extends ItemTarget ? Omit<T, keyof ItemTarget> : never

export interface PatchSpecification {
  readonly condition?: string
  readonly operations: readonly {
    readonly op: 'add' | 'set' | 'replace' | 'remove' | 'incr' | 'move'
    readonly path: string
    readonly value?: Json
    readonly from?: string
  }[]
}

export interface Reply {
  readonly status: number
  readonly substatus?: number
  readonly body?: Json
  readonly requestCharge: number
  /** `range:version#globalLSN#region=localLSN…` of the range that answered. */
  readonly sessionToken?: string
  readonly etag?: string
  readonly continuation?: string
  readonly itemCount?: number
  readonly retryAfterMs?: number
  /** LSN of the replica that answered. */
  readonly lsn?: number
  /** Collection resource id (8 bytes, base64, `-` for `/`) and its path: the SDK files session tokens under them. */
  readonly ownerRid?: string
  readonly ownerPath?: string
}

/**
 * What the core says to one operation at one moment: a reply, or the time at which asking again is worthwhile
 * (a session read that waits for its replica). The way in sleeps until then and calls again with the same `attempt`.
 */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly fault?: WireFault }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly attempt: unknown }

/** What a fault rule or an offline region asks of the wire beyond a reply. */
export interface WireFault {
  /** Wait this long before answering. */
  readonly delayMs?: number
  /** `reset`: cut the connection. `hang`: never answer. `truncate`: cut the body in the middle. */
  readonly connection?: 'reset' | 'hang' | 'truncate'
}
