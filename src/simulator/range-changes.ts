import type { Container } from './container.ts'
import { ItemStore } from './item-store.ts'
import { isInKeyRange } from './partition-key.ts'
import { PartitionKeyRange, type RangeParts } from './partition-range.ts'
import { RangeLog } from './range-log.ts'
import { RefusedChange } from './refused-change.ts'
import type { ReplicationWorld } from './replication.ts'

export interface RangeChange {
  readonly world: ReplicationWorld
  readonly container: Container
  readonly nowMs: number
  /** How long requests for the children are told 410/1007. */
  readonly settlingMs: number
}

/**
 * Two children in the place of one range, each with half of its hash space. They go on from its log: the same LSNs, the same
 * replicas at the same positions, the same commits on their way, under a raised version.
 */
export function splitRange(change: RangeChange, parent: PartitionKeyRange): PartitionKeyRange[] {
  const { world, container, nowMs } = change
  const middle = middleOf(parent.minInclusive, parent.maxExclusive)
  const bounds = [
    { minInclusive: parent.minInclusive, maxExclusive: middle },
    { minInclusive: middle, maxExclusive: parent.maxExclusive },
  ] as const
  if (world.topology.hasSeveralWriteRegions) assemble([parent], nowMs)
  world.topology.version += 1
  const stores = [new ItemStore(), new ItemStore()] as const
  parent.items.moveTo((key) => stores[isInKeyRange(key, bounds[0]) ? 0 : 1])
  const children = bounds.map((bound, i) => {
    const where = { container: container.rid, range: container.nextRangeId() }
    return new PartitionKeyRange(world, where, bound, {
      ...heritage(change, [parent]),
      items: stores[i]!,
      logs: parent.logs.map((log) => log.continuedAs(where)),
    })
  })
  return settle(change, [parent], children)
}

/**
 * One child in the place of two neighbours. Its replicas have every commit of both: where one is held back from a region,
 * there is nothing to merge yet, and an error says so.
 */
export function mergeRanges(change: RangeChange, parents: readonly PartitionKeyRange[]): PartitionKeyRange[] {
  const { world, container, nowMs } = change
  const [left, right] = parents.toSorted((a, b) => (a.minInclusive < b.minInclusive ? -1 : 1))
  if (left === undefined || right === undefined || parents.length > 2 || left.maxExclusive !== right.minInclusive) {
    throw new RefusedChange('a merge needs two ranges that lie next to each other')
  }
  assemble(parents, nowMs)
  world.topology.version += 1
  const where = { container: container.rid, range: container.nextRangeId() }
  const items = new ItemStore()
  for (const parent of [left, right]) parent.items.moveTo(() => items)
  const logs = left.logs.map((log, index) => {
    // Above both parents' LSNs, so that either one's tokens are met by every replica.
    const lsn = Math.max(log.committedLsn, right.logs[index]!.committedLsn)
    return new RangeLog(log.replication.continuedAs(where), lsn)
  })
  const bounds = { minInclusive: left.minInclusive, maxExclusive: right.maxExclusive }
  const child = new PartitionKeyRange(world, where, bounds, { ...heritage(change, [left, right]), items, logs })
  child.catchUp(nowMs)
  return settle(change, parents, [child])
}

/**
 * Every replica has everything at once. Several logs need it for any change of configuration: only then does each token of the
 * new version tell of more than each of the old, as clients that merge them believe.
 */
export function assemble(ranges: readonly PartitionKeyRange[], nowMs: number): void {
  for (const range of ranges) {
    const region = range.heldBackFrom()
    if (region !== undefined) {
      throw new RefusedChange(`this change needs every commit in every region; some are held back from ${region.name}`)
    }
  }
  for (const range of ranges) range.catchUp(nowMs)
}

/** What the children have from their parents: of two lineages the one that reaches further, which takes either one's tokens. */
function heritage(
  { nowMs, settlingMs }: RangeChange,
  parents: readonly PartitionKeyRange[],
): Pick<RangeParts, 'lineage' | 'ancestors' | 'settledAtMs'> {
  const eldest = parents.toSorted((a, b) => b.lineage.version - a.lineage.version)[0]!
  return {
    lineage: eldest.lineage,
    ancestors: [...new Set([...parents.map(({ id }) => id), ...parents.flatMap(({ ancestors }) => ancestors)])],
    settledAtMs: nowMs + settlingMs,
  }
}

function settle(
  { world, container, nowMs }: RangeChange,
  parents: readonly PartitionKeyRange[],
  children: readonly PartitionKeyRange[],
): PartitionKeyRange[] {
  const keepsAll = parents.length === 1 || parents.every(({ lineage }) => !lineage.hasLost)
  for (const child of children) child.reconfigure(world.topology.version, keepsAll)
  container.replaceRanges(parents, children)
  world.journal.append({
    kind: 'ranges',
    atMs: nowMs,
    container: container.rid,
    parents: parents.map(({ id }) => id),
    children: children.map(({ id, minInclusive, maxExclusive }) => ({ id, minInclusive, maxExclusive })),
  })
  return [...children]
}

const digits = 32
/** The hash clears its two highest bits: `FF`, the end, stands for the first value past it. */
const endOfHashes = 0x40n << BigInt((digits - 2) * 4)

function middleOf(minInclusive: string, maxExclusive: string): string {
  const place = (bound: string) =>
    bound === 'FF' ? endOfHashes : BigInt(`0x${bound.padEnd(digits, '0').slice(0, digits)}`)
  const middle = ((place(minInclusive) + place(maxExclusive)) / 2n).toString(16).toUpperCase().padStart(digits, '0')
  return middle.replace(/(00)+$/, '')
}
