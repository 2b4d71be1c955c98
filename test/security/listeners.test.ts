import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { startHopServer } from '../../src/http/hop-server.ts'
import { limits } from '../../src/http/listen.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { exchange, statusesOf } from '../fuzz/raw-http.ts'
import { scenarioOf, serve } from '../http/support.ts'

const apiToken = 'the-bearer-token-of-this-test-0123456789'
/** Instead of ten seconds, so that a slow client is seen to be cut. */
const hurried = { requestArrivalMs: 300, sweepMs: 100 }

const opened: Socket[] = []
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy()
})

/** A client that sends `first`, then a byte now and then; resolves with what it was told when the server closed. */
function dribble(address: string, first: string, next = 'x'): Promise<string> {
  const { hostname, port } = new URL(address)
  const socket = connect({ host: hostname, port: Number(port) })
  opened.push(socket)
  const timer = setInterval(() => socket.writable && socket.write(next), 50)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
  })
  socket.on('error', () => {})
  socket.write(first)
  return new Promise((resolve) => {
    socket.on('close', () => {
      clearInterval(timer)
      resolve(answer)
    })
  })
}

async function openApi(secrets: { apiToken?: string } = { apiToken }) {
  const served = await serve([scenarioOf('travel-itinerary')], { ...secrets, limits: hurried })
  onTestFinished(async () => {
    await served.close()
    served.publication.close()
  })
  return served.address
}

async function openHop({ apiToken: hopToken }: { apiToken?: string } = { apiToken }) {
  const server = await startHopServer({
    listen: { host: '127.0.0.1', port: 0 },
    hopToken,
    containers: undefined,
    self: 'hopwatch test',
    logger: pino({ level: 'silent' }),
    account: () => [],
    execute: () => new Promise(() => {}),
    limits: hurried,
  })
  onTestFinished(() => server.close(0))
  return server.address
}

async function openSimulator() {
  const simulator = await startSimulator({ requestArrivalMs: 300 })
  onTestFinished(() => simulator.close())
  return simulator
}

const listeners = [
  ['the API', () => openApi(), '/healthz'],
  ['a hop', () => openHop(), '/healthz'],
  ['the simulator', async () => (await openSimulator()).endpoint, '/'],
  ['the simulator’s control', async () => (await openSimulator()).controlEndpoint, '/state'],
] as const

const bearer = `authorization: Bearer ${apiToken}\r\n`

describe.each(listeners)('%s', (_name, open, path) => {
  const answers = async (address: string) =>
    statusesOf(
      await exchange(address, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`, 'request'),
    )

  test('cuts who sends its headers byte by byte', async () => {
    const address = await open()
    const answer = await dribble(address, 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')
    expect([[], [408]]).toContainEqual(statusesOf(answer))
  })

  test('cuts who sends its body byte by byte', async () => {
    const address = await open()
    const answer = await dribble(
      address,
      `POST /-/reload HTTP/1.1\r\nhost: x\r\n${bearer}content-type: application/json\r\ncontent-length: 1000\r\n\r\n`,
    )
    expect(statusesOf(answer)[0] ?? 408).toBeGreaterThanOrEqual(400)
  })

  test('refuses headers and URLs beyond its limit, and serves on', async () => {
    const address = await open()
    const header = await exchange(
      address,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(200_000)}\r\n\r\n`,
      'bytes',
    )
    const url = await exchange(address, `GET /${'a'.repeat(200_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 'bytes')
    for (const answer of [header, url]) expect([[], [431], [414]]).toContainEqual(statusesOf(answer))
    const many = Array.from({ length: 5000 }, (_, index) => `x-${index}: 1`).join('\r\n')
    expect([[], [431], [401], [400]]).toContainEqual(
      statusesOf(await exchange(address, `GET ${path} HTTP/1.1\r\nhost: x\r\n${many}\r\n\r\n`, 'bytes')),
    )
    const [status = 0] = await answers(address)
    expect([200, 401]).toContain(status)
  })

  test('a body without end is refused, or its connection cut', async () => {
    const address = await open()
    const chunk = 'x'.repeat(65_536)
    const body = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(40)
    const answer = await exchange(
      address,
      `POST /-/reload HTTP/1.1\r\nhost: x\r\n${bearer}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${body}`,
      'bytes',
    )
    expect(statusesOf(answer)[0] ?? 413).toBeGreaterThanOrEqual(400)
  })
})

test.each([
  ['the API', () => openApi({}), '/metrics'],
  ['a hop', () => openHop({}), '/hop'],
] as const)(
  '%s on loopback without a token tells a web page nothing whose name leads here',
  async (_name, open, path) => {
    const address = await open()
    const asked = (host: string) =>
      exchange(address, `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`, 'request')
    const refused = await asked('evil.example:9464')
    expect(statusesOf(refused)).toEqual([403])
    expect(refused).toContain('127.0.0.1')
    expect(statusesOf(await asked('localhost:9464'))).toEqual([200])
  },
)

test.each([
  ['the API', () => openApi()],
  ['a hop', () => openHop()],
] as const)('%s takes so many connections and no more, and serves again when they have gone', async (_name, open) => {
  const address = await open()
  const { hostname, port } = new URL(address)
  for (let index = 0; index < limits.connections + 20; index++) {
    opened.push(
      connect({ host: hostname, port: Number(port) })
        .on('error', () => {})
        .resume(),
    )
  }
  const stillOpen = () => opened.filter((socket) => !socket.destroyed).length
  await expect.poll(stillOpen, { timeout: 20_000 }).toBe(limits.connections)
  for (const socket of opened.splice(0)) socket.destroy()
  await expect
    .poll(() =>
      exchange(address, 'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 'request').then(statusesOf),
    )
    .toEqual([200])
})
