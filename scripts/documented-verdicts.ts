import { join } from 'node:path'
import { systemClock } from '../src/base/clock.ts'
import { seededRandom } from '../src/base/random.ts'
import { runCheck } from '../src/compose/check.ts'
import type { Finding } from '../src/domain/finding.ts'
import type { Scenario } from '../src/domain/scenario.ts'
import type { ArmTotals } from '../src/publish/arm-tally.ts'
import type { ScenarioTotals } from '../src/publish/totals.ts'
import { loadScenarios } from '../src/scenario/load-scenarios.ts'
import type { StartOptions } from '../src/simulator/start.ts'

/** What an arm's reads and polls amount to. Any finding that is in neither list must never occur. */
export interface Documented {
  /** Each occurs within the documented number of runs. */
  readonly occurs: readonly Finding[]
  /** Depends on how the run falls. */
  readonly mayOccur?: readonly Finding[]
}

/** Scenario → arm → what must come of it. A workaround's polls find nothing while the write shows in time. */
export const documented: Readonly<Record<string, Readonly<Record<string, Documented>>>> = {
  'billing-invoice': withAndWithout({ workaround: { occurs: [] } }),
  canary: { propagated: { occurs: ['kept'] }, canary: { occurs: [] } },
  'field-maintenance': withAndWithout(),
  'mobile-reconnect': withAndWithout({ workaround: { occurs: [] } }),
  'node-ring': withAndWithout(),
  'queue-worker': withAndWithout(),
  'student-enrollment': withAndWithout(),
  'travel-itinerary': withAndWithout(),
  'client-per-request': { propagated: { occurs: ['token-loss-seen', 'token-loss-latent'] } },
  'container-recreated': { propagated: { occurs: ['silent-downgrade-seen'] } },
  'global-token-cache': { propagated: { occurs: ['token-loss-seen', 'token-loss-latent', 'kept'] } },
  'header-limit': { propagated: { occurs: ['token-loss-latent', 'kept'], mayOccur: ['token-loss-seen'] } },
  'partition-split': { propagated: { occurs: ['kept'] } },
  'queue-redelivery': {
    propagated: { occurs: ['token-loss-seen', 'kept'], mayOccur: ['token-loss-latent'] },
  },
  'region-failover': { propagated: { occurs: ['kept'] } },
  'strong-instead': { propagated: { occurs: ['kept'] }, workaround: { occurs: ['kept'] } },
  'wrong-partition': {
    propagated: { occurs: ['token-loss-seen', 'token-loss-latent'], mayOccur: ['kept'] },
  },
}

/** Where the token travels nothing is found; where it is withheld, losses are, and some of them are seen. */
function withAndWithout(more: Readonly<Record<string, Documented>> = {}): Readonly<Record<string, Documented>> {
  return {
    propagated: { occurs: ['kept'] },
    control: { occurs: ['token-loss-seen', 'token-loss-latent'], mayOccur: ['kept'] },
    ...more,
  }
}

export interface Group {
  readonly title: string
  readonly directory: string
  /** Of each scenario. */
  readonly runs: number
  readonly simulator: StartOptions
}

export const groups: readonly Group[] = [
  { title: 'Scenarios', directory: 'scenarios', runs: 100, simulator: {} },
  { title: 'Drills', directory: 'scenarios/drills', runs: 60, simulator: {} },
  {
    title: 'Drill on a Strong account',
    directory: 'scenarios/drills/strong',
    runs: 20,
    simulator: { consistency: 'Strong' },
  },
]

export interface GroupResult extends Group {
  readonly scenarios: readonly Scenario[]
  readonly totals: readonly ScenarioTotals[]
}

/** Runs all scenarios of a group as often as documented, against an embedded simulator of their own. Rejects for a file with problems. */
export async function runGroup(group: Group, seed: number): Promise<GroupResult> {
  const { scenarios, problems } = await loadScenarios([join(import.meta.dirname, '..', group.directory)], {})
  if (problems.length > 0) throw new Error(`${group.directory} has problems; hopwatch validate tells them`)
  const totals = await runCheck({
    scenarios,
    runs: group.runs,
    forMs: undefined,
    targets: [],
    simulator: { ...group.simulator, seed },
    provision: true,
    owner: 'documented',
    clock: systemClock,
    random: seededRandom(seed),
    signal: new AbortController().signal,
    onRun: () => {},
    onSimulatorError: (error) => {
      throw error
    },
  })
  return { ...group, scenarios, totals }
}

/** The findings of an arm, most frequent first. */
export const found = (arm: ArmTotals): { finding: Finding; count: number }[] =>
  (Object.entries(arm.findings) as [Finding, number][])
    .filter(([, count]) => count > 0)
    .map(([finding, count]) => ({ finding, count }))
    .toSorted((a, b) => b.count - a.count)

/** In what way an arm differs from what is documented; empty: in none. */
export function differences(scenario: string, arm: ArmTotals): string[] {
  const expected = documented[scenario]?.[arm.arm]
  if (expected === undefined) return ['it is not documented']
  const names = found(arm).map(({ finding }) => finding)
  const allowed = [...expected.occurs, ...(expected.mayOccur ?? [])]
  return [
    ...expected.occurs.filter((finding) => !names.includes(finding)).map((finding) => `no ${finding}`),
    ...names.filter((finding) => !allowed.includes(finding)).map((finding) => `an unexpected ${finding}`),
    ...(['failed', 'abandoned', 'crashed'] as const)
      .filter((result) => arm.runs[result] > 0)
      .map((result) => `${arm.runs[result]} runs ${result}`),
  ]
}
