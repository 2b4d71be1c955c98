import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { makeFolder, runHopwatch, startHopwatch, stop, until } from './process.ts'
import { get, listRuns, startServe } from './service.ts'
import { accountEnvironment, freePorts, secretKey, startSimulate } from './simulator.ts'

describe('where the key may stand', () => {
  test('in a file that COSMOS_KEY_FILE names', async () => {
    const { endpoint } = await startSimulate()
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey')
    await writeFile(join(cwd, 'key'), `${secretKey}\n`)
    const env = { COSMOS_ENDPOINT: endpoint, COSMOS_KEY_FILE: 'key' }
    const { code, stdout } = await runHopwatch(['check', '--runs', '3', '--provision'], { cwd, env })
    expect(stdout).toContain('pass  journey')
    expect(code).toBe(0)
  })

  test('in a file that is replaced, as a mounted secret is: after a refusal and at a reload it is read anew', async () => {
    const ports = ['--port', String(await freePorts(5))]
    const simulateWith = async (key: string) => {
      const running = startHopwatch(['simulate', ...ports], { env: { COSMOS_KEY: key } })
      const [, endpoint] = await running.says(/Endpoint\s+(http\S+)/)
      return { running, endpoint: endpoint! }
    }
    const newKey = Buffer.from(`${secretKey}, regenerated`).toString('base64')
    const before = await simulateWith(secretKey)
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey')
    const keyFile = join(cwd, 'key')
    await writeFile(keyFile, `${secretKey}\n`)
    const env = { COSMOS_ENDPOINT: before.endpoint, COSMOS_KEY_FILE: keyFile, HOPWATCH_API_TOKEN: 'sesame' }
    const { process, address } = await startServe(['--provision'], { cwd, env })
    const readinessSays = (what: RegExp) =>
      until(`${what}`, async () => what.test((await get(address, '/readyz')).text))
    const reload = async () => {
      const headers = { authorization: 'Bearer sesame', connection: 'close' }
      const answer = await fetch(`${address}/-/reload`, { method: 'POST', headers })
      return { status: answer.status, text: await answer.text() }
    }
    await readinessSays(/"status": "ready"/)

    await stop(before.running)
    await simulateWith(newKey)
    await readinessSays(/refused the credentials/)
    await writeFile(keyFile, 'half a k')
    expect(await reload()).toMatchObject({ status: 400, text: expect.stringContaining('a key that is not base64') })
    await writeFile(keyFile, newKey)
    await readinessSays(/"status": "ready"/)
    await until('a kept run', async () => (await listRuns(address, 'limit=1'))[0]?.result === 'kept')
    const isTold = () => process.printed.stdout.split('\n').filter((line) => line.includes('signed with a new key'))
    expect(isTold()).toEqual([expect.stringContaining(`"from":"the file of COSMOS_KEY_FILE, ${keyFile}"`)])

    // The account would still take the former one: nothing is refused, and yet a reload takes what is there.
    await writeFile(keyFile, secretKey)
    expect(await reload()).toMatchObject({ status: 200 })
    expect(isTold()).toHaveLength(2)
    const printed = process.printed.stdout + process.printed.stderr
    for (const secret of [secretKey, newKey, 'half a k']) expect(printed).not.toContain(secret)
  })

  test('not in the configuration file, whose message does not repeat it', async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey')
    await writeConfiguration(cwd, `targets:\n  account:\n    endpoint: https://a.example/\n    key: "${secretKey}"\n`)
    const { code, stdout, stderr } = await runHopwatch(['serve'], { cwd })
    expect(stderr).toMatch(/^hopwatch\.yaml:4:5: "key" would hold a secret.*; write "keyFrom"/m)
    expect(`${stdout}${stderr}`).not.toContain(secretKey)
    expect(code).toBe(2)
  })

  test('not without an account to use it on', async () => {
    const { code, stderr } = await runHopwatch(['check'], { env: { COSMOS_KEY: secretKey } })
    expect(stderr).toBe('There is a key but no account: set COSMOS_ENDPOINT, or unset the key.\n')
    expect(code).toBe(2)
  })
})

describe('an account that cannot be used', () => {
  test.each([
    [
      'another key',
      (endpoint: string) => accountEnvironment({ endpoint, key: 'YW5vdGhlciBrZXk=' }),
      3,
      /refused the cred/,
    ],
    ['no server', () => accountEnvironment({ endpoint: 'http://127.0.0.1:9/', key: secretKey }), 3, /ECONNREFUSED/],
    [
      'half a connection string',
      () => ({ COSMOS_CONNECTION_STRING: `AccountKey=${secretKey}` }),
      2,
      /without AccountEndpoint/,
    ],
    ['no container', accountOf, 2, /container e2e\/journey does not exist\n.*--provision/],
  ])('%s', async (_, environment, exitCode, message) => {
    const { endpoint } = await startSimulate()
    const cwd = await makeFolder()
    await writeScenario(cwd, 'journey')
    const { code, stdout, stderr } = await runHopwatch(['check'], { cwd, env: environment(endpoint) })
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
  })
})

describe('a listener that other machines can reach', () => {
  const apiToken = 'a-token-that-only-this-test-knows'

  test('is refused without HOPWATCH_API_TOKEN', async () => {
    const { code, stderr } = await runHopwatch(['serve', '--listen', '0.0.0.0:0'])
    expect(stderr).toMatch(/0\.0\.0\.0 is reachable from other machines.*\nset HOPWATCH_API_TOKEN/)
    expect(code).toBe(2)
  })

  test('asks for the token, except for whether the process lives and is ready', async () => {
    const { address } = await startServe(['--listen', '0.0.0.0:0'], { env: { HOPWATCH_API_TOKEN: apiToken } })
    const loopback = address.replace('0.0.0.0', '127.0.0.1')
    const status = async (path: string, token?: string) =>
      (await get(loopback, path, token === undefined ? {} : { authorization: `Bearer ${token}` })).status
    for (const path of ['/metrics', '/', '/api/v1/runs']) {
      expect([path, await status(path), await status(path, 'another'), await status(path, apiToken)]).toEqual([
        path,
        401,
        401,
        200,
      ])
    }
    expect(await status('/healthz')).toBe(200)
    // Which accounts it looks at is nobody's business.
    expect(JSON.parse((await get(loopback, '/readyz')).text)).toEqual({ ready: true })
    expect((await get(loopback, '/readyz', { authorization: `Bearer ${apiToken}` })).text).toContain('"default"')
  })
})

function accountOf(endpoint: string) {
  return accountEnvironment({ endpoint, key: secretKey })
}
