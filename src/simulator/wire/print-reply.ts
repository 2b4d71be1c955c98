import { randomUUID } from 'node:crypto'
import { headers as names } from '../../protocol/headers.ts'
import type { Reply } from '../operation.ts'

/** One answer as node:http takes it: header names and values in turn, and the body. */
export interface PrintedReply {
  readonly status: number
  readonly headers: readonly string[]
  /** Empty for 204 and 304. */
  readonly body: string
}

/**
 * Prints a reply with every header that the SDK reads. A flat array, because `writeHead` takes it without sorting it
 * into an object first; node adds `Date` and `Connection`.
 */
export function printReply(reply: Reply): PrintedReply {
  const body = reply.body === undefined || isBodiless(reply.status) ? '' : JSON.stringify(reply.body)
  const headers = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    names.requestCharge,
    String(reply.requestCharge),
    names.activityId,
    nextActivityId(),
  ]
  const { sessionToken, etag, substatus, lsn, continuation, itemCount, retryAfterMs, ownerRid, ownerPath } = reply
  if (sessionToken !== undefined) headers.push(names.sessionToken, sessionToken)
  if (etag !== undefined) headers.push(names.etag, etag)
  if (ownerRid !== undefined) headers.push(names.contentPath, ownerRid)
  if (ownerPath !== undefined) headers.push(names.altContentPath, encodePath(ownerPath))
  if (lsn !== undefined) headers.push(names.lsn, String(lsn))
  if (substatus !== undefined) headers.push(names.substatus, String(substatus))
  if (continuation !== undefined) headers.push(names.continuation, continuation)
  if (itemCount !== undefined) headers.push(names.itemCount, String(itemCount))
  if (retryAfterMs !== undefined) headers.push(names.retryAfterMs, String(Math.ceil(retryAfterMs)))
  return { status: reply.status, headers, body }
}

const isBodiless = (status: number): boolean => status === 204 || status === 304

/** Unique as a random UUID is, at a fraction of the cost: random once, then counted. */
const activityPrefix = randomUUID().slice(0, -12)
let activities = 0
const nextActivityId = (): string => activityPrefix + (activities++).toString(16).padStart(12, '0')

/** As the SDK spells the path of its requests. Most answers in a row are about one container, so the last spelling is kept. */
function encodePath(path: string): string {
  if (path !== lastPath.plain) lastPath = { plain: path, encoded: encodeURI(path) }
  return lastPath.encoded
}
let lastPath = { plain: '', encoded: '' }
