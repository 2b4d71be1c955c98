import { effectivePartitionKey, evenRangeBounds } from '../protocol/partition-key-hash.ts'
import type { ContainerDefinition, Json, PartitionKeyValue } from './operation.ts'
import { parsePath } from './partition-key.ts'
import { PartitionKeyRange } from './partition-range.ts'
import type { ReplicationWorld } from './replication.ts'

export const systemProperties = ['_rid', '_self', '_etag', '_attachments', '_ts']

/** A container: its definition, its ranges, its provisioned throughput. */
export class Container {
  readonly rid: string
  /** `dbs/x/colls/y`, by names. */
  readonly path: string
  /** `dbs/…/colls/…/`, by resource ids. */
  readonly self: string
  #ranges: readonly PartitionKeyRange[]
  #rangeIds: readonly string[]
  readonly partitionKeyPaths: readonly (readonly string[])[]
  /** Top-level properties that no patch may change. */
  readonly fixedProperties: readonly string[]
  readonly createdAtSecond: number
  /** Ids of ranges are never given out twice. */
  #nextRange: number
  definition: ContainerDefinition
  /** Request units a second. */
  throughput: number
  /** Raised by each replacement of the definition. */
  revision = 1
  /** Of each range that was split or merged away, those that it came from. */
  readonly #formerAncestors = new Map<string, readonly string[]>()

  constructor(
    world: ReplicationWorld,
    place: {
      readonly databaseRid: string
      readonly rid: string
      readonly path: string
      readonly createdAtSecond: number
    },
    definition: ContainerDefinition,
    layout: { readonly ranges: number; readonly throughput: number },
  ) {
    this.rid = place.rid
    this.path = place.path
    this.self = `dbs/${place.databaseRid}/colls/${place.rid}/`
    this.createdAtSecond = place.createdAtSecond
    this.definition = definition
    this.throughput = layout.throughput
    this.partitionKeyPaths = definition.partitionKey.paths.map(parsePath)
    this.fixedProperties = ['id', ...systemProperties, ...this.partitionKeyPaths.map((names) => names[0]!)]
    const bounds = evenRangeBounds(layout.ranges)
    this.#ranges = bounds.map(
      (minInclusive, i) =>
        new PartitionKeyRange(
          world,
          { container: place.rid, range: String(i) },
          { minInclusive, maxExclusive: bounds[i + 1] ?? 'FF' },
        ),
    )
    this.#rangeIds = this.#ranges.map(({ id }) => id)
    this.#nextRange = bounds.length
  }

  /** In the order of the hash space. */
  get ranges(): readonly PartitionKeyRange[] {
    return this.#ranges
  }

  /** In the same order. */
  get rangeIds(): readonly string[] {
    return this.#rangeIds
  }

  nextRangeId(): string {
    return String(this.#nextRange++)
  }

  /** The ranges that a range of this container came from; also of one that is there no more. */
  readonly ancestry = (range: string): readonly string[] =>
    this.range(range)?.ancestors ?? this.#formerAncestors.get(range) ?? []

  /** Puts ranges in the place of those that they came from. */
  replaceRanges(parents: readonly PartitionKeyRange[], children: readonly PartitionKeyRange[]): void {
    for (const { id, ancestors } of parents) this.#formerAncestors.set(id, ancestors)
    this.#ranges = [...this.ranges.filter((range) => !parents.includes(range)), ...children].toSorted((a, b) =>
      a.minInclusive < b.minInclusive ? -1 : 1,
    )
    this.#rangeIds = this.#ranges.map(({ id }) => id)
  }

  range(id: string): PartitionKeyRange | undefined {
    for (const range of this.#ranges) if (range.id === id) return range
    return undefined
  }

  /** `printed` is the key as `printPartitionKey` prints it. */
  rangeOf(key: PartitionKeyValue, printed: string): PartitionKeyRange {
    // Hashing a key costs more than a whole point read; the range that already has it is found without.
    for (const range of this.#ranges) if (range.items.partition(printed) !== undefined) return range
    const effective = effectivePartitionKey(key)
    return this.ranges.findLast(({ minInclusive }) => minInclusive <= effective)!
  }

  /** Request units a second of one range in one region. */
  get throughputPerRange(): number {
    return this.throughput / this.ranges.length
  }

  get etag(): string {
    return `"${this.rid}-${this.revision}"`
  }

  body(): Json {
    const { _ts, ...definition } = this.definition as { readonly [property: string]: Json }
    return {
      indexingPolicy: defaultIndexingPolicy,
      ...definition,
      partitionKey: {
        kind: this.partitionKeyPaths.length > 1 ? 'MultiHash' : 'Hash',
        version: 2,
        ...this.#partitionKey,
      },
      _rid: this.rid,
      _ts: this.createdAtSecond,
      _self: this.self,
      _etag: this.etag,
      _docs: 'docs/',
      _sprocs: 'sprocs/',
      _triggers: 'triggers/',
      _udfs: 'udfs/',
      _conflicts: 'conflicts/',
    }
  }

  rangesBody(): Json {
    const body = this.ranges.map((range) => ({
      _rid: `${this.rid}-${range.id}`,
      id: range.id,
      _etag: `"${this.rid}-${range.id}"`,
      minInclusive: range.minInclusive,
      maxExclusive: range.maxExclusive,
      ridPrefix: Number(range.id),
      _self: `${this.self}pkranges/${this.rid}-${range.id}/`,
      throughputFraction: 1 / this.ranges.length,
      status: 'online',
      parents: range.ancestors.toReversed(),
      _ts: this.createdAtSecond,
    }))
    return { _rid: this.rid, PartitionKeyRanges: body, _count: body.length }
  }

  get #partitionKey(): { readonly [key: string]: Json } {
    const { paths, kind, version } = this.definition.partitionKey
    return { paths, ...(kind === undefined ? {} : { kind }), ...(version === undefined ? {} : { version }) }
  }
}

const defaultIndexingPolicy: Json = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
}

/** Policies that would change answers and are not simulated. An empty one is as good as none. */
const refusedPolicies: Readonly<Record<string, string>> = {
  analyticalStorageTtl: 'the analytical store',
  changeFeedPolicy: 'change feed policies',
  clientEncryptionPolicy: 'client-side encryption',
  computedProperties: 'computed properties',
  fullTextPolicy: 'full-text search',
  materializedViewDefinition: 'materialized views',
  uniqueKeyPolicy: 'unique keys',
  vectorEmbeddingPolicy: 'vector search',
}

/** Why a container cannot be made so: 400, the definition is wrong; 501, the simulator lacks something that it asks for. */
export function problemWithDefinition(
  definition: ContainerDefinition,
): { readonly status: 400 | 501; readonly message: string } | undefined {
  const paths: readonly unknown[] = Array.isArray(definition.partitionKey?.paths) ? definition.partitionKey.paths : []
  if (paths.length === 0 || paths.length > 3) {
    return { status: 400, message: 'A container needs a partition key of one to three paths.' }
  }
  if (!paths.every((path) => typeof path === 'string' && path.startsWith('/') && path.length > 1)) {
    return { status: 400, message: 'A partition key path starts with / and names a property.' }
  }
  const { defaultTtl } = definition
  if (
    defaultTtl !== undefined &&
    defaultTtl !== null &&
    !(Number.isInteger(defaultTtl) && (defaultTtl === -1 || defaultTtl > 0))
  ) {
    return { status: 400, message: 'defaultTtl is neither -1 nor a whole number of seconds above 0.' }
  }
  for (const [policy, feature] of Object.entries(refusedPolicies)) {
    if (!isEmptyPolicy(definition[policy]))
      return { status: 501, message: `The simulator does not support ${feature}.` }
  }
  return undefined
}

function isEmptyPolicy(policy: unknown): boolean {
  if (policy === undefined || policy === null || policy === 0) return true
  if (typeof policy !== 'object') return false
  return Object.values(policy).every(isEmptyPolicy)
}
