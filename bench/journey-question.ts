/** What both sides of the journeys' ratio are asked. */
export type JourneyQuestion =
  | {
      readonly kind: 'open'
      readonly endpoint: string
      readonly key: string
      /** Where hopwatch sends OpenTelemetry data; undefined: nowhere. */
      readonly receiver?: string
      /** The bare loop's clients get the HTTP client and the signature of hopwatch's (docs/decisions/0010-http-client.md). */
      readonly sendsAsHopwatch?: true
    }
  | { readonly kind: 'run'; readonly forMs: number }
  /** Collects garbage first. */
  | { readonly kind: 'memory' }

export interface JourneyAnswer {
  readonly journeys: number
  readonly elapsedMs: number
  readonly processorMs: number
  readonly heapBytes: number
}

/** Journeys under way at a time, on either side; as many as `hopwatch check` runs scenarios. */
export const concurrency = 4

export const writerRegion = 'West Europe'
export const readerRegion = 'North Europe'
export const place = { database: 'bench', container: 'journeys' }
export const partitionKeyPath = '/customerId'
export const partitions = 8
export const ttlSeconds = 3600

/** Runs `one` over and over in `concurrency` lanes, until the time is up. */
export async function measureLanes(
  forMs: number,
  one: (lane: number) => Promise<void>,
): Promise<Omit<JourneyAnswer, 'heapBytes'>> {
  const startMs = performance.now()
  const { user, system } = process.cpuUsage()
  const spent = process.cpuUsage.bind(process, { user, system })
  let journeys = 0
  const lanes = Array.from({ length: concurrency }, async (_, lane) => {
    while (performance.now() - startMs < forMs) {
      await one(lane)
      journeys++
    }
  })
  await Promise.all(lanes)
  const used = spent()
  return { journeys, elapsedMs: performance.now() - startMs, processorMs: (used.user + used.system) / 1000 }
}

export function heapBytesNow(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
