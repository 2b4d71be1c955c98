import type { Container } from './container.ts'
import { type ItemRequest, withOwner } from './item-access.ts'
import type { ItemVersion } from './item-store.ts'
import type { PartitionKeyValue, Reply } from './operation.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'
import { itemResourceId } from './resource-id.ts'

export const systemProperties = ['_rid', '_self', '_etag', '_attachments', '_ts']

/**
 * The item as a reader gets it. System properties are made anew each time: keeping them would double the memory of a
 * small document.
 */
export function wholeItem(
  { container, world }: ItemRequest,
  range: PartitionKeyRange,
  number: number,
  version: Pick<ItemVersion, 'item' | 'lsn' | 'committedAtMs'>,
) {
  const rid = itemResourceId(container.rid, range.id, number)
  return {
    ...version.item!,
    _rid: rid,
    _self: `${container.self}docs/${rid}/`,
    _etag: etagOf(container, range, version.lsn),
    _attachments: 'attachments/',
    _ts: Math.floor((world.settings.wallOriginMs + version.committedAtMs) / 1000),
  }
}

/** A commit has its own: the version tells apart LSNs that a forced failover gave out twice. */
export function etagOf(container: Container, range: PartitionKeyRange, lsn: number): string {
  const version = lsn > range.committedLsn ? range.version : range.versionOfCommit(lsn)
  return `"${container.rid}-${range.id}-${version}-${lsn}"`
}

export function problemWithKey(container: Container, key: PartitionKeyValue): Reply | undefined {
  if (key.length === container.partitionKeyPaths.length) return undefined
  const message = `The partition key has ${key.length} levels; the container's has ${container.partitionKeyPaths.length}.`
  return withOwner(refusal(400, message, { substatus: 1001 }), container)
}
