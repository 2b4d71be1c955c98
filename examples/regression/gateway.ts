import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the gateway does wrong, from its next deployment on. */
export interface Mistake {
  /** First part of the path, which names the service behind. */
  readonly service: string
  readonly dropsHeader: string
  /** Of the users: the same ones each time, as if one in so many instances behind the balancer were the faulty one. */
  readonly share: number
}

export interface Gateway {
  readonly url: string
  /** Undefined: it does nothing wrong. */
  deploy(mistake: Mistake | undefined): void
  close(): Promise<void>
}

/** A small reverse proxy: `/orders/…` goes to the service `orders`. */
export async function startGateway(services: Readonly<Record<string, string>>): Promise<Gateway> {
  let mistake: Mistake | undefined
  const server = createServer((request, response) => {
    const [, service = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? []
    const behind = services[service]
    if (behind === undefined) return void response.writeHead(404).end()
    const headers = { ...request.headers }
    if (mistake?.service === service && isStruck(request, mistake.share)) delete headers[mistake.dropsHeader]
    const onward = ask(`${behind}${path}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deploy: (next) => {
      mistake = next
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Decided by the user's trace, so that all requests of one user share their fate. */
function isStruck({ headers }: IncomingMessage, share: number): boolean {
  const trace = String(headers.traceparent ?? '').split('-')[1] ?? ''
  return createHash('sha256').update(trace).digest().readUInt32BE() < share * 2 ** 32
}
