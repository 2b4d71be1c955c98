/**
 * Runs every shipped scenario and drill as often as docs/scenarios.md documents, against the embedded simulator, and writes what came
 * of it between the markers there. Exits with 1, and writes nothing, when a verdict is not the documented one.
 *
 * node scripts/scenarios-table.ts [seed]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Interval } from '../src/domain/statistics.ts'
import type { ArmTotals } from '../src/publish/arm-tally.ts'
import { differences, documented, found, type GroupResult, groups, runGroup } from './documented-verdicts.ts'

const page = join(import.meta.dirname, '../docs/scenarios.md')
const markers = /<!-- verdicts -->\n[\s\S]*<!-- \/verdicts -->/

const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`
const rate = (interval: Interval | undefined) =>
  interval === undefined ? '–' : `${percent(interval.point)} (${percent(interval.low)} to ${percent(interval.high)})`

function expectation(scenario: string, arm: string): string {
  const { occurs = [], mayOccur = [] } = documented[scenario]?.[arm] ?? {}
  return [...occurs, ...mayOccur.map((finding) => `perhaps ${finding}`)].join(', ') || 'none'
}

const row = (scenario: string, arm: ArmTotals): string => {
  const p95Ms = (arm.readLatency ?? arm.pollLatency)?.p95Ms
  const runs = Object.values(arm.runs).reduce((sum, count) => sum + count, 0)
  const cells = [
    scenario,
    arm.arm,
    String(runs),
    expectation(scenario, arm.arm),
    found(arm)
      .map(({ finding, count }) => `${count} ${finding}`)
      .join(', ') || 'none',
    rate(arm.staleRate),
    rate(arm.tokenLossRate),
    arm.requestUnitsPerRun?.toFixed(1) ?? '–',
    p95Ms === undefined ? '–' : `${Math.round(p95Ms)} ms`,
  ]
  return `| ${cells.join(' | ')} |`
}

const tableOf = ({ title, runs, totals }: GroupResult): string =>
  [
    `### ${title}, ${runs} runs each\n`,
    '| scenario | arm | runs | expected findings | found | stale | token loss | RU a run | p95 |',
    '|---|---|---|---|---|---|---|---|---|',
    ...totals.flatMap(({ scenario, arms }) => arms.map((arm) => row(scenario, arm))),
  ].join('\n')

const seed = Number(process.argv[2] ?? 1)
const results: GroupResult[] = []
for (const group of groups) results.push(await runGroup(group, seed))
const wrong = results.flatMap(({ totals }) =>
  totals.flatMap(({ scenario, arms }) =>
    arms.flatMap((arm) => differences(scenario, arm).map((difference) => `${scenario}, ${arm.arm}: ${difference}`)),
  ),
)
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join('\n')}\n`)
  process.exitCode = 1
} else {
  const table = `<!-- verdicts -->\n${results.map(tableOf).join('\n\n')}\n<!-- /verdicts -->`
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace(markers, () => table),
  )
  process.stdout.write('docs/scenarios.md is written\n')
}
