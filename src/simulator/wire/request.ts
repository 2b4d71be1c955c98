import { type ConsistencyLevel, consistencyLevels } from '../../protocol/consistency-level.ts'
import { headers as names } from '../../protocol/headers.ts'
import type { PartitionKeyValue } from '../operation.ts'
import { badRequest, notImplemented, Refused } from './errors.ts'
import { onlyValue, type RequestHeaders } from './exchange.ts'
import type { ResourcePath } from './path.ts'

/** One request as the parsers see it: method and path have already chosen the parser. */
export interface WireRequest {
  readonly path: ResourcePath
  readonly headers: RequestHeaders
  /** Empty for a request without one. */
  readonly body: string
}

/** A header that is sent at most once; Node joins repeated ones, which then fail to parse. */
export const header = (request: WireRequest, name: string): string | undefined => onlyValue(request.headers, name)

/** What every item operation carries: whose item, at which consistency, at least how fresh. */
export function itemTarget(request: WireRequest): {
  database: string
  container: string
  consistency?: ConsistencyLevel
  sessionToken?: string
} {
  const target = { database: request.path.names[0]!, container: request.path.names[1]! }
  const level = header(request, names.consistencyLevel)
  const sessionToken = header(request, names.sessionToken)
  const consistency = level === undefined ? undefined : parseConsistency(level)
  return {
    ...target,
    ...(consistency !== undefined && { consistency }),
    // The SDK sends an empty header for a blank token; it demands nothing.
    ...(sessionToken !== undefined && sessionToken.trim() !== '' && { sessionToken }),
  }
}

function parseConsistency(text: string): ConsistencyLevel {
  const level = consistencyLevels.find((known) => known === text)
  if (level === undefined) {
    throw new Refused(badRequest(`The consistency level must be one of ${consistencyLevels.join(', ')}.`))
  }
  return level
}

/** `["p"]`, `["a",1]` for hierarchical keys, `[{}]` where the document has no value. Undefined without the header. */
export function partitionKeyOf(request: WireRequest): PartitionKeyValue | undefined {
  const text = header(request, names.partitionKey)
  return text === undefined ? undefined : parsePartitionKey(text)
}

export function parsePartitionKey(text: string): PartitionKeyValue {
  const plain = plainStringIn(text)
  if (plain !== undefined) return [plain]
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Refused(badRequest('The partition key is not valid JSON.'))
  }
  if (!Array.isArray(value)) throw new Refused(badRequest('The partition key must be a JSON array.'))
  return value.map(partitionKeyLevel)
}

/** `["p"]` without an escape, the common case, is cut out: JSON.parse is among the dearest steps of a point read. */
function plainStringIn(text: string): string | undefined {
  const end = text.length - 2
  const isPlain = text.startsWith('["') && text.indexOf('"', 2) === end && text.endsWith('"]') && !text.includes('\\')
  return isPlain ? text.slice(2, end) : undefined
}

function partitionKeyLevel(level: unknown): PartitionKeyValue[number] {
  if (typeof level === 'string' || typeof level === 'number' || typeof level === 'boolean' || level === null) {
    return level
  }
  if (typeof level === 'object' && !Array.isArray(level) && Object.keys(level).length === 0) return undefined
  throw new Refused(badRequest('A partition key value must be a string, a number, a boolean, null or {}.'))
}

/** For operations on one item: the service refuses them without a partition key. */
export function requiredPartitionKey(request: WireRequest): PartitionKeyValue {
  const key = partitionKeyOf(request)
  if (key === undefined || key.length === 0) {
    throw new Refused(badRequest('PartitionKey value must be supplied for this operation.'))
  }
  return key
}

const wholeNumber = /^-?\d{1,9}$/

export function wholeNumberOf(request: WireRequest, name: string): number | undefined {
  const text = header(request, name)
  if (text === undefined) return undefined
  if (!wholeNumber.test(text)) throw new Refused(badRequest(`The header ${name} must be a whole number.`))
  return Number(text)
}

/** Headers that ask for something the simulator leaves out, and its name. */
const unsupportedHeaders: readonly (readonly [header: string, feature: string])[] = [
  ['x-ms-documentdb-pre-trigger-include', 'triggers'],
  ['x-ms-documentdb-post-trigger-include', 'triggers'],
  ['x-ms-cosmos-is-client-encrypted', 'client-side encryption'],
]

export function refuseUnsupported(request: WireRequest): void {
  for (const [name, feature] of unsupportedHeaders) {
    if (request.headers[name] !== undefined) throw new Refused(notImplemented(feature))
  }
}
