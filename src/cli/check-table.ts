import colors from 'picocolors'
import type { CheckReport } from './check-report.ts'
import { milliseconds, objectiveLine, rate } from './check-words.ts'
import { table } from './table.ts'

/** The verdicts for people at a terminal. */
export function printTable(report: CheckReport): string {
  const rows = report.scenarios.flatMap((scenario) =>
    scenario.arms.map((arm, index) => [
      index === 0 ? scenario.scenario : '',
      arm.arm,
      String(arm.judgedReads),
      rate(arm.staleRate),
      rate(arm.tokenLossRate),
      milliseconds((arm.readLatency ?? arm.pollLatency)?.p50Ms),
      milliseconds((arm.readLatency ?? arm.pollLatency)?.p95Ms),
      arm.retriesPerRead?.toFixed(2) ?? '–',
      arm.requestUnits?.toFixed(0) ?? '–',
      arm.requestUnitsPerRun?.toFixed(1) ?? '–',
    ]),
  )
  const head = ['scenario', 'arm', 'judged', 'stale', 'token loss', 'p50', 'p95', 'retries/read', 'RU', 'RU/run']
  const lines = [table(head, rows, 2), '']
  for (const scenario of report.scenarios) {
    const verdict = scenario.isGood ? colors.green('pass') : colors.red('FAIL')
    lines.push(`${verdict}  ${scenario.scenario}`)
    for (const result of scenario.objectives) lines.push(`      ${objectiveLine(result)}`)
    for (const remark of scenario.remarks) lines.push(`      ${colors.yellow('note')}  ${remark}`)
  }
  const worst = report.scenarios.flatMap((scenario) =>
    scenario.arms.flatMap((arm) => (arm.carriesToken && arm.lastFinding ? [{ scenario, last: arm.lastFinding }] : [])),
  )
  for (const { scenario, last } of worst) {
    lines.push(
      `Last finding of ${scenario.scenario}: ${last.finding} at ${last.hop} (${last.region}), run ${last.runId}`,
    )
  }
  return `${lines.join('\n')}\nseed ${report.seed}\n`
}
