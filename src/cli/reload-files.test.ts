import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseConfiguration } from '../scenario/configuration.ts'
import { type ReloadFilesOptions, reloadFiles } from './reload-files.ts'

const scenarioText = (hop: string) => `scenario: s
every: 1s
container: d/c
partitionKey: /k
hops: { a: ${hop} }
journey:
  - { write: upsert, at: a }
  - { read: point, at: a }
`
const endpointText = `scenario: s
every: 1s
hops: { a: { endpoint: "http://127.0.0.1:1" } }
journey:
  - { request: { method: PUT, url: "/x/RUN_KEY", body: { v: "RUN_VERSION" } }, at: a, does: write }
  - { request: { url: "/x/RUN_KEY" }, at: a, does: read, version: { pointer: /v } }
`.replaceAll(/RUN_([A-Z]+)/g, (_, word: string) => `$\{run.${word.toLowerCase()}}`)

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopwatch-reload-'))
  await writeFile(join(folder, 'hopwatch.yaml'), '')
  await writeFile(join(folder, 's.yaml'), scenarioText('{}'))
})
afterEach(() => rm(folder, { recursive: true }))

const nothing = parseConfiguration('', { file: '', env: {} }).configuration!
const load = (options: ReloadFilesOptions = {}, started = {}) => {
  const heard: unknown[] = []
  const files = reloadFiles(
    { config: join(folder, 'hopwatch.yaml'), scenarios: join(folder, 's.yaml'), ...options },
    {},
    { configuration: nothing, targets: [], allowUnauthenticated: false, ...started },
    ({ logLevel }) => heard.push(logLevel),
  )
  return { files, heard }
}
const told = async (files: ReturnType<typeof load>['files']) =>
  (await files()).problems?.map(({ message }) => message.replaceAll(folder, 'DIR'))

describe('the files, read again', () => {
  test('a configuration is heard of when it has taken effect, not before', async () => {
    const { files, heard } = load()
    await writeFile(join(folder, 'hopwatch.yaml'), 'logLevel: debug\n')
    const loaded = await files()
    expect([loaded.scenarios?.length, heard]).toEqual([1, []])
    if (loaded.scenarios) loaded.onApplied?.()
    expect(heard).toEqual(['debug'])
  })

  test('a configuration that was named must stay; the usual one may go', async () => {
    await rm(join(folder, 'hopwatch.yaml'))
    expect(await told(load().files)).toEqual(['it cannot be read'])
    expect(await told(load({ config: undefined }).files)).toBeUndefined()
  })

  test('mistakes of the configuration and of the scenarios are told together', async () => {
    await writeFile(join(folder, 'hopwatch.yaml'), 'maxSeries: 500\n')
    await writeFile(join(folder, 's.yaml'), scenarioText('{}').replace('every', 'evry'))
    expect(await told(load().files)).toEqual([
      '"maxSeries" has changed since hopwatch started, and takes effect at the start alone',
      'nothing says when runs start',
      'unknown key "evry"',
    ])
  })

  test('a listener that is open for the demo takes no service of the user up', async () => {
    await writeFile(join(folder, 's.yaml'), endpointText)
    const open = { allowUnauthenticated: true }
    expect(await told(load({ allowUnauthenticated: 'demo' }, open).files)).toEqual([
      'a scenario names a service of yours, and the listener is open to everybody for the demo alone',
    ])
    expect(await told(load({ allowUnauthenticated: 'true' }, open).files)).toBeUndefined()
    expect(await told(load().files)).toBeUndefined()
  })
})
