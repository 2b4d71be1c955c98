import type { RunJson, RunSummary } from '../../src/publish/run-json.ts'
import { type LaunchOptions, type Running, startHopwatch, until } from './process.ts'

/** A `serve` that answers HTTP. */
export interface Serving {
  readonly process: Running
  readonly address: string
}

/** Starts `serve` on a free port for the length of the present test, and waits for its address. */
export const startServe = (args: readonly string[], options?: LaunchOptions): Promise<Serving> =>
  serving(startHopwatch(['serve', '--listen', '127.0.0.1:0', ...args], options))

export async function serving(process: Running): Promise<Serving> {
  const [, address] = await process.says(/Status page\s+(http:\S+?)\/\s/)
  return { process, address: address! }
}

export async function get(address: string, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${address}${path}`, { headers: { connection: 'close', ...headers } })
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
}

export const getJson = async <T>(address: string, path: string): Promise<T> =>
  JSON.parse((await get(address, path)).text) as T

/** The newest runs, newest first. */
export const listRuns = async (address: string, query = 'limit=200'): Promise<RunSummary[]> =>
  (await getJson<{ runs: RunSummary[] }>(address, `/api/v1/runs?${query}`)).runs

export const readRun = (address: string, id: string) => getJson<RunJson>(address, `/api/v1/runs/${id}`)

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The samples of a Prometheus text page. */
export const parseMetrics = (text: string): Series[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
      if (name === undefined) throw new Error(`not a sample: ${line}`)
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text])
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }
    })

export const readMetrics = async (address: string): Promise<Series[]> =>
  parseMetrics((await get(address, '/metrics')).text)

/** The samples of one name whose labels include `labels`; a regular expression as a label's value matches. */
export const select = (series: readonly Series[], name: string, labels: Record<string, string | RegExp> = {}) =>
  series.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, wanted]) =>
        wanted instanceof RegExp ? wanted.test(sample.labels[label] ?? '') : sample.labels[label] === wanted,
      ),
  )

export const sum = (series: readonly Series[], name: string, labels: Record<string, string | RegExp> = {}): number =>
  select(series, name, labels).reduce((total, { value }) => total + value, 0)

/** Waits until the metrics hold what `holds` asks for, and returns them. */
export const metricsWhere = (
  address: string,
  what: string,
  holds: (series: Series[]) => boolean,
  withinMs?: number,
) => {
  const ask = async () => {
    const series = await readMetrics(address)
    return holds(series) && series
  }
  return until(what, ask, withinMs)
}
