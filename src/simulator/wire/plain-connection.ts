import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Answering, TakeCall } from './exchange.ts'
import { type PlainRequest, readPlainRequest } from './plain-request.ts'
import type { PrintedReply } from './print-reply.ts'

/** What a connection needs of its server. */
export interface PlainServer {
  readonly take: TakeCall
  /** Value of the header `Date`. */
  readonly date: () => string
  /** Value of the header `Keep-Alive`. */
  readonly keepAlive: string
  /** Goes on with the connection as node:http does; its unread bytes are put back. */
  readonly handOver: (socket: Socket) => void
}

/**
 * A connection that brings plain requests, one at a time. The first thing that is not plain (a body in pieces, a second request
 * before the answer, anything that may be wrong) hands the connection over to node:http, for good.
 */
export class PlainConnection {
  readonly #server: PlainServer
  readonly #socket: Socket
  /** While an answer is due, or not taken yet: what came before it. Undefined: none is due. */
  #early: Buffer[] | undefined

  constructor(server: PlainServer, socket: Socket) {
    this.#server = server
    this.#socket = socket
  }

  start(): void {
    this.#socket.on('data', this.#receive)
    this.#socket.on('end', this.#end)
    this.#socket.on('timeout', this.#idle)
  }

  readonly #receive = (bytes: Buffer): void => {
    if (this.#early !== undefined) {
      this.#early.push(bytes)
      // Nobody reads on before the answer: what else comes waits at the client's side.
      this.#socket.pause()
      return
    }
    const request = readPlainRequest(bytes)
    if (request === undefined) this.#handOver(bytes)
    else this.#take(request)
  }

  #take({ method, target, headers, body }: PlainRequest): void {
    this.#early = []
    this.#server.take(
      { method, target, headers, readBody: (done) => done(body) },
      new PlainAnswering(this.#socket, this.#server, this.#answered),
    )
  }

  readonly #answered = (): void => {
    const early = this.#early ?? []
    this.#early = undefined
    if (early.length > 0) this.#handOver(Buffer.concat(early))
  }

  /** The client sends no more, and to node:http it has left. */
  readonly #end = (): void => void this.#socket.end()

  /** While an answer is due, silence is patience; but who does not take it, or has sent on and is not read, may have left unseen. */
  readonly #idle = (): void => {
    const isPatient = this.#early?.length === 0 && !this.#socket.writableNeedDrain
    if (!isPatient) this.#socket.destroy()
  }

  #handOver(unread: Buffer): void {
    const socket = this.#socket
    socket.off('data', this.#receive)
    socket.off('end', this.#end)
    socket.off('timeout', this.#idle)
    socket.pause()
    socket.unshift(unread)
    this.#server.handOver(socket)
    socket.resume()
  }
}

class PlainAnswering implements Answering {
  readonly #socket: Socket
  readonly #server: PlainServer
  readonly #answered: () => void
  #hasAnswered = false

  constructor(socket: Socket, server: PlainServer, answered: () => void) {
    this.#socket = socket
    this.#server = server
    this.#answered = answered
  }

  get isOver(): boolean {
    return this.#hasAnswered || !this.#socket.writable
  }

  send(reply: PrintedReply): void {
    this.#hasAnswered = true
    // Whoever does not read the answers is not read from either, or they would pile up here.
    if (this.#socket.write(this.#head(reply) + reply.body)) this.#answered()
    else this.#socket.once('drain', this.#answered)
  }

  sendHalf(reply: PrintedReply): void {
    this.#hasAnswered = true
    const bytes = Buffer.from(reply.body)
    this.#socket.write(this.#head(reply))
    this.#socket.write(bytes.subarray(0, bytes.length >> 1), () => this.#socket.destroy())
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** As node:http prints it. */
  #head({ status, headers }: PrintedReply): string {
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
    for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`
    return `${text}Date: ${this.#server.date()}\r\nConnection: keep-alive\r\nKeep-Alive: ${this.#server.keepAlive}\r\n\r\n`
  }
}
