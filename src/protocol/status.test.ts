import { describe, expect, test } from 'vitest'
import { isAcknowledged, isSessionUnavailable, statusMeaning } from './status.ts'

describe('statusMeaning', () => {
  test.each([
    [200, undefined, 'ok', 'definite', false],
    [201, undefined, 'created', 'definite', false],
    [204, undefined, 'no-content', 'definite', false],
    [304, undefined, 'not-modified', 'definite', false],
    [400, undefined, 'bad-request', 'definite', false],
    [400, 1001, 'partition-key-mismatch', 'definite', false],
    [401, undefined, 'unauthorized', 'definite', false],
    [403, undefined, 'forbidden', 'definite', false],
    [403, 3, 'write-forbidden', 'definite', true],
    [403, 1008, 'database-account-not-found', 'definite', true],
    [404, undefined, 'not-found', 'definite', false],
    [404, 1002, 'read-session-not-available', 'definite', true],
    [404, 1003, 'owner-resource-not-found', 'definite', false],
    [408, undefined, 'request-timeout', 'indeterminate', true],
    [409, undefined, 'conflict', 'definite', false],
    [410, undefined, 'gone', 'indeterminate', true],
    [410, 1002, 'partition-key-range-gone', 'definite', true],
    [412, undefined, 'precondition-failed', 'definite', false],
    [413, undefined, 'request-too-large', 'definite', false],
    [429, undefined, 'throttled', 'definite', true],
    [429, 3075, 'replication-backlog', 'definite', true],
    [429, 3200, 'request-rate-too-large', 'definite', true],
    [431, undefined, 'request-header-too-large', 'definite', false],
    [449, undefined, 'retry-with', 'definite', true],
    [500, undefined, 'internal-server-error', 'indeterminate', true],
    [502, undefined, 'bad-gateway', 'indeterminate', true],
    [503, undefined, 'service-unavailable', 'indeterminate', true],
    [504, undefined, 'gateway-timeout', 'indeterminate', true],
  ] as const)('%i/%s is %s, %s, retryable %s', (status, substatus, name, certainty, retryable) => {
    expect(statusMeaning(status, substatus)).toMatchObject({ status, name, certainty, retryable })
  })

  test('the same substatus means something else under another status', () => {
    expect(statusMeaning(404, 1002).name).not.toBe(statusMeaning(410, 1002).name)
    expect(statusMeaning(403, 1008).name).not.toBe(statusMeaning(410, 1008).name)
  })

  test('an unlisted substatus is read by its status', () => {
    expect(statusMeaning(404, 9999).name).toBe('not-found')
    expect(statusMeaning(429, 0).name).toBe('throttled')
    expect(statusMeaning(503, 21008)).toMatchObject({ name: 'service-unavailable', certainty: 'indeterminate' })
  })

  test('an unlisted status is read by its class, and only an unlisted 5xx is worth a retry', () => {
    expect(statusMeaning(599)).toEqual({
      status: 599,
      name: 'status-599',
      certainty: 'indeterminate',
      retryable: true,
    })
    expect(statusMeaning(418)).toMatchObject({ name: 'status-418', certainty: 'definite', retryable: false })
    expect(statusMeaning(206)).toMatchObject({ certainty: 'definite', retryable: false })
  })

  test('an interim or a nonsensical status says nothing certain', () => {
    expect(statusMeaning(100).certainty).toBe('indeterminate')
    expect(statusMeaning(0).certainty).toBe('indeterminate')
  })

  test('of the server errors only 501 certainly did nothing', () => {
    const definite = Array.from({ length: 100 }, (_, i) => 500 + i).filter(
      (status) => statusMeaning(status).certainty === 'definite',
    )
    expect(definite).toEqual([501])
  })
})

test('acknowledged is 2xx and nothing else', () => {
  expect([199, 200, 201, 204, 299, 300, 304, 404].map(isAcknowledged)).toEqual([
    false,
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})

test('session unavailable is 404/1002 and nothing else', () => {
  expect(isSessionUnavailable(404, 1002)).toBe(true)
  expect(isSessionUnavailable(404, undefined)).toBe(false)
  expect(isSessionUnavailable(404, 1003)).toBe(false)
  expect(isSessionUnavailable(410, 1002)).toBe(false)
})
