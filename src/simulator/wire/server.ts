import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Endpoint {
  readonly url: string
  readonly port: number
  /** Cuts every connection, also those that a fault keeps hanging. */
  close(): Promise<void>
}

/** Longer than any client keeps a connection idle, so that the client closes it: a server's close races with a request. */
const keepAliveMs = 75_000

/** Listens on `port` (0: any free one) and rejects when it is taken. */
export async function listen(listener: RequestListener, host: string, port: number): Promise<Endpoint> {
  // A GET has no body: without this node sets up a stream for it all the same.
  const server = createServer({ keepAliveTimeout: keepAliveMs, optimizeEmptyRequests: true }, listener)
  server.on('clientError', refuseUnreadable)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port: bound } = server.address() as AddressInfo
  const printedHost = host.includes(':') ? `[${host}]` : host
  return { url: `http://${printedHost}:${bound}/`, port: bound, close: () => closeServer(server) }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const unreadable: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  // Node's limit of 16 KB for all headers together; joined session tokens reach it first.
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'RequestHeaderFieldsTooLarge',
    'The request headers are larger than 16 KB.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'RequestTimeout', 'The request did not arrive in time.'],
}

/** Says what was wrong in JSON, as everywhere else: on the empty answer that node sends by itself the SDK throws a TypeError. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, message] = unreadable[error.code ?? ''] ?? [
    '400 Bad Request',
    'BadRequest',
    'The request is not valid HTTP.',
  ]
  const body = JSON.stringify({ code, message })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}
