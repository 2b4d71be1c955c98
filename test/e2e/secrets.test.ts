import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeConfiguration, writeScenario } from './files.ts'
import { makeFolder, runHopwatch } from './process.ts'
import { get, startServe } from './service.ts'
import { accountEnvironment, secretKey, startSimulate } from './simulator.ts'

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
