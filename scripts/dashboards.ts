/** Writes dashboards/*.json from the catalogue of metrics: `npm run dashboards`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboards } from './dashboards/all.ts'
import { printDashboard } from './dashboards/frame.ts'

for (const plan of dashboards) {
  const file = `dashboards/${plan.uid}.json`
  writeFileSync(join(import.meta.dirname, '..', file), printDashboard(plan))
  process.stdout.write(`${file}\n`)
}
