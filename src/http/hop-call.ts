import { z } from 'zod'
import { carrierKinds, readKinds, writeKinds } from '../domain/scenario.ts'
import { consistencyLevels } from '../protocol/consistency-level.ts'
import type { OperationCall } from '../run/remote/protocol.ts'

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const text = z.string().min(1).max(255)

const document = z.strictObject({
  id: text,
  partitionKey: z.array(text).min(1).max(3),
  version: z.int().min(0),
  owner: name,
  run: text,
  ttlSeconds: z.int().min(1),
})

const call = z.strictObject({
  scenario: z.strictObject({
    name,
    container: z.strictObject({ database: text, container: text }),
    partitionKey: z.array(text).min(1).max(3),
  }),
  owner: name,
  hop: z.strictObject({
    name,
    region: text.optional(),
    client: z.enum(['own', 'per-operation']),
    retries: z.enum(['sdk', 'none']),
    consistency: z.enum(consistencyLevels),
  }),
  generation: z.int().min(0),
  consistency: z.enum(consistencyLevels),
  arrivesBy: z.enum(carrierKinds),
  leavesBy: z.enum(carrierKinds),
  operation: z.union([
    z.strictObject({ kind: z.enum(writeKinds), document, losesResponse: z.boolean().optional() }),
    z.strictObject({
      kind: z.enum(readKinds),
      id: text,
      partitionKey: z.array(text).min(1).max(3),
      changesOf: z.strictObject({ run: text, sinceWallMs: z.number() }).optional(),
    }),
  ]),
})

/** Undefined: nobody who speaks this version would have sent it. */
export function parseCall(encoded: string | undefined): OperationCall | undefined {
  try {
    const result = call.safeParse(JSON.parse(Buffer.from(encoded ?? '', 'base64url').toString('utf8')))
    if (!result.success) return undefined
    const { hop, operation } = result.data
    return {
      ...result.data,
      hop: { ...hop, region: hop.region },
      operation: operation as OperationCall['operation'],
    }
  } catch {
    return undefined
  }
}

/**
 * Why a hop does not do this operation, or undefined. It touches the caller's own documents only, in the containers that it is for:
 * whoever has its token shall not reach the account's other data through it.
 */
export function forbidden(
  { scenario, owner, operation }: OperationCall,
  containers: readonly string[] | undefined,
): string | undefined {
  const place = `${scenario.container.database}/${scenario.container.container}`
  if (containers !== undefined && !containers.includes(place)) return `this hop is not for the container ${place}`
  const { id, partitionKey } = 'document' in operation ? operation.document : operation
  const isOwn = id.startsWith(`${owner}-`) && partitionKey[0]?.startsWith(`${owner}-`) === true
  const isOwners = !('document' in operation) || operation.document.owner === owner
  return isOwn && isOwners ? undefined : 'this is no document of the instance that asks'
}
