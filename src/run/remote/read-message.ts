import { z } from 'zod'
import { readKinds, writeKinds } from '../../domain/scenario.ts'
import type { HopOperation } from '../hop.ts'
import type { AnswerMessage, Arrival } from './protocol.ts'

/** What a message means, or what is wrong with it, without anything that it holds: that may be a token. */
export type ReadMessage<Message> = (message: unknown) => { readonly message: Message } | { readonly problem: string }

const text = z.string().max(1000)
/** Of many ranges; the answer as a whole is bounded when it is read. */
const token = z.string()
const amount = z.number().min(0)
const status = z.int().min(100).max(599).optional()
const substatus = z.int().min(0).max(100_000).optional()

const attempt = z.object({
  purpose: z.enum(['operation', 'query-plan', 'metadata']),
  region: text,
  status,
  substatus,
  failure: z.enum(['timeout', 'connection']).optional(),
  requestCharge: amount,
  durationMs: amount,
  sent: token.optional(),
  received: token.optional(),
  activityId: z.string().max(64).optional(),
})

/** Keys of later versions are left out, not refused: the version in the path says what must be understood. */
const answer = z.object({
  nonce: text,
  hop: text,
  observation: z.object({
    operation: z.enum([...writeKinds, ...readKinds]),
    documentId: text,
    durationMs: amount,
    attempts: z.array(attempt).max(1000),
    status,
    substatus,
  }),
  document: z.object({ version: z.int().min(0), owner: text }).optional(),
  ancestry: z.record(text, z.array(text)),
  sessionToken: token.optional(),
  account: z.array(text).max(100).default([]),
  handed: token.optional(),
})

const arrival = z.object({
  nonce: text,
  hop: text,
  bytes: z.int().min(0),
  isAsSent: z.boolean(),
  text: token.optional(),
})

export const readArrival: ReadMessage<Arrival> = (message) => {
  const result = arrival.safeParse(message)
  if (!result.success) return { problem: problemOf(result.error) }
  const { text: changed, ...rest } = result.data
  return { message: { ...rest, ...(changed !== undefined && { text: changed }) } }
}

/** The answer to this very operation. */
export function readAnswerMessage(message: unknown, operation: HopOperation): ReturnType<ReadMessage<AnswerMessage>> {
  const result = answer.safeParse(message)
  if (!result.success) return { problem: problemOf(result.error) }
  const { observation, document, sessionToken } = result.data
  const id = 'document' in operation ? operation.document.id : operation.id
  if (observation.operation !== operation.kind || observation.documentId !== id)
    return { problem: 'of another operation than it was asked' }
  const attempts = observation.attempts.map((each) => ({ ...absent, ...each }))
  return {
    message: {
      ...result.data,
      document,
      sessionToken,
      observation: { ...observation, status: observation.status, substatus: observation.substatus, attempts },
    },
  }
}

/** What JSON leaves out is there again. */
const absent = { status: undefined, substatus: undefined, failure: undefined, sent: undefined, received: undefined }

/** The place alone, and no key of the answer's own choice: a message of zod's could quote what it found. */
function problemOf({ issues }: z.ZodError): string {
  const [first, ...rest] = issues[0]?.path ?? []
  const place = first === 'ancestry' ? [first] : [first, ...rest]
  return `not in a form that can be understood (${place.join('.') || 'the whole'})`
}
