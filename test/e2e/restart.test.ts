import { CosmosClient } from '@azure/cosmos'
import { expect, test, vi } from 'vitest'
import { writeScenario } from './files.ts'
import { makeFolder, runHopwatch, stop, until } from './process.ts'
import { get, getJson, listRuns, metricsWhere, select, startServe, sum } from './service.ts'
import { accountEnvironment, freePorts, startSimulate } from './simulator.ts'

// Two looks of 5 s, and two starts of a process that may have to wait for a processor.
vi.setConfig({ testTimeout: 120_000 })

interface Readiness {
  readonly status: string
  readonly reasons: readonly string[]
}

async function serveAgainstSimulate() {
  const ports = ['--port', String(await freePorts(5))]
  const simulator = await startSimulate(ports)
  const cwd = await makeFolder()
  await writeScenario(cwd, 'journey')
  const { process, address } = await startServe(['--provision'], { cwd, env: accountEnvironment(simulator) })
  const runsAreKept = () =>
    until('a kept run', async () => (await listRuns(address, 'limit=5')).some(({ result }) => result === 'kept'))
  await runsAreKept()
  const linesWith = (msg: string) => process.printed.stdout.split('\n').filter((line) => line.includes(msg)).length
  return { ports, simulator, process, address, runsAreKept, linesWith }
}

test('an account that goes away is told of once, waited for, and probed again when it is back', async () => {
  const { ports, simulator, process, address, runsAreKept, linesWith } = await serveAgainstSimulate()
  expect([linesWith('target is up'), linesWith('target is down')]).toEqual([1, 0])

  await stop(simulator.process)
  const down = await metricsWhere(address, 'hopwatch_target_up 0', (series) => sum(series, 'hopwatch_target_up') === 0)
  expect(select(down, 'hopwatch_target_up')).toHaveLength(1)
  expect(await getJson<Readiness>(address, '/readyz')).toMatchObject({
    status: 'degraded',
    reasons: [expect.stringMatching(/^target "default" does not answer now: .*ECONNREFUSED/)],
  })

  await startSimulate(ports)
  await metricsWhere(address, 'hopwatch_target_up 1', (series) => sum(series, 'hopwatch_target_up') === 1)
  await runsAreKept()
  expect(await getJson<Readiness>(address, '/readyz')).toMatchObject({ status: 'ready', reasons: [] })
  expect([linesWith('target is up'), linesWith('target is down')]).toEqual([2, 1])
  expect(process.child.exitCode).toBeNull()
})

test('a restart that nobody notices by asking: the containers are made again, and no verdict is wrong', async () => {
  const { ports, simulator, address } = await serveAgainstSimulate()
  await stop(simulator.process)
  await startSimulate(ports)
  const restartedAtMs = Date.now()
  await until('five kept runs in a row after the restart', async () => {
    const newest = (await listRuns(address, 'limit=5')).filter(({ startedAt }) => Date.parse(startedAt) > restartedAtMs)
    return newest.length === 5 && newest.every(({ result }) => result === 'kept')
  })
  const series = await metricsWhere(address, 'metrics', () => true)
  expect(sum(series, 'hopwatch_reads_total', { verdict: /stale|missing/ })).toBe(0)
  expect(sum(series, 'hopwatch_runs_total', { result: 'crashed' })).toBe(0)
})

test('a container that goes while its scenario runs: ready still, with the reason, until it is back', async () => {
  const simulator = await startSimulate()
  const env = accountEnvironment(simulator)
  const cwd = await makeFolder()
  await writeScenario(cwd, 'journey')
  expect(await runHopwatch(['check', '--provision', '--runs', '1'], { cwd, env })).toMatchObject({ code: 0 })
  const { address } = await startServe([], { cwd, env })
  const readinessIs = (status: string) =>
    until(status, async () => {
      const answer = await get(address, '/readyz')
      const readiness = JSON.parse(answer.text) as Readiness
      return readiness.status === status && { code: answer.status, reasons: readiness.reasons }
    })
  expect(await readinessIs('ready')).toEqual({ code: 200, reasons: [] })
  const admin = new CosmosClient({ endpoint: simulator.endpoint, key: simulator.key })
  await admin.database('e2e').container('journey').delete()
  const reason = /^scenario "journey" has runs that fail, because its container is not as it was: .*e2e\/journey/
  expect(await readinessIs('degraded')).toEqual({ code: 200, reasons: [expect.stringMatching(reason)] })
  await admin.database('e2e').containers.create({ id: 'journey', partitionKey: '/pk', defaultTtl: -1 })
  admin.dispose()
  expect(await readinessIs('ready')).toEqual({ code: 200, reasons: [] })
})

test('a second start under the same name and seed takes nothing that the first left for its own', async () => {
  const env = accountEnvironment(await startSimulate())
  const cwd = await makeFolder()
  await writeScenario(cwd, 'journey', {
    document: 'fresh',
    journey: '[{ write: create, at: writer }, { carry: header, to: reader }, { read: point, at: reader }]',
  })
  for (let start = 0; start < 2; start++) {
    const started = ['check', '--provision', '--instance', 'probe', '--seed', '7', '--format', 'json', '--runs', '6']
    const { code, stdout } = await runHopwatch(started, { cwd, env })
    const { scenarios } = JSON.parse(stdout) as { scenarios: { arms: { runs: object }[] }[] }
    expect({ code, ...scenarios[0]!.arms[0]!.runs }).toMatchObject({ code: 0, kept: expect.any(Number), failed: 0 })
  }
})
