import { createServer as createNodeServer, type Server as NodeServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { TakeCall } from './exchange.ts'
import { nodeCalls } from './node-calls.ts'
import { PlainConnection, type PlainServer } from './plain-connection.ts'

export interface Endpoint {
  readonly url: string
  readonly port: number
  /** Cuts every connection, also those that a fault keeps hanging. */
  close(): Promise<void>
}

/** Longer than any client keeps a connection idle, so that the client closes it: a server's close races with a request. */
const keepAliveMs = 75_000

/** For the headers of a request and for the whole of it; a client on the same machine is busy, never that slow. */
const requestArrivalMs = 30_000
const connectionsMax = 2048

/** Listens on `port` (0: any free one) and rejects when it is taken. */
export async function listen(
  listener: RequestListener,
  host: string,
  port: number,
  arrivalMs = requestArrivalMs,
): Promise<Endpoint> {
  const server = openNodeServer(listener, arrivalMs)
  return { ...(await bind(server, host, port)), close: () => closeServer(server, () => server.closeAllConnections()) }
}

/**
 * As `listen`, for many small calls: plain requests are read and answered on the connection itself, for a third less processor
 * time a request (docs/decisions/0009-plain-http.md). Whatever is not plain node:http takes over, on the same connection.
 */
export async function listenForCalls(
  take: TakeCall,
  host: string,
  port: number,
  arrivalMs = requestArrivalMs,
): Promise<Endpoint> {
  const node = openNodeServer(nodeCalls(take), arrivalMs)
  const plain: PlainServer = {
    take,
    date: currentDate(),
    keepAlive: `timeout=${keepAliveMs / 1000}`,
    handOver: (socket) => {
      socket.setTimeout(0)
      node.emit('connection', socket)
    },
  }
  // It listens nowhere itself; this makes it watch over the time that requests take to arrive.
  node.emit('listening')
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(keepAliveMs)
    new PlainConnection(plain, socket).start()
  })
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
    node.close()
  }
  return { ...(await bind(server, host, port)), close: () => closeServer(server, cutAll) }
}

/** As node:http prints it, anew each second. */
function currentDate(): () => string {
  let second = 0
  let text = ''
  return () => {
    const nowMs = Date.now()
    if (nowMs - second >= 1000 || nowMs < second) {
      second = nowMs - (nowMs % 1000)
      text = new Date(second).toUTCString()
    }
    return text
  }
}

function openNodeServer(listener: RequestListener, arrivalMs: number): NodeServer {
  const times = {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: arrivalMs,
    requestTimeout: arrivalMs,
    connectionsCheckingInterval: Math.ceil(arrivalMs / 4),
  }
  // A GET has no body: without this node sets up a stream for it all the same.
  const server = createNodeServer({ ...times, optimizeEmptyRequests: true }, listener)
  server.on('clientError', refuseUnreadable)
  return server
}

async function bind(server: Server, host: string, port: number): Promise<Omit<Endpoint, 'close'>> {
  server.maxConnections = connectionsMax
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port: bound } = server.address() as AddressInfo
  const printedHost = host.includes(':') ? `[${host}]` : host
  return { url: `http://${printedHost}:${bound}/`, port: bound }
}

function closeServer(server: Server, cutConnections: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    cutConnections()
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
