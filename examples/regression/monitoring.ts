import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, freePort, startChild } from './child.ts'

const isThere = (command: string) => spawnSync(command, ['--version']).error === undefined
/** Debian's name for it, and its own. */
const alertmanager = ['prometheus-alertmanager', 'alertmanager'].find(isThere)

/** What is missing of what the demonstration needs besides Node. */
export const missingPrograms: readonly string[] = [
  ...(isThere('prometheus') ? [] : ['prometheus']),
  ...(alertmanager === undefined ? ['prometheus-alertmanager'] : []),
]

export interface Served extends Child {
  readonly url: string
}

/** The shipped example, with this webhook in the place of the pager and of the tickets. */
export async function startAlertmanager(folder: string, webhookUrl: string): Promise<Served> {
  const example = await readFile(join(import.meta.dirname, '../../dashboards/alertmanager.example.yaml'), 'utf8')
  const file = join(folder, 'alertmanager.yaml')
  await writeFile(file, example.replaceAll(/\burl: \S+/g, `url: ${webhookUrl}`))
  const port = await freePort()
  const child = await startChild(
    alertmanager ?? 'alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone: no gossip, and no port for it.
      '--cluster.listen-address=',
    ],
    /Listening on/i,
  )
  return { ...child, url: `http://127.0.0.1:${port}` }
}

export interface PrometheusOptions {
  readonly folder: string
  readonly rulesFile: string
  readonly hopwatchUrl: string
  readonly alertmanagerUrl: string
}

export async function startPrometheus(options: PrometheusOptions): Promise<Served> {
  const { folder, rulesFile, hopwatchUrl, alertmanagerUrl } = options
  const file = join(folder, 'prometheus.yaml')
  const host = (url: string) => new URL(url).host
  await writeFile(
    file,
    `global: { scrape_interval: 1s }
rule_files: ['${rulesFile}']
scrape_configs: [{ job_name: hopwatch, static_configs: [{ targets: ['${host(hopwatchUrl)}'] }] }]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['${host(alertmanagerUrl)}'] }] }] }
`,
  )
  const port = await freePort()
  const child = await startChild(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    /Server is ready to receive web requests/,
  )
  return { ...child, url: `http://127.0.0.1:${port}` }
}
