import { createDefaultHttpClient, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline'
import { CosmosClient } from '@azure/cosmos'
import type { RawRequest } from './raw-http.ts'

/** A point read as the SDK sends it, signed, and what was answered. */
export interface SignedRead {
  readonly request: RawRequest
  readonly documentId: string
  readonly answer: { readonly headers: Readonly<Record<string, string>>; readonly body: string }
}

/** A probe document as hopwatch writes it. */
const document = {
  customerId: 'bench-travel-itinerary-3',
  id: 'bench-travel-itinerary-3-0',
  version: 4711,
  owner: 'bench-0f3a',
  run: '00c0ffee00c0ffee',
  ttl: 3600,
}

/** Writes a document through the SDK, reads it under its session token, and hands out that read. */
export async function recordSignedRead(endpoint: string, key: string): Promise<SignedRead> {
  const inner = createDefaultHttpClient()
  let last: { request: PipelineRequest; response: PipelineResponse } | undefined
  const client = new CosmosClient({
    endpoint,
    key,
    consistencyLevel: 'Session',
    connectionPolicy: { enableEndpointDiscovery: false },
    httpClient: {
      sendRequest: async (request) => {
        const response = await inner.sendRequest(request)
        last = { request, response }
        return response
      },
    },
  })
  const { database } = await client.databases.createIfNotExists({ id: 'bench' })
  const definition = { id: 'reads', partitionKey: { paths: ['/customerId'] } }
  const { container } = await database.containers.createIfNotExists(definition)
  const written = await container.items.upsert(document)
  const token: unknown = written.headers['x-ms-session-token']
  const { resource } = await container
    .item(document.id, document.customerId)
    .read<typeof document>(typeof token === 'string' ? { sessionToken: token } : {})
  client.dispose()
  if (resource?.version !== document.version || last === undefined) throw new Error('the document did not come back')
  return {
    request: rawRequest(last.request),
    documentId: document.id,
    answer: { headers: last.response.headers.toJSON({ preserveCase: true }), body: last.response.bodyAsText ?? '' },
  }
}

function rawRequest({ method, url, headers }: PipelineRequest): RawRequest {
  const { host, port, pathname } = new URL(url)
  const lines = Object.entries(headers.toJSON({ preserveCase: true })).map(([name, value]) => `${name}: ${value}\r\n`)
  // What node:http adds by itself when the SDK sends it.
  const head = `${method} ${pathname} HTTP/1.1\r\n${lines.join('')}Host: ${host}\r\nConnection: keep-alive\r\n\r\n`
  return { port: Number(port), bytes: Buffer.from(head, 'latin1') }
}
