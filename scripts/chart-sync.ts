/**
 * `npm run chart:sync`: copies into the Helm chart what it installs, byte for byte, for a chart cannot reach outside its
 * directory, and writes its table of values. With `--check` it changes nothing and names what is out of date.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { valuesTable } from './chart/values-table.ts'

const root = join(import.meta.dirname, '..')
const chart = join(root, 'helm/hopwatch')
const read = (path: string): string => readFileSync(path, 'utf8')
const named = (directory: string, name: RegExp): string[] => readdirSync(directory).filter((file) => name.test(file))

/** Path in the chart → what is there. */
function wanted(): Map<string, string> {
  const copies = [
    ...named(join(root, 'scenarios'), /\.yaml$/).map((file) => [`scenarios/${file}`, `scenarios/${file}`]),
    ...named(join(root, 'dashboards'), /\.json$/).map((file) => [`dashboards/${file}`, `dashboards/${file}`]),
    ['alerts.yaml', 'dashboards/alerts.yaml'],
  ]
  const readme = read(join(chart, 'README.md'))
  const begin = '<!-- values: written by npm run chart:sync -->\n'
  return new Map([
    ...copies.map(([to, from]): [string, string] => [`files/${to}`, read(join(root, from!))]),
    [
      'README.md',
      `${readme.slice(0, readme.indexOf(begin))}${begin}${valuesTable(read(join(chart, 'values.schema.json')), read(join(chart, 'values.yaml')))}`,
    ],
  ])
}

const present = readdirSync(join(chart, 'files'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(chart.length + 1))
const files = wanted()
const gone = present.filter((path) => !files.has(path))
const stale = [...files].filter(
  ([path, text]) => !present.concat('README.md').includes(path) || read(join(chart, path)) !== text,
)

if (process.argv.includes('--check')) {
  for (const path of [...gone, ...stale.map(([path]) => path)]) process.stdout.write(`helm/hopwatch/${path}\n`)
  process.exitCode = gone.length + stale.length === 0 ? 0 : 1
} else {
  for (const path of gone) rmSync(join(chart, path))
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(chart, path)), { recursive: true })
    writeFileSync(join(chart, path), text)
  }
}
