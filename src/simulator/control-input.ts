import { z } from 'zod'
import type { CallName } from './control-calls.ts'
import type { FaultRule } from './faults.ts'
import type { Operation } from './operation.ts'
import type { Delay } from './options.ts'

const operationKinds = [
  'readAccount',
  'createDatabase',
  'readDatabase',
  'deleteDatabase',
  'listDatabases',
  'createContainer',
  'readContainer',
  'deleteContainer',
  'replaceContainer',
  'listContainers',
  'readPartitionKeyRanges',
  'readOffers',
  'replaceOffer',
  'createItem',
  'upsertItem',
  'readItem',
  'replaceItem',
  'patchItem',
  'deleteItem',
  'queryItems',
  'readChanges',
  'batchItems',
  'bulkItems',
] as const satisfies readonly Operation['kind'][]

const delay: z.ZodType<Delay> = z.union([
  z.strictObject({ fixedMs: z.number().nonnegative() }),
  z.strictObject({ medianMs: z.number().positive(), sigma: z.number().nonnegative() }),
])

const faultRule = z.strictObject({
  operations: z.array(z.enum(operationKinds)).exactOptional(),
  region: z.string().exactOptional(),
  share: z.number().min(0).max(1).exactOptional(),
  count: z.int().positive().exactOptional(),
  seed: z.union([z.number(), z.string()]).exactOptional(),
  when: z.enum(['before', 'after']).exactOptional(),
  status: z.int().min(400).max(599).exactOptional(),
  substatus: z.int().nonnegative().exactOptional(),
  retryAfterMs: z.number().nonnegative().exactOptional(),
  delayMs: z.number().nonnegative().exactOptional(),
  connection: z.enum(['reset', 'hang', 'truncate']).exactOptional(),
}) satisfies z.ZodType<FaultRule>

const name = z.string().min(1)
const containerNames = { database: name, container: name }
const settlingMs = z.number().nonnegative()

/** What each call takes as JSON; a field too many or of the wrong kind is refused with its path. */
export const controlInputs: Readonly<Record<CallName, z.ZodObject>> = {
  pauseReplication: z.strictObject({ from: name, to: name }),
  resumeReplication: z.strictObject({ from: name, to: name }),
  setReplicationDelay: z.strictObject({ from: name, to: name, delay }),
  setRegionOffline: z.strictObject({ region: name, mode: z.enum(['unavailable', 'hang']).optional() }),
  setRegionOnline: z.strictObject({ region: name }),
  failover: z.strictObject({ toRegion: name }),
  announceFailover: z.strictObject({ toRegion: name }),
  addRegion: z.strictObject({ region: name }),
  removeRegion: z.strictObject({ region: name }),
  splitRange: z.strictObject({ ...containerNames, range: name.optional(), settlingMs: settlingMs.optional() }),
  mergeRanges: z.strictObject({ ...containerNames, ranges: z.array(name), settlingMs: settlingMs.optional() }),
  recreateContainer: z.strictObject(containerNames),
  setThroughput: z.strictObject({ database: name, container: name, requestUnitsPerSecond: z.number().positive() }),
  addFaultRule: z.strictObject({ rule: faultRule }),
  removeFaultRule: z.strictObject({ id: name }),
  state: z.strictObject({}),
  readJournal: z.strictObject({ limit: z.coerce.number().int().min(1).optional() }),
}

/** Every problem with the path of its field. */
export const describeProblem = (error: z.ZodError): string => z.prettifyError(error)
