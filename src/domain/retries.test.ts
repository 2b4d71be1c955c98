import { describe, expect, test } from 'vitest'
import { attempt, unavailable } from '../../test/arbitraries/attempts.ts'
import type { Attempt } from './observation.ts'
import { retriesOf } from './retries.ts'

describe('retriesOf', () => {
  const ok = attempt(200)
  const cases: readonly (readonly [name: string, attempts: readonly Attempt[], reasons: readonly string[]])[] = [
    ['one answer', [ok], []],
    ['404/1002 twice, then 200', [unavailable('0:1#5'), unavailable(), ok], ['session', 'session']],
    ['429', [attempt(429), ok], ['throttle']],
    ['503', [attempt(503), ok], ['endpoint']],
    ['403/3', [attempt(403, { substatus: 3 }), ok], ['endpoint']],
    ['410', [attempt(410), ok], ['endpoint']],
    ['449', [attempt(449), ok], ['endpoint']],
    ['500', [attempt(500), ok], ['endpoint']],
    ['408', [attempt(408), ok], ['timeout']],
    ['no answer in time', [attempt(undefined, { failure: 'timeout' }), ok], ['timeout']],
    ['a reset connection', [attempt(undefined, { failure: 'connection' }), ok], ['connection']],
    ['no answer, and no reason known', [attempt(undefined), ok], ['connection']],
    [
      'a mixture, in order',
      [attempt(429), unavailable('0:1#5'), attempt(503), ok],
      ['throttle', 'session', 'endpoint'],
    ],
    ['a failure that nothing followed', [attempt(429), attempt(429)], ['throttle']],
    ['pages of a query', [ok, ok, ok], []],
    ['a 404 of the document is an answer', [attempt(404), ok], []],
    ['a 400 that makes the SDK fetch a plan', [attempt(400), ok], []],
    ['a failed plan followed by the operation only', [attempt(503, { purpose: 'query-plan' }), ok], []],
    [
      'metadata retried on its own account',
      [attempt(429, { purpose: 'metadata' }), attempt(200, { purpose: 'metadata' }), ok],
      ['throttle'],
    ],
  ]
  test.each(cases)('%s', (_name, attempts, reasons) => {
    expect(retriesOf(attempts)).toEqual(reasons)
  })
})
