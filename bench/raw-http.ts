import { connect, type Socket } from 'node:net'

/** One HTTP request as bytes, to be sent over and over. */
export interface RawRequest {
  readonly port: number
  readonly bytes: Buffer
}

/** What the first answer was like; all others must be as long. */
interface Expected {
  readonly length: number
  /** The server ends the connection after each answer. */
  readonly isLast: boolean
}

/** How long without further bytes ends the first answer. */
const quietMs = 200

/** Asks over connections that each have one request under way, without an HTTP client's own cost. */
export class RawDriver {
  readonly #request: RawRequest
  readonly #expected: Expected
  readonly #connections: number

  constructor(request: RawRequest, expected: Expected, connections: number) {
    this.#request = request
    this.#expected = expected
    this.#connections = connections
  }

  /**
   * Learns what the answer looks like. Rejects unless it is a 200 that contains `part`: a server that refuses quickly must
   * not look fast.
   */
  static async open(request: RawRequest, part: string, connections: number): Promise<RawDriver> {
    return new RawDriver(request, await firstAnswer(request, part), connections)
  }

  /** Keep-alive, as the SDK does it; a server that closes after each answer gets a new connection for each request. */
  get keepsAlive(): boolean {
    return !this.#expected.isLast
  }

  /** Sends one request after the other on each connection until the time is up. Rejects on an answer unlike the first. */
  async drive(forMs: number): Promise<{ requests: number; elapsedMs: number }> {
    const startMs = performance.now()
    const lanes = Array.from({ length: this.#connections }, () => this.#keepAsking(startMs + forMs))
    const counts = await Promise.all(lanes)
    return { requests: counts.reduce((sum, count) => sum + count, 0), elapsedMs: performance.now() - startMs }
  }

  async #keepAsking(untilMs: number): Promise<number> {
    let requests = 0
    let socket = await openSocket(this.#request.port)
    while (performance.now() < untilMs) {
      await this.#ask(socket)
      requests++
      if (!this.keepsAlive) {
        socket.destroy()
        socket = await openSocket(this.#request.port)
      }
    }
    socket.destroy()
    return requests
  }

  #ask(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      let received = 0
      const leave = () => reject(new Error('the server closed a connection'))
      const take = (chunk: Buffer) => {
        const isRefusal = received === 0 && chunk.toString('latin1', 9, 12) !== '200'
        received += chunk.length
        if (received < this.#expected.length && !isRefusal) return
        socket.off('data', take)
        socket.off('close', leave)
        if (!isRefusal && received === this.#expected.length) resolve()
        else reject(new Error(`an unexpected answer of ${received} bytes: ${chunk.toString('latin1')}`))
      }
      socket.on('data', take)
      socket.on('close', leave)
      socket.write(this.#request.bytes)
    })
  }
}

async function firstAnswer(request: RawRequest, part: string): Promise<Expected> {
  const socket = await openSocket(request.port)
  const chunks: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    let quiet: NodeJS.Timeout | undefined
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      clearTimeout(quiet)
      quiet = setTimeout(resolve, quietMs)
    })
    socket.write(request.bytes)
  })
  socket.destroy()
  const text = Buffer.concat(chunks).toString('latin1')
  if (!text.startsWith('HTTP/1.1 200 ') || !text.includes(part)) throw new Error(`an unexpected answer: ${text}`)
  return { length: text.length, isLast: /^connection: close\r$/im.test(text) }
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return socket
}
