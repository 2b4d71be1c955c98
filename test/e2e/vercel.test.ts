import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeScenario } from './files.ts'
import { launch, makeFolder, type Running, root, runHopwatch, stop } from './process.ts'
import { accountEnvironment, secretKey } from './simulator.ts'

/** A server without session tokens, with one region, that announces https locations though it listens on http. */
describe('check against @vercel/cosmosdb-server', () => {
  let server: Running
  let env: Record<string, string>
  let cwd: string

  beforeAll(async () => {
    const script = join(root, 'node_modules/@vercel/cosmosdb-server/lib/cli.js')
    server = launch(script, ['--no-ssl', '--host', '127.0.0.1', '--port', '0'])
    const [, port] = await server.says(/connections at 127\.0\.0\.1:(\d+)/)
    env = accountEnvironment({ endpoint: `http://127.0.0.1:${port}/`, key: secretKey })
  })
  afterAll(() => stop(server))
  beforeEach(async () => {
    cwd = await makeFolder()
  })

  test('works, and says what the server lacks', async () => {
    await writeScenario(cwd, 'journey', {
      hops: '{ writer: {}, reader: {} }',
      objectives: '{ staleReads: 0% }',
    })
    const { code, stdout, stderr } = await runHopwatch(['check', '--runs', '20', '--provision'], { cwd, env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('pass  journey')
    expect(stdout).toContain('the server issues no session tokens: stale reads are judged, token loss cannot be')
  })

  test('its token state is "unsupported", and the loss of tokens is not measured rather than 0', async () => {
    await writeScenario(cwd, 'journey', { hops: '{ writer: {}, reader: {} }', objectives: '{ tokenLoss: 0% }' })
    const { code, stdout } = await runHopwatch(['check', '--runs', '5', '--provision', '--format', 'json'], {
      cwd,
      env,
    })
    const report = JSON.parse(stdout) as { scenarios: [{ arms: [{ reads: { token: string; verdict: string }[] }] }] }
    expect(report.scenarios[0].arms[0].reads).toEqual([
      expect.objectContaining({ token: 'unsupported', verdict: 'fresh' }),
    ])
    expect(report.scenarios[0]).toMatchObject({
      isGood: false,
      objectives: [
        { status: 'met', isDefault: true },
        { status: 'unmeasured', isDefault: false },
      ],
    })
    expect(code).toBe(1)
  })

  test('a region that it lacks is named, with those that it has', async () => {
    await writeScenario(cwd, 'journey')
    const { code, stderr } = await runHopwatch(['check', '--provision'], { cwd, env })
    expect(stderr).toMatch(/hop "writer" at target "default": .*West Europe.*South Central US/)
    expect(code).toBe(2)
  })
})
