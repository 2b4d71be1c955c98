import type { Container } from './container.ts'
import { type ItemRequest, withOwner } from './item-access.ts'
import type { ItemChain, ItemVersion } from './item-store.ts'
import type { PartitionKeyValue, Reply } from './operation.ts'
import { refusal } from './replies.ts'
import { itemResourceId } from './resource-id.ts'

/**
 * The item as a reader gets it. Most system properties are made anew each time: keeping them would double the memory of a
 * small document.
 */
export function wholeItem(
  { container, world }: ItemRequest,
  birth: Birth,
  version: Pick<ItemVersion, 'item' | 'log' | 'lsn' | 'configuration' | 'committedAtMs'>,
) {
  birth.resourceId ??= itemResourceId(container.rid, birth.birthplace, birth.number)
  const rid = birth.resourceId
  return {
    ...version.item!,
    _rid: rid,
    _self: `${container.self}docs/${rid}/`,
    _etag: etagOf(container, birth.birthplace, version),
    _attachments: 'attachments/',
    _ts: Math.floor((world.settings.wallOriginMs + version.committedAtMs) / 1000),
  }
}

/** What an item is known by for life. */
export type Birth = Pick<ItemChain, 'birthplace' | 'number' | 'resourceId'>

/** A commit has its own: the configuration tells apart LSNs that a forced failover gave out twice. */
export const etagOf = (
  container: Container,
  birthplace: string,
  { log, lsn, configuration }: Pick<ItemVersion, 'log' | 'lsn' | 'configuration'>,
): string => `"${container.rid}-${birthplace}-${configuration}-${log === 0 ? '' : `${log}.`}${lsn}"`

export function problemWithKey(container: Container, key: PartitionKeyValue): Reply | undefined {
  if (key.length === container.partitionKeyPaths.length) return undefined
  const message = `The partition key has ${key.length} levels; the container's has ${container.partitionKeyPaths.length}.`
  return withOwner(refusal(400, message, { substatus: 1001 }), container)
}
