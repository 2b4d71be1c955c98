import { expiryOf, type ItemRequest, visibleItem } from './item-access.ts'
import type { ItemChain, ItemVersion } from './item-store.ts'
import { etagOf, systemProperties, wholeItem } from './item-view.ts'
import { decideWrite, type Found, type ItemWrite, itemBytesMax } from './item-write.ts'
import type { Item, Json, Reply } from './operation.ts'
import type { PartitionKeyRange, RangeWrite } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { compiledQuery } from './sql/cache.ts'

interface Staged extends RangeWrite {
  /** The item's number in its range. */
  readonly number: number
}

/** Writes of one range that become one commit. Each is decided on what the ones before it left. */
export class Transaction {
  readonly #request: ItemRequest
  readonly #range: PartitionKeyRange
  /** The LSN that the commit will get. */
  readonly #lsn: number
  readonly #staged: Staged[] = []

  constructor(request: ItemRequest, range: PartitionKeyRange) {
    this.#request = request
    this.#range = range
    this.#lsn = range.committedLsn + 1
  }

  /** The answer that the write gets if the transaction is committed. Throws the query room's problem with a condition. */
  write(operation: ItemWrite, key: string, id: string): Reply {
    const { container, nowMs } = this.#request
    const range = this.#range
    const chain = range.items.chain(key, id)
    const before = this.#before(key, id, chain)
    const item = visibleItem(container, before, nowMs)
    const found: Found | undefined = item && before && { item, etag: etagOf(container, range, before.lsn) }
    const number = this.#numberOf(key, id, chain)
    const decision = decideWrite(operation, found, {
      matches: (condition) => matchesCondition(wholeItem(this.#request, range, number, before!), condition),
      fixedProperties: ['id', ...systemProperties, ...container.partitionKeyPaths.map((names) => names[0]!)],
    })
    if ('message' in decision) {
      const { status, message, substatus } = decision
      return refusal(status, message, { substatus, requestCharge: requestCharge.refusedWrite() })
    }
    if (decision.next === undefined) {
      this.#staged.push({ key, id, item: undefined, bytes: 0, number })
      return { status: 204, requestCharge: requestCharge.remove(before?.bytes ?? 0) }
    }
    // Replies hand out parts of the stored item: nobody may change it afterwards.
    const next = freezeDeep({ ...decision.next })
    const body = wholeItem(this.#request, range, number, { item: next, lsn: this.#lsn, committedAtMs: nowMs })
    const bytes = Buffer.byteLength(JSON.stringify(body))
    if (bytes > itemBytesMax) {
      return refusal(413, 'The item is larger than 2 MB.', { requestCharge: requestCharge.refusedWrite() })
    }
    this.#staged.push({ key, id, item: next, bytes, number })
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
    return { body: wholeItem(this.#request, this.#range, this.#numberOf(key, id, chain), before), bytes: before.bytes }
  }

  /** Commits what was staged, if anything. */
  commit(): void {
    if (this.#staged.length === 0) return
    this.#range.commit(this.#staged, this.#request.nowMs, expiryOf(this.#request.container))
  }

  #before(
    key: string,
    id: string,
    chain: ItemChain | undefined,
  ): Pick<ItemVersion, 'item' | 'bytes' | 'lsn' | 'committedAtMs'> | undefined {
    const staged = this.#staged.findLast((write) => write.id === id && write.key === key)
    return staged ? { ...staged, lsn: this.#lsn, committedAtMs: this.#request.nowMs } : chain?.newest
  }

  #numberOf(key: string, id: string, chain: ItemChain | undefined): number {
    if (chain !== undefined) return chain.number
    const { items } = this.#range
    const newcomers: string[] = []
    for (const write of this.#staged) {
      if (write.key === key && write.id === id) return write.number
      if (write.number >= items.nextItemNumber) newcomers.push(`${write.number}`)
    }
    return items.nextItemNumber + new Set(newcomers).size
  }
}

function matchesCondition(item: Item, condition: string): boolean {
  return (
    compiledQuery(`SELECT * ${condition}`).run([{ item, place: [0, 0] }], [], { maxItemCount: 1 }).results.length > 0
  )
}

function freezeDeep<T extends Json>(value: T): T {
  if (value === null || typeof value !== 'object') return value
  for (const inner of Object.values(value)) if (inner !== null && typeof inner === 'object') freezeDeep(inner as Json)
  return Object.freeze(value)
}
