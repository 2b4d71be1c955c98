import { formatDuration } from '../base/duration.ts'
import { type HopDeclaration, regionLabel, type Scenario, type Schedule } from '../domain/scenario.ts'
import type { AlarmStatus } from '../publish/alarm-watch.ts'
import type { ArmTotals } from '../publish/arm-tally.ts'
import type { RecentArm } from '../publish/recent.ts'
import type { ScenarioTotals } from '../publish/totals.ts'

export interface ArmStatus extends ArmTotals {
  /** Share of the runs, in 0…1. */
  readonly share: number
  /** The last five minutes. */
  readonly recent: RecentArm | undefined
}

export interface ScenarioStatus {
  readonly name: string
  readonly about: string
  readonly target: string
  /** `every 2s`, or the cron expression. */
  readonly schedule: string
  readonly hops: readonly (HopDeclaration & { readonly regionLabel: string })[]
  readonly journey: Scenario['journey']
  readonly objectives: Scenario['objectives']
  readonly budget: Scenario['budget']
  readonly missed: ScenarioTotals['missed']
  readonly protection: ScenarioTotals['protection']
  readonly staleness: ScenarioTotals['staleness']
  readonly arms: readonly ArmStatus[]
  /** Of lost tokens and of stale reads; empty where nobody watches over time. */
  readonly alarms: readonly AlarmStatus[]
}

/** What the file says and what has been counted, together. */
export function scenarioStatus(
  scenario: Scenario,
  counted: ScenarioTotals,
  recent: readonly RecentArm[],
  alarms: readonly AlarmStatus[] = [],
): ScenarioStatus {
  return {
    name: scenario.name,
    about: scenario.about,
    target: scenario.target,
    schedule: describeSchedule(scenario.schedule),
    hops: scenario.hops.map((hop) => ({ ...hop, regionLabel: regionLabel(hop) })),
    journey: scenario.journey,
    objectives: scenario.objectives,
    budget: scenario.budget,
    missed: counted.missed,
    protection: counted.protection,
    staleness: counted.staleness,
    alarms,
    arms: counted.arms.map((arm) => ({
      ...arm,
      share: scenario.arms.find(({ name }) => name === arm.arm)?.share ?? 0,
      recent: recent.find((window) => window.scenario === scenario.name && window.arm === arm.arm),
    })),
  }
}

const describeSchedule = (schedule: Schedule): string =>
  schedule.kind === 'every'
    ? `every ${formatDuration(schedule.periodMs)}`
    : `cron ${schedule.expression}${schedule.timezone === undefined ? '' : ` (${schedule.timezone})`}`
