import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPromtool } from '../rules/promtool.ts'
import { hopwatch, type Running, root, stop } from './process.ts'
import { get, getJson, metricsWhere, type Series, select, serving, sum } from './service.ts'

const files = readdirSync(join(root, 'scenarios')).filter((file) => file.endsWith('.yaml'))
const scenarios = files.map((file) => file.replace('.yaml', ''))
const controlled = files
  .filter((file) => /^ {2}control:/m.test(readFileSync(join(root, 'scenarios', file), 'utf8')))
  .map((file) => file.replace('.yaml', ''))
const wrong = /^(stale|missing)$/

/** What `npm start` does, for as long as it takes until each scenario has shown what its control arm is for. */
describe('the shipped scenarios against the embedded simulator', () => {
  let serve: Running
  let address: string
  let metrics: Series[]

  beforeAll(async () => {
    serve = hopwatch(['serve', '--listen', '127.0.0.1:0'])
    ;({ address } = await serving(serve))
    metrics = await metricsWhere(
      address,
      'control reads that are stale in every scenario',
      (series) =>
        scenarios.every(
          (scenario) =>
            (!controlled.includes(scenario) ||
              sum(series, 'hopwatch_reads_total', { scenario, arm: 'control', verdict: wrong }) > 0) &&
            sum(series, 'hopwatch_reads_total', { scenario, arm: 'propagated', token: 'intact' }) > 5,
        ),
      // The rarest control arm runs once in 20 s, and is not stale each time.
      150_000,
    )
  }, 180_000)

  afterAll(() => stop(serve))

  test.each(controlled)('%s: without its token some reads are stale or missing', (scenario) => {
    const labels = { scenario, arm: 'control', verdict: wrong }
    expect(sum(metrics, 'hopwatch_reads_total', labels)).toBeGreaterThan(0)
  })

  test.each(scenarios)('%s: with its token no read is stale or missing', (scenario) => {
    const reads = (labels: Record<string, string | RegExp>) =>
      sum(metrics, 'hopwatch_reads_total', { scenario, ...labels })
    expect(reads({ arm: 'propagated', token: 'intact', verdict: 'fresh' })).toBeGreaterThan(5)
    expect(reads({ token: 'intact', verdict: wrong })).toBe(0)
    expect(reads({ arm: 'propagated', token: /^(lost|behind|foreign|malformed)$/ })).toBe(0)
    expect(sum(metrics, 'hopwatch_runs_total', { scenario, result: 'crashed' })).toBe(0)
  })

  test.each(scenarios)('%s: request units, retries, latencies and quantiles', (scenario) => {
    expect(sum(metrics, 'hopwatch_request_units_total', { scenario })).toBeGreaterThan(0)
    for (const reason of ['session', 'throttle', 'endpoint', 'timeout', 'connection']) {
      expect(select(metrics, 'hopwatch_retries_total', { scenario, reason })).not.toEqual([])
    }
    expect(sum(metrics, 'hopwatch_operation_duration_seconds_count', { scenario })).toBeGreaterThan(0)
    const quantiles = select(metrics, 'hopwatch_operation_duration_quantile_seconds', { scenario, quantile: '0.95' })
    expect(quantiles.filter(({ value }) => value > 0)).not.toEqual([])
    expect(sum(metrics, 'hopwatch_run_duration_seconds_count', { scenario })).toBeGreaterThan(0)
  })

  test('it is ready, and its page shows every scenario', async () => {
    expect(await getJson(address, '/readyz')).toMatchObject({ ready: true, status: 'ready', reasons: [] })
    expect(sum(metrics, 'hopwatch_target_up')).toBe(1)
    const page = await get(address, '/')
    expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8'])
    for (const scenario of scenarios) expect(page.text).toContain(scenario)
  })

  test.skipIf(!hasPromtool)('promtool finds nothing to say about the metrics', async () => {
    const { text } = await get(address, '/metrics')
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  test('the headline is green', async () => {
    const { text } = await get(address, '/')
    expect(text).toContain('class="headline good"')
  })

  test('the welcome says what runs, where, and where to look', () => {
    for (const scenario of scenarios) expect(serve.printed.stderr).toContain(scenario)
    expect(serve.printed.stderr).toContain('embedded simulator (West Europe, North Europe, East US')
    expect(serve.printed.stderr).toContain(`Metrics      ${address}/metrics`)
  })

  test('standard output is JSON lines, and each says its level', () => {
    const lines = serve.printed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string })
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
    expect(lines.length).toBeGreaterThan(0)
  })
})
