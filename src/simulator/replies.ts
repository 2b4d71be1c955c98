import type { Json, Outcome, Reply } from './operation.ts'

/** The names that the service gives to its refusals, by status. */
const codes: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  424: 'FailedDependency',
  429: 'TooManyRequests',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
}

export const success = (status: 200 | 201, body: Json, requestCharge: number): Reply => ({
  status,
  body,
  requestCharge,
})

export const refusal = (
  status: number,
  message: string,
  more: { readonly substatus?: number; readonly requestCharge?: number; readonly retryAfterMs?: number } = {},
): Reply => ({
  status,
  substatus: more.substatus,
  body: { code: codes[status] ?? `Status${status}`, message },
  requestCharge: more.requestCharge ?? 0,
  retryAfterMs: more.retryAfterMs,
})

/** `reply` with what tells whose it is. Always all fields in one order: who reads replies of one shape reads them faster. */
export const ownedReply = (
  reply: Reply,
  ownerRid: string,
  ownerPath: string,
  sessionToken = reply.sessionToken,
  lsn = reply.lsn,
): Reply => ({
  status: reply.status,
  substatus: reply.substatus,
  body: reply.body,
  requestCharge: reply.requestCharge,
  sessionToken,
  etag: reply.etag,
  continuation: reply.continuation,
  itemCount: reply.itemCount,
  retryAfterMs: reply.retryAfterMs,
  lsn,
  ownerRid,
  ownerPath,
})

export const answer = (reply: Reply): Extract<Outcome, { kind: 'reply' }> => ({
  kind: 'reply',
  reply,
  fault: undefined,
})
