import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { signWith } from './sign.ts'

const key = Buffer.from('a key that no account has').toString('base64')
const endpoint = 'http://localhost:1'

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 22), toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

/** The authorization of each request that `calls` makes. */
async function signatures(credential: Partial<CosmosClientOptions>, calls: (client: CosmosClient) => Promise<unknown>) {
  const seen: string[] = []
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      const { method, url, headers } = request
      seen.push(`${method} ${url} ${headers.get('x-ms-date')} ${headers.get('authorization')}`)
      return { request, status: 200, headers: createHttpHeaders(), bodyAsText: '{"_self":"offers/AbCd/","Offers":[]}' }
    },
  }
  const connectionPolicy = { enableEndpointDiscovery: false }
  const client = new CosmosClient({ endpoint, httpClient, connectionPolicy, ...credential })
  await calls(client)
  client.dispose()
  return seen
}

describe('the signature is the one that the SDK makes of the key', () => {
  const item = (client: CosmosClient) => client.database('Shop').container('Ünits').item('Ab cd', 'p')
  test.each<[string, (client: CosmosClient) => Promise<unknown>]>([
    ['the account', (client) => client.getDatabaseAccount()],
    ['a point read', (client) => item(client).read()],
    ['a delete', (client) => item(client).delete()],
    ['a create', (client) => client.database('Shop').container('Ünits').items.create({ id: 'Ab' })],
    [
      'a query',
      (client) => client.database('Shop').container('c').items.query('SELECT 1', { partitionKey: 'p' }).fetchAll(),
    ],
    ['a database', (client) => client.databases.create({ id: 'New' })],
    ['an offer', (client) => client.offer('offers/AbCd/').read()],
  ])('%s', async (_, calls) => {
    const ours = await signatures({ tokenProvider: signWith(key) }, calls)
    expect(ours).toEqual(await signatures({ key }, calls))
    expect(ours[0]).toMatch(/ type%3Dmaster%26ver%3D1\.0%26sig%3D\S{40,}$/)
  })
})
