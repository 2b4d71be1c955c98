import { type AlarmKind, alarmKinds } from '../domain/alarm-observation.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { AlarmStatus } from './alarm-watch.ts'
import type { Families } from './families.ts'
import type { Recent } from './recent.ts'
import type { Totals } from './totals.ts'

/** What the gauges are read off, as of now. */
export interface GaugeSources {
  readonly totals: Pick<Totals, 'protections'>
  readonly recent: Pick<Recent, 'arms' | 'operations'>
  /** Those that are loaded. */
  readonly scenarios: readonly Pick<Scenario, 'name' | 'budget'>[]
  /** What back-off lets start of the planned runs, by scenario. */
  readonly admittedShares: ReadonlyMap<string, number>
  /** Of each loaded scenario. */
  readonly alarms: ReadonlyMap<string, readonly AlarmStatus[]>
}

/** Reads the gauges off the windows and totals: they hold only as of a scrape, and what has no samples is absent. */
export function refreshGauges(
  families: Families,
  { totals, recent, scenarios, admittedShares, alarms }: GaugeSources,
): void {
  const { staleReadRatio, tokenLossRatio, operationQuantile, tokenProtection, budgetRatio, admittedRuns } = families
  const arms = recent.arms()
  staleReadRatio.replaceBy(arms.flatMap(({ scenario, arm, staleRatio }) => sample([scenario, arm], staleRatio)))
  tokenLossRatio.replaceBy(arms.flatMap((of) => sample([of.scenario, of.arm], of.tokenLossRatio)))
  operationQuantile.replaceBy(
    recent
      .operations()
      .flatMap(({ scenario, hop, operation, quantilesMs }) =>
        quantilesMs.flatMap(({ quantile, ms }) =>
          sample([scenario, hop, operation, String(quantile)], Math.round(ms * 100) / 100_000),
        ),
      ),
  )
  tokenProtection.replaceBy(
    [...totals.protections()].flatMap(([name, protection]) =>
      (['low', 'point', 'high'] as const).flatMap((bound) => sample([name, bound], protection[bound])),
    ),
  )
  admittedRuns.replaceBy(scenarios.flatMap(({ name }) => sample([name], admittedShares.get(name))))
  const spent = new Map<string, number>()
  for (const { scenario, requestUnitsPerSecond } of arms)
    spent.set(scenario, (spent.get(scenario) ?? 0) + requestUnitsPerSecond)
  budgetRatio.replaceBy(
    scenarios.flatMap(({ name, budget: declared }) => {
      const budget = declared?.requestUnitsPerSecond
      return sample([name], budget ? (spent.get(name) ?? 0) / budget : undefined)
    }),
  )
  showAlarms(families, alarms)
}

/** None where there is no value: a gauge without samples is absent. */
const sample = <const Values extends readonly string[]>(
  values: Values,
  value: number | undefined,
): (readonly [Values, number])[] => (value === undefined ? [] : [[values, value]])

function showAlarms(families: Families, alarms: ReadonlyMap<string, readonly AlarmStatus[]>): void {
  const gauges = {
    tokenLoss: { raised: families.tokenLossAlarm, grown: families.tokenLossEvidence },
    staleReads: { raised: families.staleReadAlarm, grown: families.staleReadEvidence },
  } satisfies Record<AlarmKind, unknown>
  for (const kind of alarmKinds) {
    const of = [...alarms].flatMap(([scenario, statuses]) =>
      statuses.filter((status) => status.kind === kind).map((status) => ({ scenario, ...status })),
    )
    // Exactly these: an alarm that a changed file has switched off must not go on being raised.
    gauges[kind].raised.replaceBy(of.map(({ scenario, isRaised }) => [[scenario], isRaised ? 1 : 0]))
    // Cut off rather than rounded: 1 is for an alarm that is raised.
    gauges[kind].grown.replaceBy(of.map(({ scenario, evidence }) => [[scenario], Math.floor(evidence * 1000) / 1000]))
  }
}
