import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from '../e2e/files.ts'
import { makeFolder, startHopwatch } from '../e2e/process.ts'
import { freePorts } from '../e2e/simulator.ts'

const ways = ['file', 'environment', 'flag']

/** Each way names a port, a grace and a directory of scenarios of its own, so that the winner shows in all three. */
test.each([
  { given: 'the file', winner: 'file', grace: 1000 },
  { given: 'the file and the environment', winner: 'environment', grace: 2000 },
  { given: 'the file, the environment and the flag', winner: 'flag', grace: 3000 },
])('given $given, the last of them counts', async ({ winner, grace }) => {
  const folder = await makeFolder()
  const first = await freePorts(ways.length)
  const addressOf = (way: string) => `127.0.0.1:${first + ways.indexOf(way)}`
  for (const way of ways) {
    const file = await writeScenario(folder, `journey-of-${way}`)
    await mkdir(join(folder, way))
    await rename(file, join(folder, way, 'journey.yaml'))
  }
  await writeConfiguration(folder, `listen: ${addressOf('file')}\ngrace: 1s\nscenarios: file\n`)
  const env = { HOPWATCH_LISTEN: addressOf('environment'), HOPWATCH_GRACE: '2s', HOPWATCH_SCENARIOS: 'environment' }
  const flags = ['--listen', addressOf('flag'), '--grace', '3s', '--scenarios', 'flag']

  const running = startHopwatch(['serve', ...(winner === 'flag' ? flags : [])], {
    cwd: folder,
    env: winner === 'file' ? {} : env,
  })
  await running.says(new RegExp(`Status page +http://${addressOf(winner)}/`))
  await running.says(new RegExp(`journey-of-${winner} `))
  running.signal('SIGTERM')
  await running.says(new RegExp(`"graceMs":${grace}\\b`))
  expect(await running.ended).toEqual({ code: 0, signal: null })
})

test('given nothing, the defaults count', async () => {
  const folder = await makeFolder()
  await writeScenario(folder, 'journey-by-default')
  const running = startHopwatch([], { cwd: folder })
  // Somebody else may have the port on this machine; then the message names it all the same.
  const [said] = await running.says(/Status page +\S+|cannot listen on \S+/)
  expect(said).toContain('127.0.0.1:9464')
  if (said.startsWith('cannot')) return
  await running.says(/journey-by-default/)
  running.signal('SIGTERM')
  await running.says(/"graceMs":10000\b/)
  expect(await running.ended).toEqual({ code: 0, signal: null })
})
