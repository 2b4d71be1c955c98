import type { RequestListener, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import type { Answering, TakeCall } from './exchange.ts'
import type { PrintedReply } from './print-reply.ts'

/** Calls as node:http brings them: whatever HTTP/1.1 allows. */
export const nodeCalls =
  (take: TakeCall): RequestListener =>
  (request, response) =>
    take(
      {
        method: request.method ?? '',
        target: request.url ?? '/',
        headers: request.headers,
        readBody: (done) => readBody(request, done),
      },
      new NodeAnswering(response),
    )

class NodeAnswering implements Answering {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get isOver(): boolean {
    return this.#response.destroyed || this.#response.headersSent
  }

  send({ status, headers, body }: PrintedReply): void {
    this.#response.writeHead(status, headers as string[])
    this.#response.end(body)
  }

  sendHalf({ status, headers, body }: PrintedReply): void {
    const bytes = Buffer.from(body)
    this.#response.writeHead(status, headers as string[])
    this.#response.write(bytes.subarray(0, bytes.length >> 1), () => this.#response.socket?.destroy())
  }

  reset(): void {
    this.#response.socket?.resetAndDestroy()
  }
}
