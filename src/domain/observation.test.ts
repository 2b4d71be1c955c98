import { describe, expect, test } from 'vitest'
import { attempt, unavailable } from '../../test/arbitraries/attempts.ts'
import { type Attempt, failureReason, operationName, requestUnits, writeOutcome } from './observation.ts'

describe('failureReason', () => {
  test.each([
    [404, 1002, 'session-unavailable'],
    [429, undefined, 'throttled'],
    [429, 3200, 'throttled'],
    [408, undefined, 'timeout'],
    [404, 1003, 'refused'],
    [401, undefined, 'refused'],
    [403, 3, 'refused'],
    [400, undefined, 'refused'],
    [410, 1002, 'refused'],
    [410, undefined, 'error'],
    [500, undefined, 'error'],
    [503, undefined, 'error'],
  ] as const)('%i/%s is %s', (status, substatus, reason) => {
    expect(failureReason(status, substatus, undefined)).toBe(reason)
  })

  test('without a status the last failure says why, and without either it is an error', () => {
    expect(failureReason(undefined, undefined, 'timeout')).toBe('timeout')
    expect(failureReason(undefined, undefined, 'connection')).toBe('connection')
    expect(failureReason(undefined, undefined, undefined)).toBe('error')
  })

  test('an answer outweighs the failure of an earlier attempt', () => {
    expect(failureReason(429, undefined, 'timeout')).toBe('throttled')
  })
})

describe('writeOutcome', () => {
  const timedOut = attempt(undefined, { failure: 'timeout' })
  const reset = attempt(undefined, { failure: 'connection' })
  const outcomes: readonly (readonly [
    name: string,
    attempts: readonly Attempt[],
    status: number | undefined,
    outcome: string,
  ])[] = [
    ['answered 201', [attempt(201)], 201, 'succeeded'],
    ['answered 200 after a retry', [attempt(429), attempt(200)], 200, 'succeeded'],
    ['answered 204 after doubt', [timedOut, attempt(204)], 204, 'succeeded'],
    ['409', [attempt(409)], 409, 'refused'],
    ['412', [attempt(412)], 412, 'refused'],
    ['429 throughout', [attempt(429), attempt(429)], 429, 'refused'],
    ['449', [attempt(449)], 449, 'refused'],
    ['a timeout', [timedOut], undefined, 'indeterminate'],
    ['a reset connection', [reset], undefined, 'indeterminate'],
    ['408', [attempt(408)], 408, 'indeterminate'],
    ['410', [attempt(410)], 410, 'indeterminate'],
    ['500', [attempt(500)], 500, 'indeterminate'],
    ['503', [attempt(503)], 503, 'indeterminate'],
    ['503 in one region, then 403 in the next', [attempt(503), attempt(403)], 403, 'indeterminate'],
    ['a timeout, then 409 from what may be its own success', [timedOut, attempt(409)], 409, 'indeterminate'],
    ['a timeout, then 412', [timedOut, attempt(412)], 412, 'indeterminate'],
    ['201 that the SDK threw away', [attempt(201)], undefined, 'indeterminate'],
    ['given up while waiting after a 429', [attempt(429)], undefined, 'indeterminate'],
    ['nothing sent', [], undefined, 'refused'],
    ['only metadata asked, and that failed', [attempt(undefined, { purpose: 'metadata' })], undefined, 'refused'],
    ['metadata answered 503 before a refusal', [attempt(503, { purpose: 'metadata' }), attempt(409)], 409, 'refused'],
    ['the container is missing', [attempt(404, { purpose: 'metadata' })], 404, 'refused'],
    ['a surfaced 503 of which no attempt is known', [], 503, 'indeterminate'],
  ]
  test.each(outcomes)('%s', (_name, attempts, status, outcome) => {
    expect(writeOutcome(attempts, status, undefined)).toBe(outcome)
  })

  test('the substatus decides where it must: 410/1002 did not happen, plain 410 may have', () => {
    expect(writeOutcome([attempt(410, { substatus: 1002 })], 410, 1002)).toBe('refused')
  })

  test('300 is no acknowledgement, 299 is', () => {
    expect(writeOutcome([attempt(300)], 300, undefined)).toBe('refused')
    expect(writeOutcome([attempt(299)], 299, undefined)).toBe('succeeded')
  })
})

test('request units count every attempt, those before the answer and those besides it', () => {
  const attempts = [
    { ...unavailable('0:1#5'), requestCharge: 1.5 },
    attempt(200, { requestCharge: 2 }),
    attempt(200, { purpose: 'query-plan', requestCharge: 0.5 }),
  ]
  expect(
    requestUnits({
      hop: 'reader',
      operation: 'query',
      documentId: 'a',
      startedAtMs: 0,
      durationMs: 1,
      attempts,
      status: 200,
      substatus: undefined,
    }),
  ).toBe(4)
})

test('operation names are those of the semantic convention', () => {
  expect(operationName).toMatchObject({ point: 'read_item', upsert: 'upsert_item', query: 'query_items' })
  expect(operationName).toMatchObject({ batch: 'execute_batch', changeFeed: 'query_change_feed' })
  // A request goes to a service of the user's own, of which the convention knows nothing.
  const { request: _, ...ofCosmos } = operationName
  for (const name of Object.values(ofCosmos)) expect(name).toMatch(/^[a-z]+_(items?|batch|change_feed)$/)
})
