import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createRoundRobin } from '../../examples/enrollment-portal/round-robin.ts'
import { parseScenario } from '../../src/scenario/parse-scenario.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const env = { PORTAL_TOKEN: 'x' }

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('what stands in for nginx asks the nodes in turn, and says so when one is gone', async () => {
  const node = (name: string) =>
    listening(
      createServer((request, response) => {
        request.pipe(response.setHeader('x-node', name))
      }),
    )
  const gone = createServer()
  const gonePort = await listening(gone)
  gone.close()
  const port = await listening(createRoundRobin([await node('a'), await node('b'), gonePort]))
  const asked: unknown[] = []
  for (let turn = 0; turn < 4; turn++) {
    const response = await fetch(`http://127.0.0.1:${port}/x`, { method: 'PUT', body: `body ${turn}` })
    asked.push([response.status, response.headers.get('x-node'), await response.text()])
  }
  expect(asked).toEqual([
    [200, 'a', 'body 0'],
    [200, 'b', 'body 1'],
    [502, null, ''],
    [200, 'a', 'body 3'],
  ])
})

describe('scenarios of endpoints, as the documentation shows them', () => {
  const [, documented = ''] =
    /## A service of your own[\s\S]*?```yaml\n([\s\S]*?)```/.exec(read('docs/scenario-file.md')) ?? []

  test('the one in docs/scenario-file.md', () => {
    const { scenario, problems } = parseScenario(documented, { file: 'documented', env })
    expect(problems).toBeUndefined()
    expect(scenario?.hops).toMatchObject([{ name: 'portal', endpoint: 'https://portal.example' }])
    expect(scenario?.journey).toMatchObject([
      {
        kind: 'request',
        does: 'write',
        request: {
          method: 'PUT',
          path: '/enrolments/${run.key}',
          headers: { authorization: 'Bearer x' },
          body: { version: '${run.version}', by: 'hopwatch' },
          expect: [200, 201],
        },
      },
      {
        kind: 'request',
        does: 'read',
        request: { method: 'GET', expect: [] },
        version: { pointer: '/version' },
        missing: 404,
      },
    ])
  })

  test("the example's own", () => {
    const { scenario, problems } = parseScenario(read('examples/enrollment-portal/portal.yaml'), {
      file: 'portal',
      env,
    })
    expect(problems).toBeUndefined()
    expect(scenario?.journey.map(({ kind }) => kind)).toEqual(['request', 'wait', 'request', 'request'])
  })
})
