import {
  type PartitionKey,
  type PartitionKeyDefinition,
  PartitionKeyDefinitionVersion,
  PartitionKeyKind,
  type PatchOperation,
} from '@azure/cosmos'
import type { ProbeDocument } from '../domain/document-store.ts'

/** A document as the service keeps and returns it. */
export interface StoredDocument {
  readonly id: string
  readonly [field: string]: unknown
}

/** Fields that hopwatch writes itself; a partition key path may not begin with one of them. */
export const ownFields = ['version', 'owner', 'run', 'ttl'] as const

/** One level of a container's partition key, read once and used on every operation. */
export interface KeyLevel {
  readonly path: string
  readonly segments: readonly string[]
}

export const keyLevels = (paths: readonly string[]): KeyLevel[] =>
  paths.map((path) => ({ path, segments: segmentsOf(path) }))

/**
 * The value at each level of the partition key. A level at `/id` is the document's id, whatever the caller chose: the
 * service takes it from there.
 */
export const keyValues = (levels: readonly KeyLevel[], chosen: readonly string[], id: string): string[] =>
  levels.map(({ path }, index) => (path === '/id' ? id : (chosen[index] ?? '')))

/** As the SDK wants it: a plain value for one level, an array for several. */
export const sdkPartitionKey = (values: string[]): PartitionKey => (values.length === 1 ? values[0]! : values)

/** `{id, <partition key, nested where its path is>, version, owner, run, ttl}`. */
export function storedDocument(document: ProbeDocument, levels: readonly KeyLevel[]): StoredDocument {
  const { id, version, owner, run, ttlSeconds } = document
  const fields: Record<string, unknown> = {}
  keyValues(levels, document.partitionKey, id).forEach((value, index) => {
    setAt(fields, levels[index]!.segments, value)
  })
  return { ...fields, id, version, owner, run, ttl: ttlSeconds }
}

/** Sets what a newer version changes. The time to live starts again with every write. */
export const patchOf = ({ version, owner, run }: ProbeDocument): PatchOperation[] => [
  { op: 'set', path: '/version', value: version },
  { op: 'set', path: '/owner', value: owner },
  { op: 'set', path: '/run', value: run },
]

/**
 * What a read learns from a document. One that does not look like a probe document was written by somebody else: it has
 * an owner that is nobody's, so that its version is never judged.
 */
export function versionOf(stored: StoredDocument): { version: number; owner: string } {
  const { version, owner } = stored
  if (typeof version === 'number' && typeof owner === 'string') return { version, owner }
  return { version: 0, owner: '' }
}

/** A cross-partition query may find the same id in another partition. */
export const isInPartition = (
  stored: StoredDocument,
  levels: readonly KeyLevel[],
  values: readonly string[],
): boolean => levels.every(({ segments }, index) => getAt(stored, segments) === values[index])

export const containerDefinition = (
  id: string,
  paths: readonly string[],
): { id: string; partitionKey: PartitionKeyDefinition } => ({
  id,
  partitionKey: partitionKeyDefinition(paths),
})

export const partitionKeyDefinition = (paths: readonly string[]): PartitionKeyDefinition => ({
  paths: [...paths],
  kind: paths.length === 1 ? PartitionKeyKind.Hash : PartitionKeyKind.MultiHash,
  version: PartitionKeyDefinitionVersion.V2,
})

/** `/address/zip code` or, quoted, `/"a/b"/c`. */
export const segmentsOf = (path: string): string[] =>
  [...path.matchAll(/\/(?:"([^"]*)"|([^/]+))/g)].map(([, quoted, plain]) => quoted ?? plain!)

function setAt(target: Record<string, unknown>, segments: readonly string[], value: string): void {
  let level = target
  for (const segment of segments.slice(0, -1)) {
    const inner = level[segment]
    const next = isObject(inner) ? inner : {}
    level[segment] = next
    level = next
  }
  const last = segments.at(-1)
  if (last !== undefined) level[last] = value
}

function getAt(source: unknown, segments: readonly string[]): unknown {
  let level = source
  for (const segment of segments) level = isObject(level) ? level[segment] : undefined
  return level
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
