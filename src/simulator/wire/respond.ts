import type { ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import type { Reply, WireFault } from '../operation.ts'
import { printReply } from './print-reply.ts'

export function respond(response: ServerResponse, reply: Reply): void {
  // The client may have left while a read waited.
  if (response.destroyed || response.headersSent) return
  const { status, headers, body } = printReply(reply)
  response.writeHead(status, headers as string[])
  response.end(body)
}

/** Answers as a fault rule or an offline region asks: late, cut off, in part or never. */
export function respondFaulty(
  response: ServerResponse,
  reply: Reply,
  fault: WireFault,
  { clock, closing }: { clock: Clock; closing: AbortSignal },
): void {
  const finish = connections[fault.connection ?? 'none']
  if (fault.delayMs === undefined || fault.delayMs <= 0) finish(response, reply)
  else void clock.sleep(fault.delayMs, closing).then(() => finish(response, reply))
}

const connections: Readonly<
  Record<NonNullable<WireFault['connection']> | 'none', (response: ServerResponse, reply: Reply) => void>
> = {
  none: respond,
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
