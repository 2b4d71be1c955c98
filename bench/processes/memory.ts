import { createLogger } from '../../src/publish/logger.ts'
import { createPublication } from '../../src/publish/publication.ts'
import { answerQuestions } from '../answering.ts'
import { DirectRuns, shippedScenarios } from '../direct-runs.ts'

export interface MemoryQuestion {
  readonly journeys: number
}

export interface MemoryAnswer {
  readonly residentBytes: number
  readonly heapBytes: number
  readonly elapsedMs: number
  /** Journeys of the answer by result. */
  readonly results: Readonly<Record<string, number>>
}

/** Between two runs, so that 100,000 of them fill every five-minute window several times over. */
const pauseMs = 20

const runs = new DirectRuns()
/** Point reads and queries, long-lived clients and one an operation, control arms; the other two take twice as long. */
const chosen = ['travel-itinerary', 'field-maintenance']
const scenarios = (await shippedScenarios()).filter(({ name }) => chosen.includes(name))
const publication = createPublication({
  clock: runs.clock,
  logger: createLogger({ level: 'info', destination: { write: () => {} } }),
  version: 'bench',
  revision: 'bench',
})
for (const scenario of scenarios) {
  publication.addScenario(scenario)
  runs.add(scenario)
}
let started = 0

answerQuestions<MemoryQuestion, MemoryAnswer>(async ({ journeys }) => {
  const startMs = performance.now()
  const results: Record<string, number> = {}
  for (let index = 0; index < journeys; index++) {
    const run = await runs.next(started++, pauseMs)
    results[run.result] = (results[run.result] ?? 0) + 1
    publication.sink.record(run)
  }
  // A scrape, as would have happened: what it allocates belongs to the reading.
  await publication.metrics.expose('openmetrics')
  const elapsedMs = performance.now() - startMs
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return { residentBytes: rss, heapBytes: heapUsed, elapsedMs, results }
})
