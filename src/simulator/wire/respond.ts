import type { Reply, WireFault } from '../operation.ts'
import type { Answering } from './exchange.ts'
import { printReply } from './print-reply.ts'

export function respond(answering: Answering, reply: Reply): void {
  // The client may have left while a read waited.
  if (!answering.isOver) answering.send(printReply(reply))
}

/** Answers as a fault rule or an offline region asks: cut off, in part or never. */
export function respondBroken(
  answering: Answering,
  reply: Reply,
  connection: NonNullable<WireFault['connection']>,
): void {
  breakings[connection](answering, reply)
}

const breakings: Readonly<Record<NonNullable<WireFault['connection']>, (answering: Answering, reply: Reply) => void>> =
  {
    reset: (answering) => answering.reset(),
    // Stays open until the client gives up or the server closes.
    hang: () => {},
    truncate,
  }

/** An answer without a body has no half: the connection is cut. */
function truncate(answering: Answering, reply: Reply): void {
  const printed = printReply(reply)
  if (printed.body === '') answering.reset()
  else if (!answering.isOver) answering.sendHalf(printed)
}
