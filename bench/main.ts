import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { benchJourneys } from './journeys.ts'
import { benchMemory } from './memory.ts'
import { printResults, printRow, type Row } from './report.ts'
import { benchScrape } from './scrape.ts'
import { benchSimulator } from './simulator.ts'
import { benchTelemetry } from './telemetry.ts'

const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  journeys: benchJourneys,
  simulator: benchSimulator,
  scrape: benchScrape,
  memory: benchMemory,
  telemetry: benchTelemetry,
}

const names = Object.keys(parts)
const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}; there are ${names.join(', ')}.\n`)
  process.exit(2)
}

const loadAverage = loadavg()[0]!
const rows: Row[] = []
for (const name of chosen.length > 0 ? chosen : names) {
  process.stdout.write(`${name} …\n`)
  const found = await parts[name]!()
  for (const row of found) process.stdout.write(`\n${printRow(row)}`)
  process.stdout.write('\n')
  rows.push(...found)
}

// A part alone does not replace the results of a whole run.
if (chosen.length === 0) {
  await writeFile(new URL('results.md', import.meta.url), printResults(rows, Date.now(), loadAverage))
  process.stdout.write('written to bench/results.md\n')
}
process.exitCode = rows.some(({ passed }) => passed === false) ? 1 : 0
