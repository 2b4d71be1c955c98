import { ChangeFeedStartFrom, type Container, type FeedOptions, type RequestOptions } from '@azure/cosmos'
import type { ProbeDocument, ReadRequest, StoreRequest } from '../domain/document-store.ts'
import type { WriteKind } from '../domain/scenario.ts'
import { headers } from '../protocol/headers.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { readBatch, writeBatch } from './batch.ts'
import {
  isInPartition,
  type KeyLevel,
  keyValues,
  patchOf,
  type StoredDocument,
  sdkPartitionKey,
  storedDocument,
} from './stored-document.ts'

/** What an application gets back from the SDK when it does not throw. */
export interface Returned {
  readonly status: number
  readonly substatus: number | undefined
  readonly stored: StoredDocument | undefined
  readonly sessionToken: WireToken | undefined
}

interface SdkResponse {
  readonly statusCode: number
  readonly substatus?: number
  readonly headers: unknown
}

type Write = (
  container: Container,
  document: ProbeDocument,
  levels: readonly KeyLevel[],
  options: RequestOptions,
) => Promise<SdkResponse>

const item = (container: Container, { id, partitionKey }: ProbeDocument, levels: readonly KeyLevel[]) =>
  container.item(id, sdkPartitionKey(keyValues(levels, partitionKey, id)))

const writes: Record<WriteKind, Write> = {
  create: (container, document, levels, options) => container.items.create(storedDocument(document, levels), options),
  upsert: (container, document, levels, options) => container.items.upsert(storedDocument(document, levels), options),
  replace: (container, document, levels, options) =>
    item(container, document, levels).replace({ ...storedDocument(document, levels) }, options),
  patch: (container, document, levels, options) => item(container, document, levels).patch(patchOf(document), options),
  batch: writeBatch,
  delete: (container, document, levels, options) => item(container, document, levels).delete(options),
}

/** Runs one operation as an application would write it. Rejects as the SDK does. */
export async function runOperation(
  container: Container,
  request: StoreRequest,
  levels: readonly KeyLevel[],
  signal: AbortSignal | undefined,
): Promise<Returned> {
  const options = {
    consistencyLevel: request.consistency,
    ...(request.sessionToken && { sessionToken: request.sessionToken.reveal() }),
    ...(signal && { abortSignal: signal }),
  }
  switch (request.kind) {
    case 'point': {
      const values = keyValues(levels, request.partitionKey, request.id)
      const response = await container.item(request.id, sdkPartitionKey(values)).read<StoredDocument>(options)
      return returned(response, response.resource)
    }
    case 'query':
    case 'cross-partition-query':
      return runQuery(container, request.id, keyValues(levels, request.partitionKey, request.id), levels, {
        ...options,
        isScoped: request.kind === 'query',
      })
    case 'batch-of-points': {
      const values = keyValues(levels, request.partitionKey, request.id)
      const response = await readBatch(container, request.id, values, options)
      return returned(response, response.stored)
    }
    case 'changeFeed':
      return readChangeFeed(container, request, keyValues(levels, request.partitionKey, request.id), signal)
    default:
      return returned(await writes[request.kind](container, request.document, levels, options), undefined)
  }
}

/** Reads pages until the document shows: the service may return empty ones before it. */
async function runQuery(
  container: Container,
  id: string,
  values: string[],
  levels: readonly KeyLevel[],
  { isScoped, ...options }: FeedOptions & { readonly isScoped: boolean },
): Promise<Returned> {
  const query = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] }
  const scope = isScoped ? { partitionKey: sdkPartitionKey(values) } : {}
  const pages = container.items.query<StoredDocument>(query, { ...options, ...scope })
  let sessionToken: WireToken | undefined
  while (pages.hasMoreResults()) {
    const page = await pages.fetchNext()
    // Private in the SDK's types, though it is the only place where a query's token is to be had.
    sessionToken = mergeTokens(sessionToken, tokenIn(Reflect.get(page, 'headers')))
    const stored = page.resources?.find((candidate) => isInPartition(candidate, levels, values))
    if (stored) return { status: 200, substatus: undefined, stored, sessionToken }
  }
  return { status: 200, substatus: undefined, stored: undefined, sessionToken }
}

/** Clocks of clients and service may differ by so much: the service refuses a request whose date is further off. */
const clockToleranceMs = 15 * 60_000

/**
 * Reads the partition's feed until it shows what this run has done to the document, or nothing new. What counts is the run
 * that wrote it, not a time of the service's clock: that only keeps out what is surely older. The feed is read at the
 * client's consistency level: the SDK offers no other.
 */
async function readChangeFeed(
  container: Container,
  { id, changesOf, sessionToken: sent }: ReadRequest & Pick<StoreRequest, 'sessionToken'>,
  values: string[],
  signal: AbortSignal | undefined,
): Promise<Returned> {
  const partitionKey = sdkPartitionKey(values)
  const changes = container.items.getChangeFeedIterator<StoredDocument>({
    ...(sent && { sessionToken: sent.reveal() }),
    changeFeedStartFrom: changesOf
      ? ChangeFeedStartFrom.Time(new Date(Math.max(0, changesOf.sinceWallMs - clockToleranceMs)), partitionKey)
      : ChangeFeedStartFrom.Beginning(partitionKey),
  })
  let sessionToken: WireToken | undefined
  for (;;) {
    const page = await changes.readNext().catch(withSubstatus)
    sessionToken = mergeTokens(sessionToken, tokenIn(page.headers))
    const { statusCode: status, subStatusCode: substatus } = page
    const stored = page.result?.find((each) => each.id === id && (!changesOf || each.run === changesOf.run))
    if (stored || status !== 200) return { status, substatus, stored, sessionToken }
    // The SDK takes no signal here: a feed that never comes to its end would be read for ever, for nobody.
    signal?.throwIfAborted()
  }
}

/** The SDK's change feed drops the substatus of an error, and with it the difference between 404 and 404/1002. */
function withSubstatus(error: unknown): never {
  const received: unknown = error instanceof Error ? Reflect.get(error, 'headers') : undefined
  const text = isHeaders(received) ? received[headers.substatus] : undefined
  if (text !== undefined && error instanceof Error) Object.assign(error, { substatus: Number(text) })
  throw error
}

const isHeaders = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const returned = (response: SdkResponse, stored: StoredDocument | undefined): Returned => ({
  status: response.statusCode,
  substatus: response.substatus,
  stored,
  sessionToken: tokenIn(response.headers),
})

/** Each page of a query speaks for its own range; an application keeps them all. */
function mergeTokens(earlier: WireToken | undefined, later: WireToken | undefined): WireToken | undefined {
  if (!earlier?.parsed || !later?.parsed) return later ?? earlier
  return WireToken.from(earlier.parsed.merge(later.parsed))
}

/** The token among headers as the SDK hands them to the application, with an answer or with an error. */
export function tokenIn(received: unknown): WireToken | undefined {
  const text = isHeaders(received) ? received[headers.sessionToken] : undefined
  return typeof text === 'string' && text !== '' ? new WireToken(text) : undefined
}
