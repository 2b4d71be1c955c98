import type { Container } from './container.ts'
import { type ItemRequest, withOwner } from './item-access.ts'
import type { LogicalPartition } from './item-store.ts'
import type { KeyRange, PartitionKeyValue, Reply } from './operation.ts'
import { beginsWith, isInKeyRange, keyRangeOfPrefix, printPartitionKey } from './partition-key.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'

/** What a feed (a query, the change feed) is about: one partition, a prefix of a hierarchical key, a range, or all. */
export interface FeedTarget {
  readonly partitionKey?: PartitionKeyValue
  readonly rangeId?: string
  readonly keyRange?: KeyRange
}

/** The ranges that a feed reads, in the order of the hash space. */
export function targetRanges(
  { container, trace }: ItemRequest,
  { partitionKey, rangeId }: FeedTarget,
): readonly PartitionKeyRange[] | Reply {
  if (partitionKey !== undefined && partitionKey.length > container.partitionKeyPaths.length) {
    const message = `The partition key has ${partitionKey.length} levels; the container's has ${container.partitionKeyPaths.length}.`
    return withOwner(refusal(400, message, { substatus: 1001 }), container)
  }
  if (partitionKey !== undefined) {
    const key = printPartitionKey(partitionKey)
    trace.partitionKey = key
    if (!isPrefix(container, partitionKey)) return [container.rangeOf(partitionKey, key)]
    const { minInclusive, maxExclusive } = keyRangeOfPrefix(partitionKey)
    const overlaps = (range: PartitionKeyRange) =>
      range.minInclusive < maxExclusive && minInclusive < range.maxExclusive
    return container.ranges.filter(overlaps)
  }
  if (rangeId === undefined) return container.ranges
  const range = container.range(rangeId)
  return range === undefined ? withOwner(rangeGone(), container) : [range]
}

/** The logical partitions of one range that a feed is about. */
export function targetPartitions(
  { container }: ItemRequest,
  target: FeedTarget,
  range: PartitionKeyRange,
): Iterable<LogicalPartition> {
  const { partitionKey, keyRange } = target
  if (partitionKey !== undefined && !isPrefix(container, partitionKey)) {
    const partition = range.items.partition(printPartitionKey(partitionKey))
    return partition ? [partition] : []
  }
  const all = range.items.partitions()
  return partitionKey === undefined && keyRange === undefined ? all : partitionsWithin(all, target)
}

function* partitionsWithin(
  partitions: Iterable<LogicalPartition>,
  { partitionKey, keyRange }: FeedTarget,
): Generator<LogicalPartition> {
  for (const partition of partitions) {
    if (partitionKey !== undefined && !beginsWith(partition.key, partitionKey)) continue
    if (keyRange !== undefined && !isInKeyRange(partition.key, keyRange)) continue
    yield partition
  }
}

export const rangeGone = (): Reply => refusal(410, 'The partition key range does not exist.', { substatus: 1002 })

const isPrefix = (container: Container, key: PartitionKeyValue): boolean =>
  key.length < container.partitionKeyPaths.length
