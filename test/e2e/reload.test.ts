import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scenarioText, writeConfiguration } from './files.ts'
import { makeFolder, until } from './process.ts'
import { get, getJson, metricsWhere, readMetrics, type Series, select, startServe, sum } from './service.ts'

const token = 'a-token-of-this-test'
const bearer = { authorization: `Bearer ${token}` }

interface Page {
  readonly scenarios: readonly { readonly name: string; readonly about: string }[]
  readonly configuration: { readonly isSuccessful: boolean; readonly problems: readonly { readonly file: string }[] }
}

/** A mounted ConfigMap, as the kubelet writes it: the link `..data` moves from one directory to the next. */
function configMap(folder: string) {
  let version = 0
  return async (files: Record<string, string>) => {
    const directory = `..v${++version}`
    await mkdir(join(folder, directory), { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, directory, name), text)
    await symlink(directory, join(folder, '..data_tmp'))
    await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    for (const name of Object.keys(files))
      await symlink(join('..data', name), join(folder, name)).catch(() => undefined)
    for (const name of (await readdir(folder)).filter((each) => !each.startsWith('..') && !(each in files)))
      await rm(join(folder, name))
    await rm(join(folder, `..v${version - 1}`), { recursive: true, force: true })
  }
}

const counters = (series: readonly Series[], scenario: string) =>
  series.filter(({ name, labels }) => /_(?:total|count|bucket)$/.test(name) && labels.scenario === scenario)

test('a ConfigMap that changes is followed: new ones start, unchanged ones go on, a bad one changes nothing', async () => {
  const folder = await makeFolder()
  const mount = join(folder, 'scenarios')
  await mkdir(mount)
  const put = configMap(mount)
  await put({ 'a.yaml': scenarioText('a') })
  const { process, address } = await startServe([], { cwd: folder, env: { HOPWATCH_API_TOKEN: token } })
  const page = () => getJson<Page>(address, '/api/v1/scenarios')
  const names = async () => (await page()).scenarios.map(({ name }) => name)
  const runs = (scenario: string) => (series: Series[]) => sum(series, 'hopwatch_runs_total', { scenario })
  await metricsWhere(address, 'runs of a', (series) => runs('a')(series) >= 3)
  const start = await readMetrics(address)
  expect(sum(start, 'hopwatch_config_last_reload_successful')).toBe(1)

  // One more.
  await put({ 'a.yaml': scenarioText('a'), 'b.yaml': scenarioText('b') })
  await metricsWhere(address, 'runs of b', (series) => runs('b')(series) >= 2)

  // A bad one: what ran goes on, and everybody is told where the mistake is.
  await put({ 'a.yaml': scenarioText('a'), 'b.yaml': scenarioText('b').replace('journey:', 'jorney:') })
  await process.says(/not reloaded.*/)
  expect(process.printed.stdout).toMatch(/b\.yaml:\d+:1: unknown key \\"jorney\\"; write \\"journey\\"/)
  const broken = await readMetrics(address)
  expect(sum(broken, 'hopwatch_config_last_reload_successful')).toBe(0)
  expect(sum(broken, 'hopwatch_config_last_reload_success_timestamp_seconds')).toBeGreaterThan(
    sum(start, 'hopwatch_config_last_reload_success_timestamp_seconds'),
  )
  expect(await names()).toEqual(['a', 'b'])
  expect((await page()).configuration).toMatchObject({ isSuccessful: false, problems: [{ line: expect.any(Number) }] })
  expect((await get(address, '/')).text).toContain('b.yaml:')
  await metricsWhere(address, 'further runs of b', (series) => runs('b')(series) > runs('b')(broken))
  const refused = await fetch(`${address}/-/reload`, { method: 'POST', headers: bearer })
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { problems: [{ column: 1, instead: 'write "journey"' }] },
  ])

  // Mended, with one changed and one gone: no count goes back, and what is gone takes its series along.
  const before = await readMetrics(address)
  await put({ 'a.yaml': scenarioText('a', { every: '100ms', about: 'Changed.' }) })
  await until(
    'the page to follow',
    async () => (await names()).length === 1 && (await page()).scenarios[0]?.about === 'Changed.',
  )
  const after = await metricsWhere(
    address,
    'runs of the changed one',
    (series) => runs('a')(series) > runs('a')(before) + 3,
  )
  expect(select(after, 'hopwatch_runs_total', { scenario: 'b' })).toEqual([])
  const now = new Map(counters(after, 'a').map(({ name, labels, value }) => [name + JSON.stringify(labels), value]))
  for (const { name, labels, value } of counters(before, 'a'))
    expect(now.get(name + JSON.stringify(labels)) ?? -1).toBeGreaterThanOrEqual(value)
  // The changed one writes documents of its own: nothing of what it reads is another's.
  expect(sum(after, 'hopwatch_reads_total', { verdict: /stale|missing|failed/ })).toBe(0)

  process.signal('SIGTERM')
  expect(await process.ended).toEqual({ code: 0, signal: null })
})

test('SIGHUP and POST /-/reload read the files; what takes effect at the start alone is refused by name', async () => {
  const folder = await makeFolder()
  await mkdir(join(folder, 'scenarios'))
  await writeFile(join(folder, 'scenarios', 'a.yaml'), scenarioText('a'))
  await writeConfiguration(folder, 'logLevel: info\n')
  const { process, address } = await startServe([], { cwd: folder, env: { HOPWATCH_API_TOKEN: token } })
  process.signal('SIGHUP')
  await process.says(/"trigger":"signal","added":\[\],"changed":\[\],"removed":\[\],"unchanged":1,"msg":"reloaded"/)

  await writeConfiguration(folder, 'logLevel: info\nlisten: "127.0.0.1:1"\nmaxSeries: 900\n')
  const refused = await fetch(`${address}/-/reload`, { method: 'POST', headers: bearer })
  expect(refused.status).toBe(400)
  const { problems } = (await refused.json()) as { problems: { line: number; message: string; instead: string }[] }
  expect(problems.map(({ line, message }) => [line, message.split(' ')[0]])).toEqual([
    [2, '"listen"'],
    [3, '"maxSeries"'],
  ])
  expect(problems[0]?.instead).toContain('restart hopwatch')

  // The configuration may lead to other scenarios, and these are watched from then on.
  await mkdir(join(folder, 'others'))
  await writeFile(join(folder, 'others', 'b.yaml'), scenarioText('b'))
  await writeConfiguration(folder, 'logLevel: debug\nscenarios: others\n')
  const moved = await fetch(`${address}/-/reload`, { method: 'POST', headers: bearer })
  expect(moved.status).toBe(200)
  const names = async () => (await getJson<Page>(address, '/api/v1/scenarios')).scenarios.map(({ name }) => name)
  expect(await names()).toEqual(['b'])
  await writeFile(join(folder, 'others', 'c.yaml'), scenarioText('c'))
  await until('the file in the other directory', async () => (await names()).length === 2)
  expect((await fetch(`${address}/-/reload`, { method: 'POST' })).status).toBe(401)
})
