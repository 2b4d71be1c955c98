import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printRangeToken, SessionToken } from '../protocol/session-token.ts'
import { redact } from './redact.ts'

const base64 = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('base64'))
const lsn = fc.bigInt({ min: 0n, max: 2n ** 62n })
const rangeToken = fc.record({
  version: lsn,
  globalLsn: lsn,
  localLsns: fc
    .dictionary(fc.integer({ min: 1, max: 9 }).map(String), lsn, { minKeys: 1, maxKeys: 4 })
    .map((o) => new Map(Object.entries(o))),
})

describe('what a message must not show', () => {
  test('keys of 32 and of 64 bytes, wherever they stand', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(32, 64).chain(base64),
        fc.constantFrom('', 'key ', 'AccountKey=', '"'),
        (key, before) => {
          expect(redact(`failed with ${before}${key};`)).not.toContain(key)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('session tokens, whole and in parts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^\d{1,3}$/), rangeToken, { minKeys: 1, maxKeys: 3 }), (ranges) => {
        const token = SessionToken.of(Object.entries(ranges)).reveal()
        const message = redact(`Compared session tokens '${token}' and ${token} have unexpected regions`)
        for (const range of Object.values(ranges)) expect(message).not.toContain(printRangeToken(range))
        expect(message).toMatch(/^Compared session tokens '.*\[session token\].* have unexpected regions$/)
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['AccountEndpoint=https://a.documents.azure.com:443/;AccountKey=c2VjcmV0;', 'c2VjcmV0'],
    ['{"authorization":"type=master&ver=1.0&sig=5mDuQBYA0kb70WDJoTUzSBMTG3owkC0/cEN4fqa18/s="}', '5mDuQBYA'],
    ['authorization: type%3dmaster%26ver%3d1.0%26sig%3d5mDuQBYA', '5mDuQBYA'],
    ['Authorization: Bearer eyJhbGciOi.eyJhdWQiOi.c2lnbmF0dXJl', 'eyJhdWQiOi'],
    ['token eyJhbGciOi.eyJhdWQiOi.c2lnbmF0dXJl expired', 'eyJhdWQiOi'],
    ['https://blob/x?sv=1&sig=abc%2Bdef&se=2', 'abc%2Bdef'],
    ['client_secret=hunter2&grant_type=x', 'hunter2'],
    ['x-ms-session-token: 0:77', '0:77'],
    ['tokens 0:77,1:-1 differ', '0:77,1:-1'],
    ['token 0:-1#9 differs', '-1#9'],
  ])('%s', (message, secret) => {
    expect(redact(message)).not.toContain(secret)
  })
})

describe('what a message should still show', () => {
  test.each([
    'connect ECONNREFUSED 127.0.0.1:8081',
    'Entity with the specified id does not exist in the system. ActivityId: 7b2f8a52-4c5a-4d7e-9d0e-0f1a2b3c4d5e',
    'Owner resource does not exist at /dbs/travel/colls/itineraries/docs/a-rather-long-identifier-of-a-document',
    'at 12:30:45 the request rate is large; retry after 20 ms',
  ])('%s', (message) => {
    expect(redact(message)).toBe(message)
  })

  test('one line of bounded length', () => {
    expect(redact('one\r\n  two')).toBe('one two')
    expect(redact('word '.repeat(5000)).length).toBeLessThan(310)
  })
})
