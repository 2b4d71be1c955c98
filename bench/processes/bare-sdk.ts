import { CosmosClient } from '@azure/cosmos'
import { PooledHttpClient } from '../../src/cosmos/http-client.ts'
import { signWith } from '../../src/cosmos/sign.ts'
import { answerQuestions } from '../answering.ts'
import {
  concurrency,
  heapBytesNow,
  type JourneyAnswer,
  type JourneyQuestion,
  measureLanes,
  partitions,
  place,
  readerRegion,
  ttlSeconds,
  writerRegion,
} from '../journey-question.ts'

/**
 * The journey as an engineer would write it with the SDK alone: one client a service, write, hand the session token on,
 * read, compare the version. Documents, partition keys, headers and their number are those of hopwatch's journeys.
 */
interface Probe {
  readonly id: string
  readonly customerId: string
  readonly version: number
  readonly owner: string
  readonly run: string
  readonly ttl: number
}

let journey: ((lane: number) => Promise<void>) | undefined

type Opening = Extract<JourneyQuestion, { kind: 'open' }>

function openJourney({ endpoint, key, sendsAsHopwatch }: Opening): (lane: number) => Promise<void> {
  const sending = sendsAsHopwatch && { httpClient: new PooledHttpClient(), tokenProvider: signWith(key) }
  const containerIn = (preferred: string, other: string) =>
    new CosmosClient({
      endpoint,
      ...(sending ?? { key }),
      consistencyLevel: 'Session',
      connectionPolicy: { preferredLocations: [preferred, other] },
    })
      .database(place.database)
      .container(place.container)
  const gateway = containerIn(writerRegion, readerRegion)
  const itinerary = containerIn(readerRegion, writerRegion)
  const versions = Array.from({ length: concurrency * partitions }, () => 0)
  const turns = Array.from({ length: concurrency }, () => 0)
  let runs = 0

  return async (lane) => {
    const partition = turns[lane]!++ % partitions
    const index = lane * partitions + partition
    const version = ++versions[index]!
    const document: Probe = {
      customerId: `bare-lane-${lane}-${partition}`,
      id: `bare-lane-${lane}-${partition}-0`,
      version,
      owner: 'bare',
      run: String(runs++).padStart(16, '0'),
      ttl: ttlSeconds,
    }
    const written = await gateway.items.upsert(document)
    const sessionToken = written.headers['x-ms-session-token']
    if (typeof sessionToken !== 'string') throw new Error('a write came back without a session token')
    const { resource } = await itinerary.item(document.id, document.customerId).read<Probe>({ sessionToken })
    if (resource?.version !== version)
      throw new Error(`version ${resource?.version} was read after ${version} was written`)
  }
}

answerQuestions<JourneyQuestion, JourneyAnswer>(async (question) => {
  const nothing = { journeys: 0, elapsedMs: 0, processorMs: 0, heapBytes: 0 }
  if (question.kind === 'memory') return { ...nothing, heapBytes: heapBytesNow() }
  if (question.kind === 'run') return { ...nothing, ...(await measureLanes(question.forMs, journey!)) }
  journey = openJourney(question)
  return nothing
})
