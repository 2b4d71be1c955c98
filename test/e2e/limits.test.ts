import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isWithin } from '../../src/run/carriers/codec.ts'
import { headerCodec } from '../../src/run/carriers/header.ts'
import { redirectCodec } from '../../src/run/carriers/redirect.ts'
import { hasNginx, startNginx } from './nginx.ts'

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function statusOf(port: number, path: string, headers: Record<string, string> = {}) {
  const request = get({ port, host: '127.0.0.1', path, headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

/** The longest text that the limit of the server takes, by our own reckoning. */
const longest = (codec: typeof headerCodec, server: 'nginx' | 'node') => {
  let bytes = 16_384
  while (!isWithin(codec, codec.encode('a'.repeat(bytes)), { server })) bytes--
  return bytes
}

describe.skipIf(!hasNginx)('nginx itself draws the line where we say (skipped where it is not installed)', () => {
  test('of a header and of a target', async () => {
    const port = await freePort()
    const stop = await startNginx(
      `server { listen 127.0.0.1:${port}; location / { return 200 ok; } }`,
      `http://127.0.0.1:${port}/`,
    )
    onTestFinished(stop)
    const header = (bytes: number) => statusOf(port, '/', { [headerCodec.field]: 'a'.repeat(bytes) })
    const most = longest(headerCodec, 'nginx')
    expect([await header(most), await header(most + 1)]).toEqual([200, 400])
    const target = (bytes: number) => {
      const { pathname, search } = new URL(redirectCodec.encode('a'.repeat(bytes)))
      return statusOf(port, `${pathname}${search}`)
    }
    const mostOfTarget = longest(redirectCodec, 'nginx')
    expect([await target(mostOfTarget), await target(mostOfTarget + 1)]).toEqual([200, 414])
  })
})

test('Node itself answers 431 where we say, and takes less when a request holds more than the token', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const header = (bytes: number) => statusOf(port, '/', { [headerCodec.field]: 'a'.repeat(bytes) })
  const most = longest(headerCodec, 'node')
  expect([await header(most - 200), await header(most + 1)]).toEqual([200, 431])
})
