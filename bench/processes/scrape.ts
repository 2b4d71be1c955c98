import { monitorEventLoopDelay } from 'node:perf_hooks'
import { ManualClock, systemClock } from '../../src/base/clock.ts'
import type { Scenario } from '../../src/domain/scenario.ts'
import { startHttpServer } from '../../src/http/server.ts'
import { createLogger } from '../../src/publish/logger.ts'
import { createPublication } from '../../src/publish/publication.ts'
import { answerQuestions, processorMs } from '../answering.ts'
import { DirectRuns, shippedScenarios } from '../direct-runs.ts'

export type ScrapeQuestion =
  | {
      readonly kind: 'start'
      readonly scenarios: number
      readonly runsPerScenario: number
      /** Of each scenario, whatever its file has; undefined: as in its file. */
      readonly arms?: number
      readonly maxSeries?: number
    }
  /** So many runs more, of one scenario after the other. */
  | { readonly kind: 'run'; readonly runs: number }
  /** Forgets what blocked the event loop until now. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'blocked' }

export interface ScrapeAnswer {
  readonly address: string
  readonly series: number
  /** The longest time that the event loop was blocked since the reset. */
  readonly blockedMs: number
  /** Of this process so far. */
  readonly processorMs: number
}

/** Each scenario runs as often. */
const periodMs = 10_000
/** How often the loop is looked at; a figure includes it. */
const resolutionMs = 1
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
let answer: ScrapeAnswer = { address: '', series: 0, blockedMs: 0, processorMs: 0 }
let runMore: ((runs: number) => Promise<void>) | undefined

type StartQuestion = Extract<ScrapeQuestion, { kind: 'start' }>

/** With so many arms: the first of its own, and copies of its last under other names. */
function withArms(scenario: Scenario, count: number): Scenario {
  const last = scenario.arms.at(-1)!
  const arms = Array.from(
    { length: count },
    (_, index) => scenario.arms[index] ?? { ...last, name: `${last.name}-${index}` },
  )
  return { ...scenario, arms: arms.map((arm) => ({ ...arm, share: 1 / count })) }
}

/** The shipped journeys over and over under other names, each with real runs behind it, served as `serve` does. */
async function start({ scenarios: count, runsPerScenario, arms, maxSeries }: StartQuestion): Promise<ScrapeAnswer> {
  const shipped = await shippedScenarios()
  const scenarios: Scenario[] = Array.from({ length: count }, (_, index) => {
    const scenario = shipped[index % shipped.length]!
    return { ...(arms === undefined ? scenario : withArms(scenario, arms)), name: `${scenario.name}-${index}` }
  })
  const runs = new DirectRuns()
  const logger = createLogger({ level: 'silent' })
  // A run jumps over its waits one after the other; to whom publishes them, all scenarios run side by side.
  const clock = new ManualClock(Date.UTC(2026, 0, 1))
  const publication = createPublication({
    clock,
    logger,
    version: 'bench',
    revision: 'bench',
    ...(maxSeries !== undefined && { maxSeries }),
  })
  for (const scenario of scenarios) {
    runs.add(scenario)
    publication.addScenario(scenario)
  }
  let next = 0
  runMore = async (more) => {
    for (let index = 0; index < more; index++) {
      publication.sink.record(await runs.next(next++, 0))
      await clock.advance(periodMs / count)
    }
  }
  await runMore(count * runsPerScenario)
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
  return { address, series: publication.metrics.seriesCount, blockedMs: 0, processorMs: 0 }
}

answerQuestions<ScrapeQuestion, ScrapeAnswer>(async (question) => {
  if (question.kind === 'start') answer = await start(question)
  if (question.kind === 'run') await runMore!(question.runs)
  if (question.kind === 'reset') delay.reset()
  // One more turn, so that the monitor has seen the end of what blocked.
  await systemClock.sleep(5 * resolutionMs)
  return { ...answer, blockedMs: delay.max / 1e6, processorMs: processorMs() }
})
