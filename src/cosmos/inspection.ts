import type { CosmosClient, OfferDefinition } from '@azure/cosmos'
import type { Clock } from '../base/clock.ts'
import type { ClockSample } from '../domain/doctor/clock-offset.ts'
import type { ContainerLook, Throughput } from '../domain/doctor/look.ts'
import { readAccess, type TargetOptions } from './access.ts'
import type { AccountEvidence } from './account-evidence.ts'
import { AccountLink } from './account-link.ts'
import { messageOf, statusOf } from './explain.ts'
import { untilAborted } from './until-aborted.ts'

interface Place {
  readonly database: string
  readonly container: string
}

/** Looks at an account through the data plane, and changes nothing. What may not be read is told as unknown. */
export interface Inspector {
  readonly endpoint: URL
  /** Rejects with `TargetProblem`. */
  account(): Promise<AccountEvidence>
  /** The `Date` of an answer, be it a refusal; undefined when none came within 5 s, or it has none. */
  sampleClock(): Promise<ClockSample | undefined>
  /** Never rejects. */
  container(place: Place): Promise<ContainerLook>
  close(): void
}

const answerWithinMs = 5000

/** Sends nothing yet. Throws `TargetProblem` when the options cannot be right. */
export function createInspector(options: TargetOptions, clock: Clock): Inspector {
  const link = new AccountLink(options, readAccess(options), clock)
  return {
    endpoint: link.endpoint,
    account: () => link.refresh(),
    sampleClock: async () => {
      const client = await link.adminClient().catch(() => undefined)
      return client && sampleClock(client, clock)
    },
    container: async (place) => {
      try {
        const client = await link.adminClient()
        return await withinTime(clock, () => readContainer(client, place))
      } catch (error) {
        return statusOf(error).status === 404 ? { state: 'missing' } : { state: 'unknown', reason: reasonOf(error) }
      }
    },
    close: () => link.close(),
  }
}

async function sampleClock(client: CosmosClient, clock: Clock): Promise<ClockSample | undefined> {
  const askedWallMs = clock.wallMs()
  const received = await withinTime(clock, () => client.getDatabaseAccount()).then(({ headers }) => headers, headersOf)
  const date = received === undefined ? undefined : Reflect.get(received, 'date')
  const serverWallMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(serverWallMs) ? undefined : { askedWallMs, answeredWallMs: clock.wallMs(), serverWallMs }
}

/** A refusal tells the time, too: just where the clock is wrong, it is the only thing that does. */
function headersOf(error: unknown): object | undefined {
  const received: unknown = error instanceof Error ? Reflect.get(error, 'headers') : undefined
  return typeof received === 'object' && received !== null ? received : undefined
}

async function readContainer(client: CosmosClient, { database, container }: Place): Promise<ContainerLook> {
  const place = client.database(database).container(container)
  const { resource } = await place.read()
  if (!resource) return { state: 'missing' }
  const [ranges, throughput] = await Promise.all([
    place
      .readPartitionKeyRanges()
      .fetchAll()
      .then(({ resources }) => resources.length)
      .catch(() => undefined),
    readThroughput(client, { database, container }),
  ])
  return {
    state: 'found',
    partitionKey: resource.partitionKey?.paths ?? [],
    defaultTtlSeconds: resource.defaultTtl,
    conflictResolution: resource.conflictResolutionPolicy?.mode,
    ranges,
    throughput,
  }
}

/** The container's own, else what it shares with its database. */
async function readThroughput(client: CosmosClient, { database, container }: Place): Promise<Throughput> {
  try {
    const own = (await client.database(database).container(container).readOffer()).resource
    if (own) return throughputOf(own, false)
    const shared = (await client.database(database).readOffer()).resource
    return shared ? throughputOf(shared, true) : { kind: 'none' }
  } catch (error) {
    // "Reading or replacing offers is not supported for serverless accounts."
    return /serverless/i.test(messageOf(error)) ? { kind: 'none' } : { kind: 'unknown', reason: reasonOf(error) }
  }
}

function throughputOf({ content }: OfferDefinition, isDatabases: boolean): Throughput {
  const most = content?.offerAutopilotSettings?.maxThroughput
  if (most !== undefined) return { kind: 'autoscale', requestUnitsPerSecond: most, isDatabases }
  const manual = content?.offerThroughput
  if (manual !== undefined) return { kind: 'manual', requestUnitsPerSecond: manual, isDatabases }
  return { kind: 'unknown', reason: 'the account tells it in a form that is not known' }
}

function reasonOf(error: unknown): string {
  const { status } = statusOf(error)
  if (status === 401 || status === 403) return `it may not be read with these credentials (${status})`
  return status === undefined ? `it could not be read: ${messageOf(error)}` : `it could not be read (${status})`
}

async function withinTime<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  const late = new AbortController()
  const finished = new AbortController()
  void clock.sleep(answerWithinMs, finished.signal).then(() => late.abort())
  try {
    return await untilAborted(ask(), late.signal)
  } finally {
    finished.abort()
  }
}
