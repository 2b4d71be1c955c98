import { describe, expect, test } from 'vitest'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { createGate, createPostGate, loopbackGate } from './authorization.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('who may read', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])('%s is open', (host) => {
    expect(createGate({ host, apiToken: 'secret', allowUnauthenticated: false })({})).toBe(true)
  })

  test.each(['0.0.0.0', '::', '10.0.0.1', 'hopwatch.example', '127.0.0.1.example'])(
    '%s without a token is refused',
    (host) => {
      for (const apiToken of [undefined, ''])
        expect(() => createGate({ host, apiToken, allowUnauthenticated: false })).toThrow(ConfigurationProblem)
    },
  )

  test('unless that is said out loud', () => {
    expect(createGate({ host: '0.0.0.0', apiToken: undefined, allowUnauthenticated: true })({})).toBe(true)
  })

  test.each([
    ['Bearer secret', true],
    ['bearer  secret', true],
    ['Bearer secrets', false],
    ['Bearer', false],
    ['secret', false],
    ['Basic secret', false],
    [basic('anybody:secret'), true],
    [basic(':secret').replace('Basic ', 'basic  '), true],
    [basic('secret'), false],
    [basic('secret:'), false],
    [basic('anybody:secrets'), false],
    [basic('any:body:secret'), false],
    ['Basic', false],
    ['Basic :secret', false],
    ['', false],
    [undefined, false],
  ])('with a token, “%s” → %s', (authorization, passes) => {
    expect(createGate({ host: '0.0.0.0', apiToken: 'secret', allowUnauthenticated: true })({ authorization })).toBe(
      passes,
    )
  })

  test('a token with colons is a password whole', () => {
    const gate = createGate({ host: '0.0.0.0', apiToken: 'a:b', allowUnauthenticated: false })
    expect(gate({ authorization: basic('anybody:a:b') })).toBe(true)
  })

  // A secret made from a file keeps its line break: nobody would pass, and nothing would say why.
  test.each(['secret\n', 'two words', 'geheimniß'])('a token that no header can carry is refused: %j', (apiToken) => {
    expect(() => createGate({ host: '0.0.0.0', apiToken, allowUnauthenticated: false })).toThrow(/white space/)
    expect(() => createPostGate(apiToken)).toThrow(ConfigurationProblem)
  })
})

describe('a listener on loopback, asked for as', () => {
  const passes = (host: string | undefined, apiToken?: string, more: { authorization?: string } = {}) =>
    createGate({ host: '127.0.0.1', apiToken, allowUnauthenticated: false })({ host, ...more })

  // Which names these are, src/base/loopback.test.ts tells.
  test.each(['localhost:9464', '127.8.9.1', undefined])('%s is open', (host) => {
    expect(passes(host)).toBe(true)
    expect(passes(host, 'secret')).toBe(true)
  })

  test.each(['evil.example:9464', '127.0.0.1.evil.example', ''])('%s is open with the token alone', (host) => {
    expect(loopbackGate({ host })).toBe(false)
    expect(passes(host)).toBe(false)
    expect(passes(host, 'secret')).toBe(false)
    expect(passes(host, 'secret', { authorization: 'Bearer secret' })).toBe(true)
  })

  test('anything is open where that was said out loud', () => {
    const gate = createGate({ host: '127.0.0.1', apiToken: undefined, allowUnauthenticated: true })
    expect(gate({ host: 'evil.example' })).toBe(true)
  })
})

test('an order needs the bearer token: a browser that knows the password sends it for other pages too', () => {
  const gate = createPostGate('secret')
  const sent = ['Bearer secret', basic('anybody:secret'), undefined]
  expect(sent.map((authorization) => gate?.({ authorization }))).toEqual([true, false, false])
})
