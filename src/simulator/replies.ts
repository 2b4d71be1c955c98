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
  body: { code: codes[status] ?? `Status${status}`, message },
  requestCharge: 0,
  ...more,
})

export const answer = (reply: Reply): Outcome => ({ kind: 'reply', reply })
