import type { PhaseReport, SoakReport } from './soak.ts'

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`

const cells = ({ name, runs, missed, unaccounted, allowed, holdings }: PhaseReport) => [
  name,
  `${runs}`,
  `${missed}`,
  `${unaccounted.toFixed(1)} of ${allowed.toFixed(1)}`,
  megabytes(holdings.heapBytes),
  `${holdings.timers}`,
  `${holdings.sockets}`,
]

const row = (columns: readonly string[]) => `| ${columns.join(' | ')} |`

export const printPhase = (phase: PhaseReport): string => cells(phase).join(' · ')

/** Runs an hour of `scenarios/`: three once a second, five every two seconds. */
const shippedRunsAnHour = 5.5 * 3600

/** `docs/reliability.md`, as `npm run soak -- --write` leaves it. */
export function printReport(report: SoakReport, at: Date, loadAverage: number): string {
  const { seed, periodMs, phaseMs, scenarioCount, phases, exits, problems, scrapes } = report
  const ran = phases.reduce((sum, { runs }) => sum + runs, 0)
  const missed = phases.reduce((sum, phase) => sum + phase.missed, 0)
  const header = ['phase', 'runs', 'missed', 'off the plan, of what is allowed', 'heap', 'timers', 'sockets']
  return `# Reliability

Written by \`npm run soak -- --write\`: \`hopwatch serve\` through everything that can go wrong, and what was seen. Do not edit.

- Seed \`${seed}\`, ${at.toISOString().slice(0, 10)}, Node ${process.version}, load average of the machine ${loadAverage.toFixed(1)}.
- ${scenarioCount} scenarios each ${periodMs} ms and one by the second; ${phases.length} phases of ${phaseMs / 1000} s in two lives of the process: ${ran} runs, as
  many as the shipped scenarios make in ${(ran / shippedRunsAnHour).toFixed(1)} hours, and ${missed} planned ones that were missed, each counted with its reason: at this
  pace mostly because the run before was still under way, and a jump of the clock skips 3600 of the scenario by the second.
- Redis: ${report.hasRedis ? 'a real server, killed and started again' : 'none here, so its store was never there'}. The full disk: ${report.disk}.
- ${scrapes} scrapes in between: after each, no counter may have gone back and \`/healthz\` must answer.
- SIGTERM ended the lives with ${exits.map(({ code, tookMs }) => `${code} after ${(tookMs / 1000).toFixed(1)} s`).join(', ')} (grace 2 s; the first while reads hang).

${problems.length === 0 ? 'It passed: nothing was found that should not be.' : `It found:\n\n${problems.map((problem) => `- ${problem}`).join('\n')}`}

${row(header)}
${row(header.map(() => '---'))}
${phases.map((phase) => row(cells(phase))).join('\n')}

Every tick of a schedule becomes a run or a missed one with its reason, so both together grow by one a period. How far the worst scenario
was off that is the fourth column; it cannot be told more exactly than a tick and a run under way at either end, and the length of the two
scrapes. Heap is what was left after a collection at the end of the phase; timers and sockets are Node's own count.
`
}
