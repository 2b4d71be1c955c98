import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { printPhase, printReport } from './report.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    /** Of each scenario, in milliseconds. */
    period: { type: 'string', default: '50' },
    /** Length of each phase, in milliseconds. */
    phase: { type: 'string', default: '13500' },
    /** Writes docs/reliability.md. */
    write: { type: 'boolean', default: false },
  },
})

const load = loadavg()[0]!
const options = { seed: Number(values.seed), periodMs: Number(values.period), phaseMs: Number(values.phase) }
const report = await soak(options, (phase) => process.stdout.write(`${printPhase(phase)}\n`))
const text = printReport(report, new Date(), load)
process.stdout.write(`\n${text}`)
if (values.write) await writeFile(new URL('../../docs/reliability.md', import.meta.url), text)
process.exitCode = report.problems.length > 0 ? 1 : 0
