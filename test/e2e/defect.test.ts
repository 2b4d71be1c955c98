import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { writeScenario } from './files.ts'
import { makeFolder, root, startHopwatch } from './process.ts'
import { metricsWhere, serving, sum } from './service.ts'
import { accountEnvironment, startSimulate } from './simulator.ts'

const planted = 'planted-0:12'
const preloading = (name: string) => ({
  PLANTED: planted,
  NODE_OPTIONS: `--import=${pathToFileURL(`${root}test/e2e/preload/${name}.mjs`).href}`,
})

/** In a folder of its own, with a run that waits for `wait` before its read. */
async function startWaiting(wait: string, grace: string, preload: string) {
  const cwd = await makeFolder()
  await writeScenario(cwd, 'patient', {
    visibility: '{ within: 2s }',
    journey: `[{ write: upsert, at: writer }, { carry: header, to: reader }, { wait: ${wait} }, { read: point, at: reader }]`,
  })
  return startHopwatch(['serve', '--listen', '127.0.0.1:0', '--grace', grace, '--log-level', 'debug'], {
    cwd,
    env: preloading(preload),
  })
}

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: unknown; msg: string; place?: string; result?: string })

test('a defect while it serves is logged, the run under way ends, and the process with 70, so that it is started anew', async () => {
  const running = await startWaiting('2s', '30s', 'throw-in-timer')
  const { address } = await serving(running)
  await metricsWhere(address, 'a run under way', (series) => sum(series, 'hopwatch_runs_missed_total') > 0)
  running.signal('SIGUSR2')
  expect(await running.ended).toEqual({ code: 70, signal: null })
  const lines = linesOf(running.printed.stdout)
  const at = lines.findIndex(({ place }) => place !== undefined)
  expect(lines[at]?.place).toMatch(/^Error\n.*throw-in-timer\.mjs/)
  expect(lines.slice(at).flatMap(({ result }) => result ?? [])).toEqual(['kept'])
  expect(running.printed.stderr).toContain('hopwatch failed by a defect of its own: Error\n')
  expect(JSON.stringify(running.printed)).not.toContain(planted)
})

test('what does not end within the grace does not keep a process with a defect', async () => {
  const running = await startWaiting('20s', '100ms', 'throw-in-timer')
  const { address } = await serving(running)
  await metricsWhere(address, 'a run under way', (series) => sum(series, 'hopwatch_runs_missed_total') > 0)
  running.signal('SIGUSR2')
  expect(await running.ended).toEqual({ code: 70, signal: null })
  expect(linesOf(running.printed.stdout).flatMap(({ result }) => result ?? [])).toEqual(['abandoned'])
})

test('a defect of the command itself, once the service runs, does not leave it behind on its port', async () => {
  const running = await startWaiting('0ms', '5s', 'throw-at-welcome')
  expect(await running.ended).toEqual({ code: 70, signal: null })
  expect(linesOf(running.printed.stdout).some(({ place }) => place?.includes('throw-at-welcome'))).toBe(true)
})

test('a hop and the simulator end with 70, too', async () => {
  const simulator = await startSimulate()
  const hop = startHopwatch(['hop', '--listen', '127.0.0.1:0'], {
    env: { ...accountEnvironment(simulator), ...preloading('throw-in-timer') },
  })
  await hop.says(/a hop at/)
  const alone = startHopwatch(['simulate', '--port', '0'], { env: preloading('throw-in-timer') })
  await alone.says(/Stop with Ctrl-C/)
  for (const running of [hop, alone]) {
    running.signal('SIGUSR2')
    expect(await running.ended).toEqual({ code: 70, signal: null })
  }
})
