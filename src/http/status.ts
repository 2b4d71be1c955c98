import type { Scenario } from '../domain/scenario.ts'
import type { Alarms } from '../publish/alarms.ts'
import type { Recent } from '../publish/recent.ts'
import type { Totals } from '../publish/totals.ts'
import { type Headline, headlineOf } from './headline.ts'
import { judgeReadiness, type Readiness, type ReadinessState } from './readiness.ts'
import { type ReloadState, scrubbedState } from './reload.ts'
import { type ScenarioStatus, scenarioStatus } from './scenario-status.ts'

export interface Status {
  readonly headline: Headline
  readonly version: string
  readonly startedAtWallMs: number
  readonly nowWallMs: number
  readonly readiness: Readiness
  /** How the files were found when they were last read. */
  readonly configuration: ReloadState
  readonly scenarios: readonly ScenarioStatus[]
}

export interface StatusSources {
  readonly scenarios: readonly Scenario[]
  readonly totals: Totals
  readonly recent: Recent
  readonly alarms?: Alarms | undefined
  readonly readiness: ReadinessState
  readonly configuration: ReloadState
  readonly version: string
  readonly startedAtWallMs: number
  readonly nowWallMs: number
}

/** Everything that the status page and `/api/v1/scenarios` show, as of now. */
export function readStatus(sources: StatusSources): Status {
  const totals = new Map(sources.totals.snapshot().map((scenario) => [scenario.scenario, scenario]))
  const recent = sources.recent.arms()
  const scenarios = sources.scenarios.flatMap((scenario) => {
    const counted = totals.get(scenario.name)
    return counted ? [scenarioStatus(scenario, counted, recent, sources.alarms?.statusOf(scenario.name))] : []
  })
  const readiness = judgeReadiness(sources.readiness)
  return {
    headline: headlineOf(scenarios, readiness.targets),
    version: sources.version,
    startedAtWallMs: sources.startedAtWallMs,
    nowWallMs: sources.nowWallMs,
    readiness,
    configuration: scrubbedState(sources.configuration),
    scenarios,
  }
}
