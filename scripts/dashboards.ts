/** Writes dashboards/*.json, and the tables of panels in docs/dashboards/README.md, from the catalogue: `npm run dashboards`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboards } from './dashboards/all.ts'
import { printDashboard } from './dashboards/frame.ts'
import { writePanels } from './dashboards/page.ts'

const root = join(import.meta.dirname, '..')

function write(file: string, text: string): void {
  writeFileSync(join(root, file), text)
  process.stdout.write(`${file}\n`)
}

for (const plan of dashboards) write(`dashboards/${plan.uid}.json`, printDashboard(plan))
const page = 'docs/dashboards/README.md'
write(page, writePanels(readFileSync(join(root, page), 'utf8'), dashboards))
