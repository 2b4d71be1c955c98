import type { Scenario } from '../../domain/scenario.ts'
import { allowed, carries, staleReads, tokenLoss } from './figures.ts'
import type { RecordingRule } from './rule.ts'
import { watchOf } from './watch.ts'

/**
 * A burn rate divides by what is allowed, which an objective of 0 % does not let it: one event would be infinitely too many. So
 * nothing below 0.1 % is asked for. A single stale read with an intact token pages all the same, as a broken promise.
 */
export const leastAllowedShare = 0.001
/** Where a scenario sets no objective for it. */
export const defaultRetriesPerRead = 0.1

/** A scenario, and how often it is planned to run; undefined: too seldom, or too irregularly, to be missed. */
export interface RuledScenario {
  readonly scenario: Scenario
  readonly periodMs: number | undefined
}

/** What the scenario's file allows, as series, so that one alert serves every scenario. */
export function thresholdsOf({ scenario, periodMs }: RuledScenario): RecordingRule[] {
  const { name, objectives } = scenario
  const { staleReads: stale, tokenLoss: loss, p95Ms, retriesPerRead } = objectives
  const constant = (record: string, value: number, labels: Readonly<Record<string, string>> = {}): RecordingRule => ({
    record,
    expr: `vector(${value})`,
    labels: { scenario: name, ...labels },
  })
  const watch = watchOf(periodMs)
  return [
    ...(stale === undefined ? [] : [constant(staleReads.allowed, Math.max(stale, leastAllowedShare))]),
    ...(loss === undefined ? [] : [constant(tokenLoss.allowed, Math.max(loss, leastAllowedShare))]),
    // Its own past bounds it without an objective as well.
    constant(carries.floor, Math.max(loss ?? 0, leastAllowedShare)),
    constant(allowed.retriesPerRead, Math.max(retriesPerRead ?? 0, defaultRetriesPerRead)),
    ...(p95Ms === undefined ? [] : [constant(allowed.p95Seconds, p95Ms / 1000)]),
    ...(periodMs === undefined || watch === undefined
      ? []
      : [constant(allowed.plannedRuns, Number((1000 / periodMs).toPrecision(6)), { window: watch.window })]),
  ]
}
