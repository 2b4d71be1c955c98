import type { ServerResponse } from 'node:http'
import type { Reply, WireFault } from '../operation.ts'
import { printReply } from './print-reply.ts'

export function respond(response: ServerResponse, reply: Reply): void {
  // The client may have left while a read waited.
  if (response.destroyed || response.headersSent) return
  const { status, headers, body } = printReply(reply)
  response.writeHead(status, headers as string[])
  response.end(body)
}

/** Answers as a fault rule or an offline region asks: cut off, in part or never. */
export function respondBroken(
  response: ServerResponse,
  reply: Reply,
  connection: NonNullable<WireFault['connection']>,
): void {
  breakings[connection](response, reply)
}

const breakings: Readonly<
  Record<NonNullable<WireFault['connection']>, (response: ServerResponse, reply: Reply) => void>
> = {
  reset,
  // Stays open until the client gives up or the server closes.
  hang: () => {},
  truncate,
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

/** Announces the whole body, sends half of it and closes. An answer without a body has no half: the connection is cut. */
function truncate(response: ServerResponse, reply: Reply): void {
  const { status, headers, body } = printReply(reply)
  if (body === '') {
    reset(response)
    return
  }
  if (response.destroyed) return
  response.writeHead(status, headers as string[])
  const bytes = Buffer.from(body)
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy())
}
