import { expiryOf, type ItemRequest, visibleItem } from './item-access.ts'
import { type ItemChain, type ItemVersion, versionAt } from './item-store.ts'
import { type Birth, etagOf, wholeItem } from './item-view.ts'
import { decideWrite, type Found, type ItemWrite, itemBytesMax } from './item-write.ts'
import type { LogState } from './log-state.ts'
import type { Item, Json, Reply } from './operation.ts'
import type { CommitPosition, PartitionKeyRange, RangeWrite } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { compiledQuery } from './sql/cache.ts'

type Staged = RangeWrite & Birth

/** An item as the transaction finds it. */
type Before = Pick<ItemVersion, 'item' | 'bytes' | 'log' | 'lsn' | 'configuration' | 'committedAtMs'>

/** Writes of one range that become one commit. Each is decided on what the ones before it left. */
export class Transaction {
  readonly #request: ItemRequest
  readonly #range: PartitionKeyRange
  readonly #state: LogState
  /** Where the commit will stand. */
  readonly #position: CommitPosition
  #staged: readonly Staged[] = []

  constructor(request: ItemRequest, range: PartitionKeyRange) {
    this.#request = request
    this.#range = range
    this.#state = range.writeState(request.region, request.nowMs)
    this.#position = range.nextCommit(request.region)
  }

  /** The answer that the write gets if the transaction is committed. Throws the query room's problem with a condition. */
  write(operation: ItemWrite, key: string, id: string): Reply {
    const { container, nowMs } = this.#request
    const chain = this.#range.items.chain(key, id)
    const before = this.#before(key, id, chain)
    const item = visibleItem(container, before, nowMs)
    const birth = this.#birthOf(key, id, chain)
    const found: Found | undefined = item && before && { item, etag: () => etagOf(container, birth.birthplace, before) }
    const decision = decideWrite(operation, found, {
      matches: (condition) => matchesCondition(wholeItem(this.#request, birth, before!), condition),
      fixedProperties: container.fixedProperties,
    })
    if ('message' in decision) {
      const { status, message, substatus } = decision
      return refusal(status, message, { substatus, requestCharge: requestCharge.refusedWrite() })
    }
    if (decision.next === undefined) {
      this.#stage(key, id, undefined, 0, birth)
      return { status: 204, requestCharge: requestCharge.remove(before?.bytes ?? 0) }
    }
    const next = frozenWithin(decision.next)
    const body = wholeItem(this.#request, birth, this.#asCommitted(next))
    const bytes = Buffer.byteLength(JSON.stringify(body))
    if (bytes > itemBytesMax) {
      return refusal(413, 'The item is larger than 2 MB.', { requestCharge: requestCharge.refusedWrite() })
    }
    this.#stage(key, id, next, bytes, birth)
    const charge = found === undefined ? requestCharge.create(bytes) : requestCharge.replace(bytes)
    return { status: decision.status, body, requestCharge: charge, etag: body._etag }
  }

  /** The item as the transaction would leave it so far, for a read in a batch; undefined: not there. */
  read(key: string, id: string): { readonly body: ReturnType<typeof wholeItem>; readonly bytes: number } | undefined {
    const chain = this.#range.items.chain(key, id)
    const before = this.#before(key, id, chain)
    if (before === undefined || visibleItem(this.#request.container, before, this.#request.nowMs) === undefined) {
      return undefined
    }
    return { body: wholeItem(this.#request, this.#birthOf(key, id, chain), before), bytes: before.bytes }
  }

  /** Commits what was staged, if anything. Returns the state that answers the write. */
  commit(): LogState {
    const { region, nowMs, container } = this.#request
    if (this.#staged.length === 0) return this.#state
    this.#range.commit(region, this.#position, this.#state, this.#staged, nowMs, expiryOf(container))
    return this.#range.writeState(region, nowMs)
  }

  #stage(
    key: string,
    id: string,
    item: Item | undefined,
    bytes: number,
    { birthplace, number, resourceId }: Birth,
  ): void {
    const staged = { key, id, item, bytes, birthplace, number, resourceId }
    this.#staged = this.#staged.length === 0 ? [staged] : [...this.#staged, staged]
  }

  #before(key: string, id: string, chain: ItemChain | undefined): Before | undefined {
    const staged = this.#staged.findLast((write) => write.id === id && write.key === key)
    return staged ? { ...this.#asCommitted(staged.item), bytes: staged.bytes } : versionAt(chain, this.#state)
  }

  #asCommitted(item: Item | undefined) {
    const { log, lsn, version } = this.#position
    return { item, log, lsn, configuration: version, committedAtMs: this.#request.nowMs }
  }

  #birthOf(key: string, id: string, chain: ItemChain | undefined): Birth {
    const born = chain ?? this.#staged.find((write) => write.key === key && write.id === id)
    if (born !== undefined) return born
    let number = this.#range.items.nextItemNumber
    for (const staged of this.#staged) number = Math.max(number, staged.number + 1)
    return { birthplace: this.#range.id, number, resourceId: undefined }
  }
}

function matchesCondition(item: Item, condition: string): boolean {
  return (
    compiledQuery(`SELECT * ${condition}`).run([{ item, place: [0, 0] }], [], { maxItemCount: 1 }).results.length > 0
  )
}

/** A copy of the item's own. Replies hand out what lies within it: nobody may change that afterwards. */
function frozenWithin(item: Item): Item {
  const copy = { ...item }
  for (const name in copy) freezeDeep(copy[name]!)
  return copy
}

function freezeDeep(value: Json): void {
  if (value === null || typeof value !== 'object') return
  for (const inner of Object.values(value)) freezeDeep(inner)
  Object.freeze(value)
}
