import type { IncomingMessage } from 'node:http'
import type { Json } from '../operation.ts'
import { badRequest, Refused, refusal } from './errors.ts'

/** A document may have 2 MB; the rest is slack for escapes, so that the core can say which limit was broken. */
const bodyLimitBytes = 4 * 1024 * 1024
/** Past this a client is not merely mistaken: its connection is cut instead of read to the end. */
const patienceBytes = 16 * bodyLimitBytes
/** Azure's documented limit of nesting in a document. */
const nestingMax = 128

/**
 * Hands over the whole body as text, or a refusal when it is larger than `bodyLimitBytes`. Calls back at most once, and
 * never when the client leaves. An oversized body is read to its end and dropped, because a client that is still sending
 * would otherwise see a reset instead of the answer.
 */
export function readBody(request: IncomingMessage, done: (text: string | Refused) => void): void {
  // Of a request that announces no body no event comes (`optimizeEmptyRequests`).
  if (request.readableEnded) {
    done('')
    return
  }
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= bodyLimitBytes) chunks.push(chunk)
    else if (bytes > patienceBytes) request.destroy()
    else chunks.length = 0
  })
  request.on('end', () => {
    if (bytes > bodyLimitBytes) {
      done(new Refused(refusal(413, `The request body is larger than ${bodyLimitBytes} bytes.`)))
    } else done(chunks.length === 1 ? chunks[0]!.toString('utf8') : Buffer.concat(chunks).toString('utf8'))
  })
}

export type JsonObject = { readonly [key: string]: Json }

export function parseJson(text: string): Json {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw new Refused(badRequest('The request body is not valid JSON.'))
  }
  if (isDeeperThan(value, nestingMax)) {
    throw new Refused(badRequest(`The request body is nested deeper than ${nestingMax} levels.`))
  }
  return value
}

/** A body that must be a JSON object. */
export function parseObject(text: string): JsonObject {
  const value = parseJson(text)
  if (!isObject(value)) throw new Refused(badRequest('The request body must be a JSON object.'))
  return value
}

/** A JSON object with a string `id`, as every resource is. */
export const parseResource = (text: string): JsonObject & { readonly id: string } => checkResource(parseObject(text))

export function checkResource(value: Json | undefined): JsonObject & { readonly id: string } {
  const id = isObject(value) ? value.id : undefined
  if (typeof id !== 'string') throw new Refused(badRequest("The required property 'id' is missing or not a string."))
  // Half a surrogate pair has no UTF-8 and no URL encoding: nobody could ask for the resource again.
  if (!id.isWellFormed()) throw new Refused(badRequest("'id' is not well-formed Unicode."))
  return { ...(value as JsonObject), id }
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isDeeperThan(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true
  return false
}
