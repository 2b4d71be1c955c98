import { describe, expect, test } from 'vitest'
import { redactSecrets } from './redact-secrets.ts'

const key = Buffer.from('a key of this test, which nothing may print: 0123456789 abcdefgh').toString('base64')
const secrets = {
  targets: [
    { name: 'one', endpoint: 'https://one.documents.azure.com', key },
    { name: 'two', connectionString: 'AccountEndpoint=https://two.documents.azure.com;AccountKey=c2hvcnRrZXkxMjM=;' },
  ],
  hopToken: 'the "hop" token \\ of this test',
  carriers: { stores: new Map([['cache', 'rediss://user:pass-of-redis@cache.example:6380/0']]), dataDir: undefined },
}
const env = {
  HOPWATCH_API_TOKEN: 'bearer-of-this-test',
  PATH: '/usr/bin',
  EMPTY_KEY: '',
  OTEL_EXPORTER_OTLP_HEADERS: 'api=0123456789',
}
const hidden = [
  key,
  encodeURIComponent(key),
  'c2hvcnRrZXkxMjM=',
  secrets.hopToken,
  'pass-of-redis',
  env.HOPWATCH_API_TOKEN,
  env.OTEL_EXPORTER_OTLP_HEADERS,
  '0:-1#4711#3=4242',
  'Bearer abcdefghijkl',
  'type=master&ver=1.0&sig=abc%2Fdef',
]

describe('an evidence file', () => {
  test.each(hidden)('never holds %s, wherever it stands', (secret) => {
    const planted = {
      a: `before ${secret} after`,
      [secret]: [{ deep: secret }],
      url: `https://x.example/p?code=${secret}`,
    }
    const text = JSON.stringify(redactSecrets(planted, secrets, env))
    for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) expect(text).not.toContain(form)
    expect(text).toContain('before ')
  })

  test('keeps what is no secret, and of a URL the place alone', () => {
    const value = {
      path: '/usr/bin',
      count: 3,
      nothing: null,
      isOn: true,
      store: 'rediss://user:other@cache.example:6380/0?x=y',
      list: ['travel-itinerary', 'st:9f2c41d0'],
    }
    expect(redactSecrets(value, secrets, env)).toEqual({ ...value, store: 'rediss://cache.example:6380/0' })
  })
})
