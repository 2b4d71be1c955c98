import type { ProbeDocument, ReadRequest, StoreAnswer, StoreRequest, WriteRequest } from '../domain/document-store.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import type { Item, ItemOperation, Reply } from '../simulator/operation.ts'

/** Clocks of clients and service may differ by so much; the service refuses a request whose date is further off. */
const clockToleranceMs = 15 * 60_000

/** `rangeId`: of a query over all ranges that asks each by itself. */
export type MakeOperation = (request: StoreRequest, token: WireToken | undefined, rangeId?: string) => ItemOperation

/** What the simulator is asked for each operation of a store. */
export function operationMaker({
  container,
  partitionKey,
}: Pick<Scenario, 'container' | 'partitionKey'>): MakeOperation {
  const { database, container: name } = container
  const keyFields = partitionKey.map((path) => path.slice(1))
  return (request, token, rangeId) => {
    const target = { database, container: name, consistency: request.consistency, sessionToken: token?.reveal() }
    return 'document' in request ? writeOperation(target, request, keyFields) : readOperation(target, request, rangeId)
  }
}

type Target = Pick<ItemOperation, 'database' | 'container' | 'consistency' | 'sessionToken'>

function readOperation(target: Target, request: ReadRequest, rangeId: string | undefined): ItemOperation {
  const { kind, id, partitionKey, changesOf } = request
  switch (kind) {
    case 'point':
      return { ...target, kind: 'readItem', partitionKey, id }
    case 'query':
      return { ...target, kind: 'queryItems', partitionKey, query: queryById, parameters: [{ name: '@id', value: id }] }
    case 'cross-partition-query':
      return { ...target, kind: 'queryItems', rangeId, query: queryById, parameters: [{ name: '@id', value: id }] }
    case 'batch-of-points':
      return { ...target, kind: 'batchItems', partitionKey, operations: [{ kind: 'readItem', partitionKey, id }] }
    case 'changeFeed':
      return {
        ...target,
        kind: 'readChanges',
        partitionKey,
        maxItemCount: 100_000,
        sinceWallMs: changesOf && changesOf.sinceWallMs - clockToleranceMs,
      }
  }
}

const queryById = 'SELECT * FROM c WHERE c.id = @id'

function writeOperation(target: Target, request: WriteRequest, keyFields: readonly string[]): ItemOperation {
  const { id, partitionKey, version, owner, run } = request.document
  switch (request.kind) {
    case 'create':
      return { ...target, kind: 'createItem', partitionKey, item: itemOf(request.document, keyFields) }
    case 'upsert':
      return { ...target, kind: 'upsertItem', partitionKey, item: itemOf(request.document, keyFields) }
    case 'replace':
      return { ...target, kind: 'replaceItem', partitionKey, id, item: itemOf(request.document, keyFields) }
    case 'patch': {
      const operations = [
        { op: 'set', path: '/version', value: version },
        { op: 'set', path: '/owner', value: owner },
        { op: 'set', path: '/run', value: run },
      ] as const
      return { ...target, kind: 'patchItem', partitionKey, id, patch: { operations } }
    }
    case 'delete':
      return { ...target, kind: 'deleteItem', partitionKey, id }
    case 'batch': {
      const item = itemOf(request.document, keyFields)
      const companion: Item = { ...item, id: `${id}-companion` }
      return {
        ...target,
        kind: 'batchItems',
        partitionKey,
        operations: [
          { kind: 'upsertItem', partitionKey, item },
          { kind: 'upsertItem', partitionKey, item: companion },
        ],
      }
    }
  }
}

function itemOf(document: ProbeDocument, keyFields: readonly string[]): Item {
  const { id, partitionKey, version, owner, run, ttlSeconds } = document
  const keys: Record<string, string> = {}
  for (let level = 0; level < keyFields.length; level++) keys[keyFields[level]!] = partitionKey[level]!
  return { ...keys, id, version, owner, run, ttl: ttlSeconds }
}

/** What the application sees of a reply; of a batch, what became of its first operation that did not go well, or of the first. */
export function surfaced(request: StoreRequest, reply: Reply): Pick<StoreAnswer, 'status' | 'substatus' | 'document'> {
  const { status, substatus, body } = reply
  if (request.kind === 'batch' || request.kind === 'batch-of-points') return surfacedOfBatch(request, reply)
  if (status !== 200 || 'document' in request) return { status, substatus, document: undefined }
  const document = versionOf(wantedItem(request, body as { readonly Documents?: readonly Item[] } & Item))
  // A feed that holds changes of others has nothing new of this run.
  return { status: request.kind === 'changeFeed' && !document ? 304 : status, substatus, document }
}

/** Of a feed only what the run itself has changed. */
function wantedItem({ kind, id, changesOf }: ReadRequest, body: { readonly Documents?: readonly Item[] } & Item) {
  const run = kind === 'changeFeed' ? changesOf?.run : undefined
  const isWanted = (item: Item) => item.id === id && (!run || item.run === run)
  if (body.Documents !== undefined) return body.Documents.find(isWanted)
  return isWanted(body) ? body : undefined
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
