import type { Container, OperationInput, RequestOptions } from '@azure/cosmos'
import type { ProbeDocument } from '../domain/document-store.ts'
import { type KeyLevel, keyValues, type StoredDocument, sdkPartitionKey, storedDocument } from './stored-document.ts'

/** What came of a batch as a whole: its first operation that did not go well, or its first. */
export interface BatchResponse {
  readonly statusCode: number
  readonly substatus?: number
  readonly headers: Record<string, unknown>
  readonly stored: StoredDocument | undefined
}

/** Of the companion that a batch writes beside the probe document: same partition, same version, an id of its own. */
const companionId = (id: string): string => `${id}-companion`

export function writeBatch(
  container: Container,
  document: ProbeDocument,
  levels: readonly KeyLevel[],
  options: RequestOptions,
): Promise<BatchResponse> {
  const stored = storedDocument(document, levels)
  const upsert = (id: string): OperationInput => ({ operationType: 'Upsert', resourceBody: { ...stored, id } })
  const values = keyValues(levels, document.partitionKey, document.id)
  return runBatch(container, [upsert(document.id), upsert(companionId(document.id))], values, options)
}

export const readBatch = (
  container: Container,
  id: string,
  values: string[],
  options: RequestOptions,
): Promise<BatchResponse> => runBatch(container, [{ operationType: 'Read', id }], values, options)

async function runBatch(
  container: Container,
  operations: OperationInput[],
  values: string[],
  options: RequestOptions,
): Promise<BatchResponse> {
  const response = await container.items.batch(operations, sdkPartitionKey(values), options).catch(unwrapped)
  const results = response.result ?? []
  const told = results.find(({ statusCode }) => statusCode >= 400 && statusCode !== dependencyFailed) ?? results[0]
  const substatus = told === undefined ? undefined : Reflect.get(told, 'subStatusCode')
  return {
    statusCode: told?.statusCode ?? response.code ?? 0,
    ...(typeof substatus === 'number' && { substatus }),
    headers: response.headers,
    stored: told?.resourceBody as StoredDocument | undefined,
  }
}

/** Of the operations that would have gone well in a batch that did not. */
const dependencyFailed = 424

/** The SDK wraps what the service answered to a batch in a plain error. */
function unwrapped(error: unknown): never {
  throw error instanceof Error && error.cause instanceof Error ? error.cause : error
}
