import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { launch, root } from '../e2e/process.ts'

/** How the check ends where `/healthz` is answered with `status`. */
async function check(status: number, env: Record<string, string> = {}): Promise<number | null> {
  const server = createServer(({ url }, response) => response.writeHead(url === '/healthz' ? status : 404).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const running = launch(join(root, 'scripts/image/healthcheck.ts'), [], {
    env: { HOPWATCH_LISTEN: `0.0.0.0:${port}`, ...env },
  })
  return (await running.ended).code
}

test('healthy is what answers 200', async () => {
  expect([await check(200), await check(503)]).toEqual([0, 1])
})

test('no proxy is asked how this container is', async () => {
  expect(await check(200, { HTTP_PROXY: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' })).toBe(0)
})
