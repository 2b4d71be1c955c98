import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { hopwatch, makeSuiteFolder, type Running, removeFolder, stop } from './process.ts'
import { getJson, metricsWhere, type Series, select, serving, sum } from './service.ts'
import { control, freePorts, secretKey, simulate } from './simulator.ts'

/** One scenario hangs, another's account does not answer, a third is well. */
describe('a scenario in trouble harms no other', () => {
  let simulator: Awaited<ReturnType<typeof simulate>>
  let serve: Running
  let address: string
  let folder: string
  let metrics: Series[]

  beforeAll(async () => {
    folder = await makeSuiteFolder()
    simulator = await simulate()
    await control(simulator.control, '/add-fault-rule', {
      rule: { operations: ['readItem'], region: 'East US', connection: 'hang' },
    })
    await writeConfiguration(
      folder,
      `targets:
  well: { endpoint: "${simulator.endpoint}", keyFrom: KEY_OF_TEST }
  gone: { endpoint: "http://127.0.0.1:${await freePorts(1)}/", keyFrom: KEY_OF_TEST }
`,
    )
    await writeScenario(folder, 'healthy', { target: 'well' })
    await writeScenario(folder, 'hanging', {
      target: 'well',
      deadline: '2s',
      visibility: '{ within: 500ms }',
      hops: '{ writer: { region: West Europe }, reader: { region: East US } }',
    })
    await writeScenario(folder, 'unreachable', { target: 'gone' })
    serve = hopwatch(['serve', '--listen', '127.0.0.1:0', '--provision'], {
      cwd: folder,
      env: { KEY_OF_TEST: secretKey },
    })
    ;({ address } = await serving(serve))
    metrics = await metricsWhere(
      address,
      'two abandoned runs',
      (series) => sum(series, 'hopwatch_runs_total', { scenario: 'hanging', result: 'abandoned' }) >= 2,
    )
  }, 120_000)

  afterAll(async () => {
    await stop(serve)
    await stop(simulator.process)
    await removeFolder(folder)
  })

  test('the healthy one keeps its rate meanwhile: two deadlines of 2 s are twenty of its periods', () => {
    expect(sum(metrics, 'hopwatch_runs_total', { scenario: 'healthy', result: 'kept' })).toBeGreaterThanOrEqual(10)
    expect(sum(metrics, 'hopwatch_runs_total', { scenario: 'healthy', result: 'abandoned' })).toBe(0)
  })

  test('the hanging one is abandoned at its deadline, and the runs that it misses are counted', () => {
    expect(
      sum(metrics, 'hopwatch_runs_missed_total', { scenario: 'hanging', reason: 'overlap' }),
    ).toBeGreaterThanOrEqual(10)
    expect(sum(metrics, 'hopwatch_reads_total', { scenario: 'hanging', verdict: 'failed' })).toBeGreaterThanOrEqual(2)
    expect(sum(metrics, 'hopwatch_reads_total', { scenario: 'hanging', verdict: /stale|missing/ })).toBe(0)
  })

  test('the account that does not answer is named, and the other is not', async () => {
    expect(select(metrics, 'hopwatch_target_up', { target: 'well' })[0]?.value).toBe(1)
    expect(select(metrics, 'hopwatch_target_up', { target: 'gone' })[0]?.value).toBe(0)
    const { ready, reasons } = await getJson<{ ready: boolean; reasons: string[] }>(address, '/readyz')
    expect(ready).toBe(false)
    expect(reasons).toEqual([expect.stringMatching(/^target "gone" has not been reached yet: .*ECONNREFUSED/)])
    expect(sum(metrics, 'hopwatch_runs_total', { scenario: 'unreachable' })).toBe(0)
  })
})
