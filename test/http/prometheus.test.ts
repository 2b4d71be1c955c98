import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plausibleRun, scenarioOf, seeded, serve, wallStartMs } from './support.ts'

const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

/** Asks until the expression has an answer, or the time is over. */
async function query(base: string, expression: string): Promise<readonly Sample[]> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expression)}`)
      const { data } = (await response.json()) as { data?: { result: readonly Sample[] } }
      if (data && data.result.length > 0) return data.result
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return []
}

test.skipIf(!hasPrometheus)(
  'a real Prometheus scrapes it, as OpenMetrics (skipped where it is not installed)',
  async () => {
    const served = await serve([scenarioOf('travel-itinerary')], {}, { processMetrics: true })
    const random = seeded('prometheus')
    for (let i = 0; i < 300; i++)
      served.publication.sink.record(plausibleRun(i, 'travel-itinerary', random, wallStartMs))
    const folder = await mkdtemp(join(tmpdir(), 'hopwatch-prometheus-'))
    const port = await freePort()
    const { host } = new URL(served.address)
    await writeFile(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: hopwatch, static_configs: [{ targets: ['${host}'] }] }]\n`,
    )
    const prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--enable-feature=exemplar-storage',
      ],
      { stdio: 'ignore' },
    )
    try {
      const base = `http://127.0.0.1:${port}`
      const [reads] = await query(base, 'sum(hopwatch_reads_total{job="hopwatch"})')
      expect(reads?.value[1]).toBe('300')
      const quantiles = await query(base, 'hopwatch_operation_duration_quantile_seconds{hop="itinerary"}')
      expect(new Set(quantiles.map(({ metric }) => metric.quantile))).toEqual(new Set(['0.5', '0.9', '0.95', '0.99']))
      const [buckets] = await query(base, 'sum(hopwatch_operation_duration_seconds_bucket{le="+Inf"})')
      expect(buckets?.value[1]).toBe('600')
      const [scraped] = await query(base, 'scrape_samples_scraped')
      expect(Number(scraped?.value[1])).toBeGreaterThan(250)
      const selector = encodeURIComponent('hopwatch_operation_duration_seconds_bucket')
      const exemplars = await fetch(
        `${base}/api/v1/query_exemplars?query=${selector}&start=${wallStartMs / 1000 - 60}&end=4102444800`,
      )
      expect(await exemplars.text()).toMatch(
        /"trace_id":"[0-9a-f]{32}","run_id":"travel-itinerary-\d+"|"run_id":"travel-itinerary-\d+","trace_id":"[0-9a-f]{32}"/,
      )
    } finally {
      prometheus.kill()
      await once(prometheus, 'exit')
      await rm(folder, { recursive: true, force: true })
      await served.close()
    }
  },
)
