import { cpus, totalmem } from 'node:os'

/** One line of the result: a figure against its target, or, without a target, a figure that explains another. */
export interface Row {
  readonly what: string
  readonly measured: string
  readonly target: string
  /** Undefined where there is no target. */
  readonly passed: boolean | undefined
  readonly how: string
}

const verdictOf = ({ passed }: Row): string => (passed === undefined ? '–' : passed ? 'pass' : 'FAIL')

/** For the terminal: one block a row, because the columns would not fit. */
export const printRow = (row: Row): string =>
  `${verdictOf(row).padEnd(4)}  ${row.what}\n      measured ${row.measured}; target ${row.target}\n      ${row.how}\n`

/** bench/results.md, whole. Names neither host nor path. */
export function printResults(rows: readonly Row[], wallMs: number, loadAverage: number): string {
  const [first] = cpus()
  const gigabytes = (totalmem() / 2 ** 30).toFixed(1)
  return `# Bench

Written by \`npm run bench\`; do not edit. Ratios of two sides measured in the same run, in turns, each side in a process of its
own; the median of the rounds counts.

- date: ${new Date(wallMs).toISOString().slice(0, 10)}
- machine: ${cpus().length} cores, ${first?.model.trim() ?? 'unknown processor'}, ${gigabytes} GB of memory, ${process.platform}
- Node ${process.versions.node}
- load of the machine when the bench began (1 min average): ${loadAverage.toFixed(1)}; far above 0 means that it was shared with other work

| what | measured | target | | how |
|---|---|---|---|---|
${rows.map((row) => `| ${row.what} | ${row.measured} | ${row.target} | ${verdictOf(row)} | ${row.how} |`).join('\n')}
`
}
