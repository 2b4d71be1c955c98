import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { writeScenario } from './files.ts'
import { makeFolder, runHopwatch, startHopwatch } from './process.ts'
import { metricsWhere, serving, startServe, sum } from './service.ts'
import { accountEnvironment, control, startSimulate } from './simulator.ts'

/** A `serve` with a run under way that waits for `wait` before its read. */
async function serveWaiting(wait: string, grace: string) {
  const folder = await makeFolder()
  await writeScenario(folder, 'patient', {
    visibility: '{ within: 2s }',
    journey: `[{ write: upsert, at: writer }, { carry: header, to: reader }, { wait: ${wait} }, { read: point, at: reader }]`,
  })
  const { process, address } = await startServe(['--grace', grace, '--log-level', 'debug'], { cwd: folder })
  // A tick that finds a run still going.
  await metricsWhere(address, 'a run under way', (series) => sum(series, 'hopwatch_runs_missed_total') > 0)
  const linesAfterStop = () => {
    const lines = process.printed.stdout.trimEnd().split('\n')
    const parsed = lines.map((line) => JSON.parse(line) as { msg: string; result?: string })
    return parsed.slice(parsed.findIndex(({ msg }) => msg.startsWith('stopping')) + 1)
  }
  return { process, linesAfterStop }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (name) => {
  test('lets the run under way end, and exits with 0', async () => {
    const { process, linesAfterStop } = await serveWaiting('2s', '30s')
    process.signal(name)
    expect(await process.ended).toEqual({ code: 0, signal: null })
    expect(linesAfterStop().flatMap(({ result }) => result ?? [])).toEqual(['kept'])
    expect(linesAfterStop().at(-1)).toMatchObject({ msg: 'stopped' })
  })

  test('a second one ends the process at once', async () => {
    const { process } = await serveWaiting('20s', '25s')
    process.signal(name)
    await process.says(/"msg":"stopping/)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    process.signal(name)
    expect(await process.ended).toEqual({ code: name === 'SIGINT' ? 130 : 143, signal: null })
  })
})

test('Ctrl-C is one signal, though npm and its script hand it on', async () => {
  const { process, linesAfterStop } = await serveWaiting('2s', '30s')
  for (let times = 0; times < 3; times++) {
    process.signal('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(await process.ended).toEqual({ code: 0, signal: null })
  expect(linesAfterStop().flatMap(({ result }) => result ?? [])).toEqual(['kept'])
})

test('SIGHUP, which means a reload, ends nothing while runs under way end', async () => {
  const { process, linesAfterStop } = await serveWaiting('2s', '30s')
  process.signal('SIGTERM')
  await process.says(/"msg":"stopping/)
  process.signal('SIGHUP')
  expect(await process.ended).toEqual({ code: 0, signal: null })
  expect(linesAfterStop().flatMap(({ result }) => result ?? [])).toEqual(['kept'])
})

test('SIGHUP ends nothing while it starts', async () => {
  const folder = await makeFolder()
  await writeScenario(folder, 'patient')
  // The account is asked while hopwatch starts; it answers after the signal.
  const account = createServer((_, response) => {
    running.signal('SIGHUP')
    setTimeout(() => response.writeHead(503).end(), 200)
  })
  await new Promise<void>((resolve) => account.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void account.close())
  const { port } = account.address() as AddressInfo
  const running = startHopwatch(['serve', '--listen', '127.0.0.1:0'], {
    cwd: folder,
    env: { COSMOS_ENDPOINT: `http://127.0.0.1:${port}`, COSMOS_KEY: 'a2V5' },
  })
  await serving(running)
  running.signal('SIGTERM')
  expect(await running.ended).toEqual({ code: 0, signal: null })
})

test('a container that does not answer while it starts: runs of the other scenario are let end all the same', async () => {
  const simulator = await startSimulate()
  const launched = { cwd: await makeFolder(), env: accountEnvironment(simulator) }
  await writeScenario(launched.cwd, 'first')
  await runHopwatch(['check', '--provision', '--runs', '1'], launched)
  await writeScenario(launched.cwd, 'stuck')
  await control(simulator.control, 'add-fault-rule', { rule: { operations: ['createContainer'], connection: 'hang' } })
  const args = ['serve', '--listen', '127.0.0.1:0', '--provision', '--log-level', 'debug']
  const running = startHopwatch(args, launched)
  await running.says(/"result":"kept"/)
  running.signal('SIGTERM')
  expect(await running.ended).toEqual({ code: 0, signal: null })
  expect(running.printed.stdout).toMatch(/"msg":"stopped"/)
})

test('a run that outlasts the grace is abandoned, and the exit code is still 0', async () => {
  const { process, linesAfterStop } = await serveWaiting('20s', '100ms')
  process.signal('SIGTERM')
  expect(await process.ended).toEqual({ code: 0, signal: null })
  expect(linesAfterStop().flatMap(({ result }) => result ?? [])).toEqual(['abandoned'])
})
