import { copyFile, mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeScenario } from '../e2e/files.ts'
import { launch, makeFolder, type Running, root, runHopwatch, stop, until } from '../e2e/process.ts'
import { listRuns, startServe } from '../e2e/service.ts'
import { accountEnvironment, secretKey, simulate } from '../e2e/simulator.ts'

interface Report {
  readonly summary: Readonly<Record<string, number>>
  readonly targets: readonly {
    readonly diagnoses: readonly {
      severity: string
      subject: string
      found: string
      remedy?: string
      confirm: readonly string[]
    }[]
    readonly latencies: readonly { region: string; p50Ms: number }[]
    readonly session: { state: string }
  }[]
}

async function examine(cwd: string, env: Record<string, string>, args: readonly string[] = []) {
  const { code, stdout, stderr } = await runHopwatch(['doctor', '--format', 'json', ...args], { cwd, env })
  const report = JSON.parse(stdout) as Report
  const [target] = report.targets
  const lines = target!.diagnoses.map(({ severity, subject, found }) => `${severity}: ${subject}: ${found}`)
  return { code, stderr, target: target!, lines, report }
}

const others = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('ok'))

describe('doctor', () => {
  let simulator: Awaited<ReturnType<typeof simulate>>
  let env: Record<string, string>

  beforeAll(async () => {
    simulator = await simulate(['--port', '0', '--throughput', '400'])
    env = accountEnvironment(simulator)
  })
  afterAll(() => stop(simulator.process))

  test('names what is missing, and finds all well once it is made', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey', { container: 'doctor/fresh', budget: '{ requestUnits: 20/s }' })
    const before = await examine(cwd, env)
    expect(before.code).toBe(1)
    expect(others(before.lines)).toEqual([
      'problem: container doctor/fresh: it does not exist',
      'unknown: session tokens: there is no container to read from',
    ])
    expect(before.target.diagnoses[0]?.confirm[1]).toMatch(
      /^az cosmosdb sql container create .* --name fresh --partition-key-path \/pk --ttl -1$/,
    )
    expect(await runHopwatch(['check', '--provision', '--runs', '2'], { cwd, env })).toMatchObject({ code: 0 })
    const { code, lines, target, stderr } = await examine(cwd, env)
    expect({ code, stderr, others: others(lines) }).toEqual({ code: 0, stderr: '', others: [] })
    expect(target.session).toEqual({ state: 'enforced' })
    expect(target.latencies.map(({ region }) => region)).toEqual(['West Europe', 'North Europe', 'East US'])
    for (const { p50Ms } of target.latencies) expect(p50Ms).toBeGreaterThan(0)
  })

  test('a wrong key is refused with the name of its variable; the time is told all the same', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey')
    const { code, lines, target } = await examine(cwd, {
      ...env,
      COSMOS_KEY: Buffer.from('another key').toString('base64'),
    })
    expect(code).toBe(3)
    expect(lines[0]).toMatch(/^problem: account: .* refused the credentials .*401/)
    expect(target.diagnoses[0]?.remedy).toContain('the key in COSMOS_KEY')
    expect(lines[1]).toMatch(/^ok: clock: this clock is at most/)
  })

  test('the evidence file has the last findings with their witnesses, for its owner alone', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'losing', {
      container: 'doctor/losing',
      journey:
        '[{ write: upsert, at: writer }, { carry: header, to: reader, faults: [{ token: lost }] }, { read: point, at: reader }]',
    })
    const { address } = await startServe(['--provision'], {
      cwd,
      env: { ...env, HOPWATCH_API_TOKEN: 'a-token-of-this-test' },
    })
    await until('a finding', async () => (await listRuns(address, 'finding=token-loss-seen')).length > 0)
    const bundle = join(cwd, 'evidence.json')
    const { code, stderr } = await examine(cwd, env, ['--bundle', bundle, '--url', address])
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${bundle} is written\n` })
    expect((await stat(bundle)).mode & 0o777).toBe(0o600)
    const text = await readFile(bundle, 'utf8')
    const evidence = JSON.parse(text) as {
      service: { answered: boolean; runs: { scenario: string; finding: string; events: object[] }[] }
      versions: Record<string, string>
      environment: string[]
      scenarios: { name: string }[]
    }
    expect(evidence.service.answered).toBe(true)
    const [run] = evidence.service.runs
    expect(run).toMatchObject({ scenario: 'losing', finding: 'token-loss-seen' })
    expect(run?.events.map((event) => ('kind' in event ? event.kind : ''))).toEqual(
      expect.arrayContaining(['write', 'carry', 'read']),
    )
    expect(evidence.environment).toEqual(['COSMOS_ENDPOINT', 'COSMOS_KEY'])
    expect(evidence.versions['@azure/cosmos']).toMatch(/^4\./)
    expect(evidence.scenarios.map(({ name }) => name)).toEqual(['losing'])
    expect(text).not.toContain(secretKey)
  })

  test('where no service answers the evidence file says so; where it cannot be written the command fails', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey', { container: 'doctor/fresh' })
    const nobody = ['--url', 'http://127.0.0.1:9']
    const { stderr } = await examine(cwd, env, ['--bundle', 'evidence.json', ...nobody])
    expect(stderr).toMatch(/^evidence.json is written; without findings: at http:\/\/127.0.0.1:9\/ nothing answered/)
    const evidence = JSON.parse(await readFile(join(cwd, 'evidence.json'), 'utf8')) as { service: object }
    expect(evidence.service).toMatchObject({ answered: false })
    const failed = await examine(cwd, env, ['--bundle', 'nowhere/evidence.json', ...nobody])
    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nowhere/evidence.json: cannot be written'),
    })
  })
})

describe('doctor elsewhere', () => {
  test('of services alone it looks at no account, says that it cannot look into them, and finds no fault', async () => {
    const cwd = await makeFolder()
    await mkdir(join(cwd, 'scenarios'))
    await copyFile(join(root, 'examples/enrollment-portal/portal.yaml'), join(cwd, 'scenarios/portal.yaml'))
    const { code, stdout } = await runHopwatch(['doctor'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain(
      'unknown  enrollment-portal: doctor cannot look into what answers at http://127.0.0.1:8088\n',
    )
    expect(stdout).not.toContain('simulator')
    expect(stdout).toContain('0 problem, 0 warning, 1 unknown, 0 note, 0 ok')
  })

  test('a journey that leaves its token behind is warned of', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'leaving', {
      journey: '[{ write: upsert, at: writer }, { carry: none, to: reader }, { read: point, at: reader }]',
    })
    const { code, lines } = await examine(cwd, {})
    expect(code).toBe(0)
    expect(lines).toContain('warning: leaving, carry from writer to reader: the token is left behind (carry: none)')
  })

  test('the embedded simulator is well', async () => {
    const { code, lines } = await examine(root, {})
    expect(code).toBe(0)
    expect(others(lines).filter((line) => !line.startsWith('note'))).toEqual([])
  })

  describe('@vercel/cosmosdb-server', () => {
    let server: Running
    beforeAll(async () => {
      server = launch(join(root, 'node_modules/@vercel/cosmosdb-server/lib/cli.js'), [
        '--no-ssl',
        '--host',
        '127.0.0.1',
        '--port',
        '0',
      ])
      await server.says(/connections at/)
    })
    afterAll(() => stop(server))

    test('issues no session tokens, which is a problem; its throughput is unknown', async () => {
      const [, port] = await server.says(/connections at 127\.0\.0\.1:(\d+)/)
      const env = accountEnvironment({ endpoint: `http://127.0.0.1:${port}/`, key: secretKey })
      const cwd = await makeFolder()
      await writeScenario(cwd, 'journey', { hops: '{ writer: {}, reader: {} }' })
      await runHopwatch(['check', '--provision', '--runs', '1'], { cwd, env })
      const { code, lines } = await examine(cwd, env)
      expect(others(lines)).toEqual([
        'problem: session tokens: answers carry none',
        expect.stringMatching(/^unknown: container e2e\/journey: its throughput: /),
        expect.stringMatching(/^note: account: writes go to South Central US/),
      ])
      expect(code).toBe(1)
    })
  })

  test('an account that does not answer, exit code 3; one that cannot be right, 2', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey')
    const away = { endpoint: 'http://127.0.0.1:9/', key: secretKey }
    expect(await examine(cwd, accountEnvironment(away))).toMatchObject({ code: 3 })
    const odd = await runHopwatch(['doctor'], { cwd, env: accountEnvironment({ ...away, key: 'no base64!' }) })
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('into COSMOS_KEY') })
  })
})
