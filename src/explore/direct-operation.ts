import type { ReadRequest, StoreAnswer, StoreRequest, WriteRequest } from '../domain/document-store.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { BatchedOperation, Item, ItemOperation, Reply } from '../simulator/operation.ts'

/** Clocks of clients and service may differ by so much; the service refuses a request whose date is further off. */
const clockToleranceMs = 15 * 60_000

/** What the simulator is asked for one operation of a store. */
export function itemOperation(
  request: StoreRequest,
  { container, partitionKey: paths }: Pick<Scenario, 'container' | 'partitionKey'>,
  token: WireToken | undefined,
  /** Of a query over all ranges that asks each by itself. */
  rangeId?: string,
): ItemOperation {
  const target = {
    ...container,
    consistency: request.consistency,
    ...(token && { sessionToken: token.reveal() }),
  }
  if ('document' in request) return { ...target, ...writeOperation(request, paths) }
  return { ...target, ...readOperation(request, rangeId) }
}

type Untargeted<T> = T extends ItemOperation
  ? Omit<T, 'database' | 'container' | 'consistency' | 'sessionToken'>
  : never

function readOperation(
  { kind, id, partitionKey, changesOf }: ReadRequest,
  rangeId: string | undefined,
): Untargeted<ItemOperation> {
  switch (kind) {
    case 'point':
      return { kind: 'readItem', partitionKey, id }
    case 'query':
      return { kind: 'queryItems', partitionKey, ...queryById(id) }
    case 'cross-partition-query':
      return { kind: 'queryItems', ...(rangeId !== undefined && { rangeId }), ...queryById(id) }
    case 'batch-of-points':
      return { kind: 'batchItems', partitionKey, operations: [{ kind: 'readItem', partitionKey, id }] }
    case 'changeFeed':
      return {
        kind: 'readChanges',
        partitionKey,
        maxItemCount: 100_000,
        ...(changesOf && { sinceWallMs: changesOf.sinceWallMs - clockToleranceMs }),
      }
  }
}

const queryById = (id: string) => ({
  query: 'SELECT * FROM c WHERE c.id = @id',
  parameters: [{ name: '@id', value: id }],
})

function writeOperation({ kind, document }: WriteRequest, paths: readonly string[]): Untargeted<ItemOperation> {
  const { id, partitionKey, version, owner, run, ttlSeconds } = document
  const keys = Object.fromEntries(paths.map((path, level) => [path.slice(1), partitionKey[level]!]))
  const item: Item = { ...keys, id, version, owner, run, ttl: ttlSeconds }
  switch (kind) {
    case 'create':
      return { kind: 'createItem', partitionKey, item }
    case 'upsert':
      return { kind: 'upsertItem', partitionKey, item }
    case 'replace':
      return { kind: 'replaceItem', partitionKey, id, item }
    case 'patch': {
      const operations = Object.entries({ version, owner, run }).map(
        ([key, value]) => ({ op: 'set', path: `/${key}`, value }) as const,
      )
      return { kind: 'patchItem', partitionKey, id, patch: { operations } }
    }
    case 'delete':
      return { kind: 'deleteItem', partitionKey, id }
    case 'batch': {
      const upsert = (each: Item): BatchedOperation => ({ kind: 'upsertItem', partitionKey, item: each })
      return {
        kind: 'batchItems',
        partitionKey,
        operations: [upsert(item), upsert({ ...item, id: `${id}-companion` })],
      }
    }
  }
}

/** What the application sees of a reply; of a batch, what became of its first operation that did not go well, or of the first. */
export function surfaced(request: StoreRequest, reply: Reply): Pick<StoreAnswer, 'status' | 'substatus' | 'document'> {
  const { status, substatus, body } = reply
  if (request.kind === 'batch' || request.kind === 'batch-of-points') return surfacedOfBatch(request, reply)
  if (status !== 200 || 'document' in request) return { status, substatus, document: undefined }
  const { Documents: documents, ...single } = body as { Documents?: readonly Item[] } & Item
  const run = request.changesOf?.run
  const isWanted = (item: Item) => item.id === request.id && (request.kind !== 'changeFeed' || !run || item.run === run)
  const document = versionOf((documents ?? [single]).find(isWanted))
  // A feed that holds changes of others has nothing new of this run.
  return { status: request.kind === 'changeFeed' && !document ? 304 : status, substatus, document }
}

function surfacedOfBatch(request: StoreRequest, { status, substatus, body }: Reply): ReturnType<typeof surfaced> {
  if (status !== 200 && status !== 207) return { status, substatus, document: undefined }
  if (!Array.isArray(body)) throw new Error('the simulator answered a batch with no list of results')
  const results = body as readonly { statusCode: number; subStatusCode?: number; resourceBody?: Item }[]
  const told = results.find(({ statusCode }) => statusCode >= 400 && statusCode !== 424) ?? results[0]
  return {
    status: told?.statusCode,
    substatus: told?.subStatusCode,
    document: 'document' in request ? undefined : versionOf(told?.resourceBody),
  }
}

const versionOf = (item: Item | undefined): StoreAnswer['document'] =>
  item && typeof item.version === 'number' && typeof item.owner === 'string'
    ? { version: item.version, owner: item.owner }
    : undefined
