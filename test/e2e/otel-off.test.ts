import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { startReceiver } from './otlp-receiver.ts'
import { makeFolder, root, until } from './process.ts'
import { metricsWhere, readMetrics, startServe, sum } from './service.ts'

const noting = { NODE_OPTIONS: `--import=${pathToFileURL(`${root}test/e2e/preload/note-modules.mjs`).href}` }

async function serveWith(env: Record<string, string>, configuration = '') {
  const cwd = await makeFolder()
  await writeScenario(cwd, 'journey')
  await writeConfiguration(cwd, configuration)
  return startServe(['--grace', '2s'], { cwd, env: { ...noting, ...env } })
}

/** The packages that the process had loaded when it ended. */
async function endOf({ process }: Awaited<ReturnType<typeof serveWith>>) {
  process.signal('SIGTERM')
  const { code } = await process.ended
  // Each of its threads says so.
  const loaded = [...process.printed.stderr.matchAll(/^loaded: (.*)$/gm)].flatMap(([, names = '']) => names.split(' '))
  return { code, loaded, log: process.printed.stdout }
}

describe('OpenTelemetry', () => {
  test('that nobody asked for: nothing of its SDK is loaded, and no count of exports is shown', async () => {
    const serving = await serveWith({})
    const shown = await metricsWhere(serving.address, 'a run', (series) => sum(series, 'hopwatch_runs_total') > 0)
    expect(shown.filter(({ name }) => name === 'hopwatch_export_errors_total')).toEqual([])
    const { code, loaded } = await endOf(serving)
    expect(code).toBe(0)
    expect(loaded).toContain('@azure/cosmos')
    // prom-client brings the API along, which does nothing by itself.
    expect(loaded.filter((name) => name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api')).toEqual([])
  })

  test('a receiver of the configuration that is not there costs a count, a line a minute a signal, and no run', async () => {
    const brisk = {
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
      OTEL_METRIC_EXPORT_INTERVAL: '400',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
    }
    const serving = await serveWith(brisk, 'openTelemetry: { endpoint: "http://127.0.0.1:9" }\n')
    const failed = (signal: string) => ({ signal })
    await metricsWhere(serving.address, 'exports that failed', (series) =>
      ['metrics', 'traces', 'logs'].every((signal) => sum(series, 'hopwatch_export_errors_total', failed(signal)) >= 1),
    )
    await metricsWhere(
      serving.address,
      'several more',
      (series) => sum(series, 'hopwatch_export_errors_total') >= 8 && sum(series, 'hopwatch_runs_total') >= 10,
    )
    const shown = await readMetrics(serving.address)
    expect(sum(shown, 'hopwatch_runs_total', { result: /crashed|abandoned|failed/ })).toBe(0)
    expect(sum(shown, 'hopwatch_sink_errors_total')).toBe(0)
    const { code, loaded, log } = await endOf(serving)
    expect(code).toBe(0)
    expect(loaded).toContain('@opentelemetry/sdk-trace')
    expect(loaded).not.toContain('@grpc/grpc-js')
    const lines = log.split('\n').filter((line) => line.includes('was not taken by its receiver'))
    expect(lines).toHaveLength(3)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 'warn', signal: 'traces', problem: expect.stringContaining('ECONNREFUSED') }),
    )
  })

  test('a receiver that hangs does not hold the end of the process', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as { port: number }
    const serving = await serveWith({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    await metricsWhere(serving.address, 'runs', (series) => sum(series, 'hopwatch_runs_total') > 3)
    const { code, log } = await endOf(serving)
    silent.close()
    expect(code).toBe(0)
    expect(log).toContain('what OpenTelemetry had left to send was not taken in time')
    expect(log.trimEnd().split('\n').at(-1)).toContain('"stopped"')
  })

  test('what a ratio of 0 leaves are the runs that found something', async () => {
    const receiver = await startReceiver()
    const cwd = await makeFolder()
    await writeScenario(cwd, 'kept')
    await writeScenario(cwd, 'lossy', {
      journey: '[{ write: upsert, at: writer }, { carry: none, to: reader }, { read: point, at: reader }]',
    })
    const serving = await startServe([], {
      cwd,
      env: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0',
        OTEL_SERVICE_NAME: 'the-probe',
        OTEL_BSP_SCHEDULE_DELAY: '200',
      },
    })
    const found = () => receiver.spans().filter(({ name }) => name === 'run lossy')
    await until('runs that found something', () => found().length > 2)
    await metricsWhere(
      serving.address,
      'runs',
      (series) => sum(series, 'hopwatch_runs_total', { scenario: 'kept' }) > 3,
    )
    serving.process.signal('SIGTERM')
    await serving.process.ended
    await receiver.close()
    expect(receiver.spans().filter(({ name }) => name === 'run kept')).toEqual([])
    expect(new Set(receiver.spans().map(({ service }) => service))).toEqual(new Set(['the-probe']))
    for (const { attributes, status } of found()) {
      expect(attributes['hopwatch.finding']).toMatch(/^token-loss/)
      expect(status).toEqual({ code: 2, message: attributes['hopwatch.finding'] })
    }
    expect(receiver.requests.every(({ path }) => path === '/v1/traces')).toBe(true)
  })
})
