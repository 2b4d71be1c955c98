import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scrub } from './scrub.ts'

const key = Buffer.alloc(64, 'abc/+9Z').toString('base64')

const secrets = [
  '0:-1#4711#3=4242#8=4243',
  '-1#4711#3=4242',
  `AccountKey=${key};`,
  'type=master&ver=1.0&sig=9Zsm5oXm+/==',
  'Bearer abcdefghijkl',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
  'sig=9Zsm5oXm+/==',
  key,
]

describe('scrub', () => {
  test.each([
    ['0:-1#4711#3=4242#8=4243', '[session token removed]'],
    ['0:1#2#3=-1,1:1#9#3=4', '[session token removed]'],
    ['-1#4711#3=4242', '[session token removed]'],
    [
      `AccountEndpoint=https://x.documents.azure.com:443/;AccountKey=${key};`,
      '[connection string removed][connection string removed]',
    ],
    ['type=master&ver=1.0&sig=9Zsm5oXm+/==', '[authorization removed]'],
    ['type%3Dmaster%26ver%3D1.0%26sig%3D9Zsm5oXm%2B%3D', '[authorization removed]'],
    ['Bearer abcdefghijkl', '[authorization removed]'],
    ['redis://user:pass@cache:6379/1', 'redis://[credentials removed]@cache:6379/1'],
    [`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln`, '[authorization removed]'],
    [key, '[key removed]'],
    ['http://user:s3cret@collector:4318/v1/traces', 'http://[credentials removed]@collector:4318/v1/traces'],
    ['redis://:s3c#r?t@home@127.0.0.1:6379', 'redis://[credentials removed]@127.0.0.1:6379'],
  ])('%s', (secret, instead) => {
    expect(scrub(`before ${secret} after`)).toBe(`before ${instead} after`)
  })

  test.each(['\n', '\t', '\0', '\u001f', '"', '\\', '\\\n', '\u2028'])(
    'the same in a log line, right behind %j',
    (before) => {
      for (const secret of secrets) {
        const line = scrub(JSON.stringify({ msg: `${before}${secret}${before}` }))
        const { msg } = JSON.parse(line) as { msg: string }
        expect(msg).not.toContain(secret)
        expect(msg).toContain('removed]')
      }
    },
  )

  test.each([
    'listening on 127.0.0.1:9464 at 2026-11-22T09:30:00.123Z',
    'travel-itinerary: 3 of 120 reads were stale',
    'st:9f2c41d0',
    '0b1f6c1e-6d0f-4a6b-9c51-2b6f7e2f7d10',
    '/dbs/travel/colls/itineraries/docs/probe-1',
    'the header x-ms-session-token was absent',
    'https://account.documents.azure.com:443/dbs/travel?filter=a@b',
  ])('leaves “%s” alone', (harmless) => {
    expect(scrub(harmless)).toBe(harmless)
  })

  test.each(['a', '1', '-', 'a:1#', 'eyJ', 'eyJ-', 'type=', '1#1#1=', '://', '://a:', '://', '://a:'])(
    'a long text of “%s” takes a time in proportion to its length',
    (piece) => {
      const startedMs = performance.now()
      scrub(piece.repeat(100_000 / piece.length))
      // With its square it took from ten seconds to a minute.
      expect(performance.now() - startedMs).toBeLessThan(3000)
    },
  )

  test('no key of the size that Cosmos DB uses survives, wherever it stands', () => {
    for (let i = 0; i < 200; i++) {
      const secret = randomBytes(64).toString('base64')
      expect(scrub(JSON.stringify({ message: `failed with ${secret}` }))).not.toContain(secret)
    }
  })

  test('a scrubbed JSON line is still JSON', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(key, 'Bearer 12345678"9', '0:1#2#3=4,', 'sig=aaaaaaaaa\\'))
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        expect(() => JSON.parse(scrub(JSON.stringify({ parts, joined: parts.join('') }))) as unknown).not.toThrow()
      }),
    )
  })
})
