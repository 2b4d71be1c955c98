import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '../../src/base/clock.ts'
import type { Scenario } from '../../src/domain/scenario.ts'
import { startHttpServer } from '../../src/http/server.ts'
import { createLogger } from '../../src/publish/logger.ts'
import { createPublication } from '../../src/publish/publication.ts'
import { answerQuestions } from '../answering.ts'
import { DirectRuns, shippedScenarios } from '../direct-runs.ts'

export type ScrapeQuestion =
  | { readonly kind: 'start'; readonly scenarios: number; readonly runsPerScenario: number }
  /** Forgets what blocked the event loop until now. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'blocked' }

export interface ScrapeAnswer {
  readonly address: string
  readonly series: number
  /** The longest time that the event loop was blocked since the reset. */
  readonly blockedMs: number
}

/** How often the loop is looked at; a figure includes it. */
const resolutionMs = 1
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
let answer: ScrapeAnswer = { address: '', series: 0, blockedMs: 0 }

/** The shipped journeys over and over under other names, each with real runs behind it, served as `serve` does. */
async function start(count: number, runsPerScenario: number): Promise<ScrapeAnswer> {
  const shipped = await shippedScenarios()
  const scenarios: Scenario[] = Array.from({ length: count }, (_, index) => {
    const scenario = shipped[index % shipped.length]!
    return { ...scenario, name: `${scenario.name}-${index}` }
  })
  const runs = new DirectRuns()
  const logger = createLogger({ level: 'silent' })
  const publication = createPublication({ clock: runs.clock, logger, version: 'bench', revision: 'bench' })
  for (const scenario of scenarios) {
    runs.add(scenario)
    publication.addScenario(scenario)
  }
  for (let index = 0; index < count * runsPerScenario; index++) publication.sink.record(await runs.next(index, 0))
  const { address } = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    apiToken: undefined,
    allowUnauthenticated: false,
    logger,
    ...publication,
    scenarios: () => scenarios,
    readiness: () => ({ scheduledScenarios: count, loadedScenarios: count, targets: [] }),
    runNow: () => 'not-scheduled',
    reload: async () => ({ problems: [] }),
    configuration: () => ({ isSuccessful: true, lastSuccessWallMs: systemClock.wallMs(), problems: [] }),
    fingerprintKey: 'bench',
    version: 'bench',
    startedAtWallMs: systemClock.wallMs(),
    wallMs: () => systemClock.wallMs(),
  })
  delay.enable()
  return { address, series: publication.metrics.seriesCount, blockedMs: 0 }
}

answerQuestions<ScrapeQuestion, ScrapeAnswer>(async (question) => {
  if (question.kind === 'start') answer = await start(question.scenarios, question.runsPerScenario)
  if (question.kind === 'reset') delay.reset()
  // One more turn, so that the monitor has seen the end of what blocked.
  await systemClock.sleep(5 * resolutionMs)
  return { ...answer, blockedMs: delay.max / 1e6 }
})
