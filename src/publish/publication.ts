import type { Clock } from '../base/clock.ts'
import type { Sink } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { Alarms } from './alarms.ts'
import { fanOut, type NamedSink } from './fan-out.ts'
import { RunHistory } from './history.ts'
import { LogSink } from './log-sink.ts'
import type { Logger } from './logger.ts'
import { PrometheusMetrics } from './prometheus.ts'
import { Recent } from './recent.ts'
import { Totals } from './totals.ts'

const defaultMaxSeries = 20_000

export interface PublicationOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly version: string
  readonly revision: string
  readonly maxSeries?: number
  readonly processMetrics?: boolean
  /** Absent where nobody watches over time. */
  readonly alarms?: Alarms
  /** Outputs of others, fed besides. */
  readonly moreSinks?: readonly NamedSink[]
}

/** Everything that publishes, behind one sink. */
export interface Publication {
  readonly sink: Sink
  readonly metrics: PrometheusMetrics
  readonly totals: Totals
  readonly recent: Recent
  readonly history: RunHistory
  readonly alarms: Alarms | undefined
  addScenario(scenario: Scenario): void
  /** The file of a scenario has changed: its counters go on, its figures on the page begin anew. */
  replaceScenario(scenario: Scenario): void
  removeScenario(name: string): void
  /** Prints what the log still holds back. */
  close(): void
}

export function createPublication(options: PublicationOptions): Publication {
  const { clock, logger, version, revision, alarms, maxSeries = defaultMaxSeries, processMetrics = true } = options
  const totals = new Totals()
  const recent = new Recent(clock)
  const history = new RunHistory()
  const log = new LogSink(logger, clock)
  const metrics = new PrometheusMetrics({ totals, recent, version, revision, maxSeries, processMetrics })
  const sinks: NamedSink[] = [
    { name: 'prometheus', sink: metrics },
    { name: 'totals', sink: totals },
    { name: 'recent', sink: recent },
    { name: 'history', sink: history },
    { name: 'log', sink: log },
    ...(alarms ? [{ name: 'alarm', sink: alarms }] : []),
    ...(options.moreSinks ?? []),
  ]
  for (const { name } of sinks) metrics.declareSink(name)
  if (alarms) metrics.watchAlarms(() => alarms.statuses())
  return {
    sink: fanOut(sinks, { clock, logger, onError: (name) => metrics.countSinkError(name) }),
    metrics,
    totals,
    recent,
    history,
    alarms,
    addScenario: (scenario) => {
      for (const part of [metrics, totals, recent]) part.addScenario(scenario)
      history.addScenario(scenario.name)
      alarms?.addScenario(scenario)
    },
    replaceScenario: (scenario) => {
      metrics.replaceScenario(scenario)
      for (const part of [totals, recent]) part.addScenario(scenario)
      alarms?.addScenario(scenario)
    },
    removeScenario: (name) => {
      for (const part of [metrics, totals, recent, history]) part.removeScenario(name)
      alarms?.removeScenario(name)
    },
    close: () => log.close(),
  }
}
