import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { hopwatch, makeSuiteFolder, type Running, removeFolder, stop } from './process.ts'
import { listRuns, metricsWhere, readRun, type Series, serving, sum } from './service.ts'

/** The reader's region lags by 2 s, which is longer than the 500 ms that the service waits for a session token. */
describe('a reader whose region lags by 2 s', () => {
  let process: Running
  let address: string
  let folder: string
  let metrics: Series[]

  beforeAll(async () => {
    folder = await makeSuiteFolder()
    await writeConfiguration(
      folder,
      'simulator:\n  replication: [{ from: West Europe, to: North Europe, median: 2s, sigma: 0 }]\n',
    )
    for (const retries of ['sdk', 'none']) {
      await writeScenario(folder, `retries-${retries}`, {
        every: '500ms',
        partitions: '1',
        hops: `{ writer: { region: West Europe }, reader: { region: North Europe, retries: ${retries} } }`,
      })
    }
    process = hopwatch(['serve', '--listen', '127.0.0.1:0'], { cwd: folder })
    ;({ address } = await serving(process))
    metrics = await metricsWhere(
      address,
      'stale reads through the SDK and failed ones without it',
      (series) =>
        sum(series, 'hopwatch_reads_total', { scenario: 'retries-sdk', verdict: 'stale' }) > 0 &&
        sum(series, 'hopwatch_reads_total', { scenario: 'retries-none', verdict: 'failed' }) > 0,
    )
  }, 120_000)

  afterAll(async () => {
    await stop(process)
    await removeFolder(folder)
  })

  const reads = (labels: Record<string, string>) => sum(metrics, 'hopwatch_reads_total', labels)

  test('retries: sdk: 200, stale, and the token that the SDK dropped is seen', async () => {
    expect(reads({ scenario: 'retries-sdk', verdict: 'stale', token: 'dropped' })).toBeGreaterThan(0)
    expect(reads({ scenario: 'retries-sdk', verdict: 'stale', token: 'intact' })).toBe(0)
    expect(sum(metrics, 'hopwatch_retries_total', { scenario: 'retries-sdk', reason: 'session' })).toBeGreaterThan(0)

    const read = await readOf('scenario=retries-sdk&finding=silent-downgrade-seen')
    const [first, ...rest] = read.attempts.filter(({ purpose }) => purpose === 'operation')
    expect(read).toMatchObject({ status: 200, finding: 'silent-downgrade-seen', token: 'dropped' })
    expect(first).toMatchObject({ status: 404, substatus: 1002, region: 'North Europe' })
    expect(first?.tokenSent?.fingerprint).toMatch(/^st:[0-9a-f]{8}$/)
    expect(rest.at(-1)).toMatchObject({ status: 200, region: 'North Europe', tokenSent: null })
  })

  test('retries: none: the same read fails, because the session is not available', async () => {
    expect(reads({ scenario: 'retries-none', verdict: 'stale' })).toBe(0)
    expect(sum(metrics, 'hopwatch_retries_total', { scenario: 'retries-none' })).toBe(0)

    const read = await readOf('scenario=retries-none')
    expect(read).toMatchObject({ status: 404, substatus: 1002, finding: null })
    expect(read.judgement).toEqual({ verdict: 'failed', reason: 'session-unavailable' })
    expect(read.attempts).toHaveLength(1)
  })

  /** The read of the newest such run. */
  async function readOf(query: string) {
    const [newest] = await listRuns(address, query)
    const run = await readRun(address, newest!.id)
    const read = run.events.find((event) => event.kind === 'read')
    if (read?.kind !== 'read') throw new Error(`run ${run.id} has no read`)
    return read
  }
})
