import type { FastifyInstance } from 'fastify'
import { ConfigurationProblem } from '../base/configuration-problem.ts'

export interface HttpServer {
  /** `http://127.0.0.1:9464`, with the port really bound. */
  readonly address: string
  /** Ends listening, lets requests under way finish for `graceMs`, then cuts what is left. */
  close(graceMs?: number): Promise<void>
}

/** What one listener bears. A client that is slower or larger is cut; the numbers are in docs/security.md. */
export const limits = {
  /** At the same time; one more is closed at once. */
  connections: 256,
  /** For the headers of a request, and for the whole of it. */
  requestArrivalMs: 10_000,
  /** Between two looks at who is too slow; Node's own 30 s would triple the limit. */
  sweepMs: 2_000,
}

export type Limits = typeof limits

/** Options of a fastify server under these limits. */
export const limitedTo = ({ requestArrivalMs, sweepMs }: Limits, headerBytesMax: number) => ({
  requestTimeout: requestArrivalMs,
  http: {
    maxHeaderSize: headerBytesMax,
    headersTimeout: requestArrivalMs,
    connectionsCheckingInterval: sweepMs,
  },
})

/** Why a listener cannot be opened, in the words of whoever chose the address. */
const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken by another process',
  EACCES: 'the port needs privileges that this process does not have',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name is not known',
}

/** Throws ConfigurationProblem when the address cannot be bound. */
export async function listenOn(
  app: FastifyInstance,
  listen: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  app.server.maxConnections = limits.connections
  try {
    await app.listen({ host: listen.host, port: listen.port })
  } catch (error) {
    await app.close()
    const problem = listenProblems[(error as NodeJS.ErrnoException).code ?? '']
    if (problem === undefined) throw error
    throw new ConfigurationProblem(
      `cannot listen on ${listen.host}:${listen.port}: ${problem}`,
      'choose another --listen',
    )
  }
  return { address: addressOf(app, listen.host), close: (graceMs = 2_000) => drain(app, graceMs) }
}

function addressOf(app: FastifyInstance, host: string): string {
  const bound = app.server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function drain(app: FastifyInstance, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  await app.close()
  clearTimeout(cut)
}
