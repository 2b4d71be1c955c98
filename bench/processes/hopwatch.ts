import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { openTelemetry, telemetrySinks } from '../../src/compose/open-telemetry.ts'
import { startRunsOf } from '../../src/compose/start-runs.ts'
import { prepareScenario } from '../../src/compose/target-watch.ts'
import { createTarget } from '../../src/cosmos/target.ts'
import type { Scenario } from '../../src/domain/scenario.ts'
import { createLogger, LineTap } from '../../src/publish/logger.ts'
import { signals } from '../../src/publish/otel/signals.ts'
import { createPublication, type Publication } from '../../src/publish/publication.ts'
import type { StartRun } from '../../src/schedule/scheduler.ts'
import { answerQuestions } from '../answering.ts'
import {
  concurrency,
  heapBytesNow,
  type JourneyAnswer,
  type JourneyQuestion,
  measureLanes,
  partitionKeyPath,
  partitions,
  place,
  readerRegion,
  ttlSeconds,
  writerRegion,
} from '../journey-question.ts'

/** `travel-itinerary` without its wait and its control arm: a bench of waiting would hide what it costs to watch. */
const scenarioOf = (lane: number): Scenario => ({
  name: `lane-${lane}`,
  about: 'bench',
  target: 'default',
  schedule: { kind: 'every', periodMs: 1000, jitterMs: 0 },
  deadlineMs: 10_000,
  container: place,
  partitionKey: [partitionKeyPath],
  document: 'reused',
  partitions,
  ttlSeconds,
  visibilityWithinMs: 1000,
  hops: [
    { name: 'gateway', region: writerRegion, client: 'own', retries: 'sdk', consistency: 'Session' },
    { name: 'itinerary', region: readerRegion, client: 'own', retries: 'sdk', consistency: 'Session' },
  ],
  journey: [
    { kind: 'write', write: 'upsert', at: 'gateway' },
    { kind: 'carry', carrier: 'header', from: 'gateway', to: 'itinerary', faults: [] },
    { kind: 'read', read: 'point', at: 'itinerary' },
  ],
  arms: [{ name: 'propagated', share: 1, token: 'carried' }],
  objectives: { staleReads: 0, tokenLoss: 0, p95Ms: 250, retriesPerRead: undefined },
  budget: undefined,
})

let journey: ((lane: number) => Promise<void>) | undefined

/** Everything that `serve` does with a run but wait for its time: SDK, wire tap, judgement, and all that publishes. */
async function openJourney(endpoint: string, key: string, receiver?: string): Promise<(lane: number) => Promise<void>> {
  const target = createTarget({ name: 'default', endpoint, key }, { clock: systemClock })
  const lines = new LineTap()
  const logger = createLogger({ level: 'info', destination: { write: () => {} }, tap: lines })
  const telemetry = await openTelemetry({
    env: process.env,
    endpoint: receiver,
    clock: systemClock,
    logger,
    lines,
    serviceName: 'hopwatch',
    offers: signals,
    version: 'bench',
    instance: 'hopwatch',
  })
  const publication: Publication = createPublication({
    clock: systemClock,
    logger,
    version: 'bench',
    revision: 'bench',
    moreSinks: telemetrySinks(telemetry, (name) => publication.metrics.scenario(name)),
  })
  telemetry?.attach(publication.metrics)
  const starts: StartRun[] = []
  for (let lane = 0; lane < concurrency; lane++) {
    const scenario = scenarioOf(lane)
    const ready = await prepareScenario(target, scenario, true)
    publication.addScenario(scenario)
    starts.push(
      startRunsOf(scenario, target, ready, {
        clock: systemClock,
        random: seededRandom('bench'),
        owner: 'hopwatch',
        sampleTrace: telemetry?.sampleTrace,
      }),
    )
  }
  const never = new AbortController().signal
  return async (lane) => {
    const run = await starts[lane]!(0, never)
    publication.sink.record(run)
    if (run.result !== 'kept') throw new Error(`a run ended as ${run.result}: ${run.problem ?? run.finding}`)
  }
}

answerQuestions<JourneyQuestion, JourneyAnswer>(async (question) => {
  const nothing = { journeys: 0, elapsedMs: 0, processorMs: 0, heapBytes: 0 }
  if (question.kind === 'memory') return { ...nothing, heapBytes: heapBytesNow() }
  if (question.kind === 'run') return { ...nothing, ...(await measureLanes(question.forMs, journey!)) }
  journey = await openJourney(question.endpoint, question.key, question.receiver)
  return nothing
})
