import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/base/clock.ts'
import { createTarget, type StoreScope, type Target, type TargetOptions } from '../../src/cosmos/target.ts'
import type { DocumentStore, StoreRequest } from '../../src/domain/document-store.ts'
import type { HopDeclaration, ReadKind, WriteKind } from '../../src/domain/scenario.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'

/** What reached the stub, besides `GET /`. */
export interface StubRequest {
  readonly region: string
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** How many requests for documents came before. */
  readonly index: number
}

export type StubReply =
  | {
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: unknown
      readonly afterMs?: number
    }
  | 'reset'
  | 'hang'

export interface StubAccount {
  readonly endpoint: string
  readonly key: string
  /** Everything that came, `GET /` as `account`. */
  readonly seen: StubRequest[]
  /** Those for documents, without query plans. */
  readonly operations: () => StubRequest[]
  /** Connections that were opened. */
  readonly connections: () => number
  /** Answers requests for documents. */
  script: (request: StubRequest) => StubReply
  /** Answers a query plan, a container read and whatever else; undefined: the default. */
  others: (request: StubRequest) => StubReply | undefined
  /** How the account spells a region's address; its own unless a test says otherwise. */
  announced: (region: string) => string | undefined
  [Symbol.asyncDispose](): Promise<void>
}

export const containerRid = 'AAAAAQAAAAE='

/** A multi-region account that answers as a test tells it: for what the simulator does not do, byte by byte. */
export async function startStub(
  script: StubAccount['script'],
  regions: readonly string[] = ['West Europe', 'North Europe'],
): Promise<StubAccount> {
  const seen: StubRequest[] = []
  const servers: Server[] = []
  const urls: string[] = []
  let connections = 0
  const listen = async (region: string): Promise<void> => {
    const server = createServer((request, response) => void serve(region, request, response))
    server.keepAliveTimeout = 60_000
    server.on('connection', () => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    servers.push(server)
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }
  const serve = async (region: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const path = (request.url ?? '').replace(/^\/+/, '/')
    const isDocuments = /^\/dbs\/[^/]+\/colls\/[^/]+\/docs/.test(path)
    const isPlan = request.headers['x-ms-cosmos-is-query-plan-request'] !== undefined
    const index = seen.filter((earlier) => isOperation(earlier)).length
    const entry = { region, method: request.method ?? '', path, headers: request.headers, body, index }
    seen.push(entry)
    if (path === '/') return send(response, { status: 200, body: accountPage() })
    if (isDocuments && !isPlan) return send(response, stub.script(entry))
    send(response, stub.others(entry) ?? (isPlan ? { status: 400, body: { message: 'no plan' } } : container))
  }
  const accountPage = () => {
    const locations = regions.map((name, index) => ({
      name,
      databaseAccountEndpoint: stub.announced(name) ?? urls[index + 1],
    }))
    return {
      id: 'stub',
      writableLocations: locations.slice(0, 1),
      readableLocations: locations,
      enableMultipleWriteLocations: false,
      userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    }
  }
  const stub: StubAccount = {
    get endpoint() {
      return urls[0]!
    },
    key: Buffer.from('a key of the stub account, long enough to look like one').toString('base64'),
    seen,
    operations: () => seen.filter(isOperation),
    connections: () => connections,
    script,
    others: () => undefined,
    announced: () => undefined,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
  for (const region of ['account', ...regions]) await listen(region)
  return stub
}

const isOperation = ({ path, headers }: StubRequest): boolean =>
  path.includes('/docs') && headers['x-ms-cosmos-is-query-plan-request'] === undefined

const container: StubReply = {
  status: 200,
  body: { id: 'itineraries', partitionKey: { paths: ['/customerId'], kind: 'Hash', version: 2 }, defaultTtl: -1 },
}

function send(response: ServerResponse, reply: StubReply): void {
  if (reply === 'hang') return
  if (reply === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const write = () => {
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'x-ms-request-charge': '1.5',
      ...reply.headers,
    })
    response.end(
      reply.status === 204 || reply.body === '' ? undefined : JSON.stringify(reply.body ?? { message: 'stub' }),
    )
  }
  if (reply.afterMs === undefined) write()
  else setTimeout(write, reply.afterMs)
}

/** An answer that gives a session token, as the SDK needs it to remember the token. */
export const withToken = (status: number, token: string, body: unknown = {}, afterMs?: number): StubReply => ({
  status,
  headers: {
    'x-ms-session-token': token,
    'x-ms-content-path': containerRid,
    'x-ms-alt-content-path': 'dbs/travel/colls/itineraries',
  },
  body,
  ...(afterMs !== undefined && { afterMs }),
})

export const failing = (status: number, substatus?: number, extra: Record<string, string> = {}): StubReply => ({
  status,
  headers: { ...(substatus !== undefined && { 'x-ms-substatus': String(substatus) }), ...extra },
  body: { code: 'Stub', message: 'as the test wants it' },
})

export const hop = (name: string, settings: Partial<HopDeclaration> = {}): HopDeclaration => ({
  name,
  region: undefined,
  client: 'own',
  retries: 'sdk',
  consistency: 'Session',
  ...settings,
})

export const scopeOf = (...hops: HopDeclaration[]): StoreScope => ({
  name: 'travel-itinerary',
  container: { database: 'travel', container: 'itineraries' },
  partitionKey: ['/customerId'],
  hops,
})

export const targetFor = (account: { endpoint: string; key: string }, options: Partial<TargetOptions> = {}): Target =>
  createTarget({ name: 'default', endpoint: account.endpoint, key: account.key, ...options }, { clock: systemClock })

export const storeFor = (target: Target, settings: Partial<HopDeclaration> = {}): DocumentStore => {
  const declared = hop('hop', settings)
  return target.openStore(declared, scopeOf(declared))
}

export const write = (kind: WriteKind = 'upsert', version = 1, token?: string, id = 'doc-1'): StoreRequest => ({
  kind,
  document: { id, partitionKey: ['p'], version, owner: 'me', run: 'run-1', ttlSeconds: 60 },
  consistency: 'Session',
  sessionToken: token === undefined ? undefined : new WireToken(token),
})

export const read = (kind: ReadKind = 'point', token?: string, id = 'doc-1'): StoreRequest => ({
  kind,
  id,
  partitionKey: ['p'],
  consistency: 'Session',
  sessionToken: token === undefined ? undefined : new WireToken(token),
})

/** What the service answers to a read that finds version 1. */
export const found = (kind: ReadKind): unknown => {
  if (kind === 'point') return stored(1)
  if (kind === 'batch-of-points') return [{ statusCode: 200, requestCharge: 1, resourceBody: stored(1) }]
  return { Documents: [stored(1)], _count: 1 }
}

/** A stored document as the stub returns it. */
export const stored = (version: number, id = 'doc-1') => ({
  id,
  customerId: 'p',
  version,
  owner: 'me',
  run: 'run-1',
  ttl: 60,
})
