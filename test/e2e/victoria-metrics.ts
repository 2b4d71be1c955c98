import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { makeSuiteFolder, removeFolder, until } from './process.ts'
import { freePorts } from './simulator.ts'

/** Installed, or where `.ci/victoria-metrics` puts it. */
const unpacked = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'hopwatch/victoria-metrics/usr/bin/victoria-metrics',
)
const binary = existsSync(unpacked) ? unpacked : 'victoria-metrics'
export const hasVictoriaMetrics =
  spawnSync(binary, ['--version']).status === 0 || process.env.HOPWATCH_REQUIRE_ALL_TESTS !== undefined

/** A real receiver of OTLP metrics, with a directory of its own, that answers PromQL. */
export async function startVictoriaMetrics() {
  const folder = await makeSuiteFolder()
  const port = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const child: ChildProcess = spawn(
    binary,
    [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${folder}/data`, '-opentelemetry.usePrometheusNaming'],
    { stdio: 'ignore' },
  )
  const exited = once(child, 'exit')
  await until('VictoriaMetrics', () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return {
    metricsEndpoint: `${url}/opentelemetry/v1/metrics`,
    /** Flushed first, so that what was taken is seen. */
    query: async (promql: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
      await fetch(`${url}/internal/force_flush`)
      const response = await fetch(
        `${url}/api/v1/query?query=${encodeURIComponent(promql)}&nocache=1&latency_offset=1ms`,
      )
      const { data } = (await response.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] }
      }
      return data.result
    },
    close: async () => {
      child.kill('SIGKILL')
      await exited
      await removeFolder(folder)
    },
  }
}
