import { describe, expect, onTestFinished, test } from 'vitest'
import { catalogue, type MetricDefinition } from '../../src/publish/catalogue.ts'
import { writeScenario } from './files.ts'
import { makeFolder, until } from './process.ts'
import { readMetrics, type Series, startServe } from './service.ts'
import { hasVictoriaMetrics, startVictoriaMetrics } from './victoria-metrics.ts'

const apiToken = 'the-bearer-token-of-this-test-0123456789'
const runs = 12
const definitions: readonly MetricDefinition[] = Object.values(catalogue)

/** As VictoriaMetrics turns an OpenTelemetry name into one of Prometheus. */
const receivedName = ({ otelName, unit, kind }: MetricDefinition): string =>
  `${otelName.replace(/[^a-zA-Z0-9]/g, '_')}${{ s: '_seconds', By: '_bytes' }[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`

const isSame = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(a)

/** A real receiver of OTLP, asked in PromQL, against the page of the process that sent to it. */
describe.skipIf(!hasVictoriaMetrics)('VictoriaMetrics holds what /metrics shows', () => {
  test('counter for counter, once no run is under way', async () => {
    const receiver = await startVictoriaMetrics()
    onTestFinished(() => receiver.close())
    const cwd = await makeFolder()
    // Planned so rarely that only the runs of this test happen.
    const every = '1h'
    await writeScenario(cwd, 'kept', { every, partitions: '2' })
    await writeScenario(cwd, 'lossy', {
      every,
      journey: '[{ write: upsert, at: writer }, { carry: none, to: reader }, { read: query, at: reader }]',
      arms: '{ propagated: {}, control: { share: 50%, token: lost } }',
    })
    const { address } = await startServe([], {
      cwd,
      env: {
        HOPWATCH_API_TOKEN: apiToken,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.metricsEndpoint,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
      },
    })
    await until('the scenarios to be scheduled', async () => (await fetch(`${address}/readyz`)).ok)
    for (let run = 0; run < runs; run++)
      for (const scenario of ['kept', 'lossy']) {
        const answer = await fetch(`${address}/api/v1/scenarios/${scenario}/run`, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiToken}`, connection: 'close' },
        })
        expect(answer.status).toBe(200)
      }
    const shown = await readMetrics(address)
    const shownRuns = shown
      .filter(({ name }) => name === 'hopwatch_runs_total')
      .reduce((sum, { value }) => sum + value, 0)
    expect(shownRuns).toBeGreaterThanOrEqual(2 * runs)
    await until('the last runs to arrive', async () => {
      const [arrived] = await receiver.query('sum(hopwatch_runs_total)')
      return Number(arrived?.value[1]) === shownRuns
    })

    const wrong: string[] = []
    let compared = 0
    for (const definition of definitions.filter(({ kind }) => kind === 'counter' || kind === 'histogram')) {
      const isHistogram = definition.kind === 'histogram'
      const suffix = isHistogram ? '_count' : ''
      const name = receivedName(definition)
      const received = await receiver.query(`${name}${suffix}`)
      for (const { labels, value } of shown.filter((series) => series.name === `${definition.name}${suffix}`)) {
        // A histogram begins with its first value.
        if (isHistogram && value === 0) continue
        const match = received.filter(({ metric }) =>
          definition.labels.every((label) => metric[`hopwatch_${label}`] === labels[label]),
        )
        compared++
        if (match.length !== 1 || !isSame(value, Number(match[0]!.value[1])))
          wrong.push(
            `${definition.name} ${JSON.stringify(labels)}: ${value}, received ${JSON.stringify(match.map(({ value: [, text] }) => text))}`,
          )
      }
      if (
        received.length === 0 &&
        shown.some((series) => series.name === `${definition.name}${suffix}` && series.value > 0)
      )
        wrong.push(`${name}: nothing received`)
    }
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(200)
    expect(await totals(receiver.query, shown)).toEqual([])
  }, 120_000)

  /** The convention's histogram of request units sums up to the counter. */
  async function totals(query: Awaited<ReturnType<typeof startVictoriaMetrics>>['query'], shown: readonly Series[]) {
    const counted = shown
      .filter(({ name }) => name === 'hopwatch_request_units_total')
      .reduce((sum, { value }) => sum + value, 0)
    const [summed] = await query('sum(azure_cosmosdb_client_operation_request_charge_sum)')
    return isSame(counted, Number(summed?.value[1])) ? [] : [`${counted} counted, ${summed?.value[1]} summed`]
  }
})
