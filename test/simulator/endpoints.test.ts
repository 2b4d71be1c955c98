import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/start.ts'
import { startSimulatorWorker } from '../../src/simulator/worker.ts'
import { clientOf, monitorOf, openSimulator } from './with-simulator.ts'

const regions = ['West Europe', 'North Europe']

/** What a server says to bytes that no client library would send. */
function rawAnswer(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.end(bytes))
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('the account endpoint', () => {
  test('announces the regions and the write region to the SDK', async () => {
    const simulator = await openSimulator({ regions })
    const { resource } = await clientOf(simulator).getDatabaseAccount()
    const location = (name: string) => ({ name, databaseAccountEndpoint: simulator.regionalEndpoints[name] })
    expect(resource?.writableLocations).toEqual([location('West Europe')])
    expect(resource?.readableLocations).toEqual(regions.map(location))
    expect(resource?.consistencyPolicy).toBe('Session')
  })

  test('answers while every region is offline, and then announces none', async () => {
    const simulator = await openSimulator({ regions })
    for (const region of regions) simulator.setRegionOffline(region)
    const { resource } = await clientOf(simulator).getDatabaseAccount()
    expect(resource?.readableLocations).toEqual([])
    await expect(monitorOf(simulator, 'West Europe').getDatabaseAccount()).rejects.toMatchObject({ code: 503 })
  })

  test('a wrong key is 401 with words', async () => {
    const simulator = await openSimulator({ regions })
    const stranger = clientOf({ endpoint: simulator.endpoint, key: Buffer.from('wrong').toString('base64') })
    const error = await stranger.getDatabaseAccount().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 401, message: expect.stringContaining("can't serve the request") })
  })

  test('the connection string is one that the SDK takes', async () => {
    const simulator = await openSimulator({ regions })
    const { CosmosClient } = await import('@azure/cosmos')
    const client = new CosmosClient(simulator.connectionString)
    await expect(client.getDatabaseAccount()).resolves.toMatchObject({ statusCode: 200 })
    client.dispose()
  })
})

describe('what no client should send', () => {
  test('headers past 16 KB are 431 with a JSON body that the SDK can read', async () => {
    const simulator = await openSimulator({ regions })
    const item = monitorOf(simulator, 'West Europe').database('d').container('c').item('i', 'p')
    const sessionToken = `0:1#1#1=1${'0'.repeat(17_000)}`
    await expect(item.read({ sessionToken })).rejects.toMatchObject({
      code: 431,
      message: expect.stringContaining('16 KB'),
    })
  })

  test.each([
    ['no HTTP', 'nonsense\r\n\r\n', 'HTTP/1.1 400'],
    ['no authorization', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 401'],
    ['a broken path', 'GET /dbs/%E9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 400'],
  ])('%s is answered in JSON', async (_name, bytes, status) => {
    const simulator = await openSimulator({ regions })
    const answer = await rawAnswer(simulator.endpoint, bytes)
    expect(answer).toMatch(new RegExp(`^${status} `))
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toHaveProperty('message')
  })

  test('a body past the limit is 413, and the connection still serves', async () => {
    const simulator = await openSimulator({ regions })
    const client = monitorOf(simulator, 'West Europe')
    const item = client.database('d').container('c').item('i', 'p')
    await expect(item.replace({ id: 'i', pk: 'p', text: 'x'.repeat(5_000_000) })).rejects.toMatchObject({ code: 413 })
    await expect(client.getDatabaseAccount()).resolves.toMatchObject({ statusCode: 200 })
  })
})

describe('starting and stopping', () => {
  test('a taken port rejects and leaves nothing open', async () => {
    const first = await openSimulator({ regions })
    const port = Number(new URL(first.endpoint).port)
    await expect(startSimulator({ regions, ports: { account: port } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('a killed simulator comes back on its ports with its key', async () => {
    const first = await startSimulator({ regions })
    const portOf = (url: string) => Number(new URL(url).port)
    const client = clientOf(first)
    await client.getDatabaseAccount()
    await first.close()
    await expect(client.getDatabaseAccount()).rejects.toThrow(/ECONNREFUSED/)
    const second = await openSimulator({
      regions,
      key: first.key,
      ports: {
        account: portOf(first.endpoint),
        regions: regions.map((region) => portOf(first.regionalEndpoints[region]!)),
        control: portOf(first.controlEndpoint),
      },
    })
    expect(second.regionalEndpoints).toEqual(first.regionalEndpoints)
    await expect(client.getDatabaseAccount()).resolves.toMatchObject({ statusCode: 200 })
  })
})

describe('the control endpoint', () => {
  const post = (url: string, body: unknown, type = 'application/json') =>
    fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': type } })

  test('takes the calls of the handle and shows the state', async () => {
    const simulator = await openSimulator({ regions })
    const offline = await post(`${simulator.controlEndpoint}set-region-offline`, { region: 'North Europe' })
    expect([offline.status, await offline.json()]).toEqual([200, { result: null }])
    const state = (await (await fetch(`${simulator.controlEndpoint}state`)).json()) as { result: unknown }
    expect(state.result).toMatchObject({
      regions: [
        { name: 'West Europe', state: 'online', writable: true },
        { name: 'North Europe', state: 'unavailable', writable: false },
      ],
    })
    expect(simulator.state().regions[1]).toMatchObject({ state: 'unavailable' })
    const journal = (await (await fetch(`${simulator.controlEndpoint}journal?limit=5`)).json()) as { result: unknown[] }
    expect(journal.result).toContainEqual(expect.objectContaining({ kind: 'topology' }))
  })

  test('an unknown call is 404 and lists the calls', async () => {
    const simulator = await openSimulator({ regions })
    const answer = await post(`${simulator.controlEndpoint}explode`, {})
    expect(answer.status).toBe(404)
    const { calls } = (await answer.json()) as { calls: unknown[] }
    expect(calls).toContainEqual({ method: 'POST', path: '/pause-replication', fields: ['from', 'to'] })
    expect(calls).toContainEqual({ method: 'GET', path: '/journal', fields: ['limit'] })
  })

  test.each([
    ['pause-replication', { from: 'West Europe' }, 'to'],
    ['pause-replication', { from: 'West Europe', to: 'Atlantis' }, 'Atlantis'],
    ['add-fault-rule', { rule: { statsu: 503 } }, 'statsu'],
    ['add-fault-rule', { rule: { share: 7 } }, 'share'],
  ])('%s %o is 400 and says what is wrong', async (call, body, words) => {
    const simulator = await openSimulator({ regions })
    const answer = await post(`${simulator.controlEndpoint}${call}`, body)
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining(words) }),
    ])
  })

  test('a POST that does not say it is JSON is refused, so that a web page cannot make one', async () => {
    const simulator = await openSimulator({ regions })
    const answer = await post(`${simulator.controlEndpoint}failover`, { toRegion: 'North Europe' }, 'text/plain')
    expect(answer.status).toBe(415)
    expect(simulator.state().regions[0]).toMatchObject({ name: 'West Europe', writable: true })
  })

  // JSON from a page of evil.example to evil.example, which leads to 127.0.0.1 by now, is of the same origin to the browser.
  test('asked for by another name it does nothing, so that a web page whose name leads here cannot use it', async () => {
    const simulator = await openSimulator({ regions })
    const { port } = new URL(simulator.controlEndpoint)
    const body = '{"toRegion":"North Europe"}'
    const failover = (host: string) =>
      rawAnswer(
        simulator.controlEndpoint,
        `POST /failover HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    const look = `GET /state HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`
    expect(await failover('evil.example')).toMatch(/^HTTP\/1.1 403 [\s\S]*127\.0\.0\.1 or localhost/)
    expect(await rawAnswer(simulator.controlEndpoint, look)).not.toContain('West Europe')
    expect(simulator.state().regions[0]).toMatchObject({ name: 'West Europe', writable: true })
    expect(await failover('localhost')).toMatch(/^HTTP\/1.1 200 /)
    expect(simulator.state().regions[1]).toMatchObject({ name: 'North Europe', writable: true })
  })
})

describe('in a worker thread', () => {
  test('the same account, reached by the SDK and by calls', async () => {
    const simulator = await startSimulatorWorker({ regions, seed: 1 })
    try {
      const { resource } = await clientOf(simulator).getDatabaseAccount()
      expect(resource?.readableLocations).toHaveLength(2)
      await simulator.setRegionOffline('North Europe')
      expect((await simulator.state()).regions[1]).toMatchObject({ state: 'unavailable' })
      await expect(simulator.failover('Atlantis')).rejects.toThrow(/Atlantis/)
    } finally {
      await simulator.close()
    }
    await expect(simulator.state()).rejects.toThrow(/closed/)
    await expect(fetch(simulator.endpoint)).rejects.toThrow()
  })

  test('a port that is taken rejects the start', async () => {
    const first = await openSimulator({ regions })
    const port = Number(new URL(first.endpoint).port)
    await expect(startSimulatorWorker({ regions, ports: { account: port } })).rejects.toThrow(/EADDRINUSE/)
  })
})
