import type { BatchedOperation, Item, ItemOperation, Json } from './operation.ts'
import { applyPatch } from './patch.ts'

/** The document limit (https://learn.microsoft.com/azure/cosmos-db/concepts-limits). */
export const itemBytesMax = 2 * 1024 * 1024

export type ItemWrite = Exclude<BatchedOperation, { kind: 'readItem' }>

/** Whether only a region that takes writes answers the operation. */
export function isWrite(operation: ItemOperation): boolean {
  if (operation.kind === 'batchItems' || operation.kind === 'bulkItems') {
    return operation.operations.some(({ kind }) => kind !== 'readItem')
  }
  return !readKinds.has(operation.kind)
}

const readKinds: ReadonlySet<ItemOperation['kind']> = new Set(['readItem', 'queryItems', 'readChanges'])

/** The item as the write finds it. */
export interface Found {
  readonly item: Item
  /** Printed only where a write names one. */
  readonly etag: () => string
}

/** What becomes of the item. `next` undefined with status 2xx: it is deleted. Else: refused, nothing changes. */
export type WriteDecision =
  | { readonly status: 200 | 201 | 204; readonly next: Item | undefined }
  | { readonly status: 400 | 404 | 409 | 412 | 413 | 501; readonly substatus?: number; readonly message: string }

export interface WriteRules {
  /** Evaluates a patch's condition on the item as found; may throw the query room's QueryProblem. */
  readonly matches: (condition: string) => boolean
  /** Top-level properties that a patch must leave alone. */
  readonly fixedProperties: readonly string[]
}

/** What a write does to the item, decided from the newest state alone. */
export function decideWrite(operation: ItemWrite, found: Found | undefined, rules: WriteRules): WriteDecision {
  if (operation.kind === 'createItem' && found !== undefined) {
    return { status: 409, message: 'An item with this id already exists in the partition.' }
  }
  if (found === undefined && operation.kind !== 'createItem' && operation.kind !== 'upsertItem') {
    return { status: 404, message: 'The item does not exist.' }
  }
  if (!etagMatches(operation.ifMatch, found)) {
    return { status: 412, message: 'The item has another ETag than the if-match header names.' }
  }
  if (operation.kind === 'deleteItem') return { status: 204, next: undefined }
  if (operation.kind === 'patchItem') return decidePatch(operation, found!, rules)
  const problem = problemWithItem(operation.item)
  if (problem !== undefined) return { status: 400, message: problem }
  if (operation.kind === 'replaceItem' && operation.item.id !== operation.id) {
    return { status: 400, message: 'The id of the item differs from the id that is replaced.' }
  }
  return { status: found === undefined ? 201 : 200, next: operation.item }
}

function decidePatch(
  operation: Extract<ItemWrite, { kind: 'patchItem' }>,
  found: Found,
  rules: WriteRules,
): WriteDecision {
  const { condition, operations } = operation.patch
  if (condition !== undefined && !rules.matches(condition)) {
    return { status: 412, message: 'The item does not meet the condition of the patch.' }
  }
  const patched = applyPatch(found.item, operations, rules.fixedProperties)
  if ('problem' in patched) return { status: 400, message: patched.problem }
  const problem = problemWithItem(patched.item)
  return problem === undefined ? { status: 200, next: patched.item } : { status: 400, message: problem }
}

/** An upsert that creates has nothing that its if-match could fail on. */
const etagMatches = (ifMatch: string | undefined, found: Found | undefined): boolean =>
  ifMatch === undefined || ifMatch === '*' || found === undefined || ifMatch === found.etag()

export function problemWithItem(item: { readonly [key: string]: Json }): string | undefined {
  const { id, ttl } = item
  if (typeof id !== 'string') return 'The item has no id that is a string.'
  if (id === '') return 'The id of the item is empty.'
  if (Buffer.byteLength(id) > 1023) return 'The id of the item is longer than 1023 bytes.'
  if (/[/\\?#]/.test(id)) return 'The id of the item contains one of / \\ ? #.'
  if (ttl !== undefined && !isTtl(ttl))
    return 'The ttl of the item is neither -1 nor a whole number of seconds above 0.'
  return undefined
}

export const isTtl = (ttl: Json | undefined): ttl is number =>
  typeof ttl === 'number' && Number.isInteger(ttl) && (ttl === -1 || (ttl > 0 && ttl <= 2_147_483_647))

/** When the item expires; undefined: never. Without a default on the container nothing does, whatever the item says. */
export function expiryMs(
  ttl: Json | undefined,
  defaultTtl: number | undefined,
  committedAtMs: number,
): number | undefined {
  if (defaultTtl === undefined) return undefined
  const seconds = typeof ttl === 'number' ? ttl : defaultTtl
  return seconds === -1 ? undefined : committedAtMs + seconds * 1000
}
