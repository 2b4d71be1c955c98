import { describe, expect, test } from 'vitest'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { createGate, isLoopback } from './authorization.ts'

describe('who may read', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])('%s is loopback, and open', (host) => {
    expect(isLoopback(host)).toBe(true)
    expect(createGate({ host, apiToken: 'secret', allowUnauthenticated: false })(undefined)).toBe(true)
  })

  test.each(['0.0.0.0', '::', '10.0.0.1', 'hopwatch.example', '127.0.0.1.example'])(
    '%s without a token is refused',
    (host) => {
      for (const apiToken of [undefined, ''])
        expect(() => createGate({ host, apiToken, allowUnauthenticated: false })).toThrow(ConfigurationProblem)
    },
  )

  test('unless that is said out loud', () => {
    expect(createGate({ host: '0.0.0.0', apiToken: undefined, allowUnauthenticated: true })(undefined)).toBe(true)
  })

  test.each([
    ['Bearer secret', true],
    ['bearer  secret', true],
    ['Bearer secrets', false],
    ['Bearer', false],
    ['secret', false],
    ['Basic secret', false],
    ['', false],
    [undefined, false],
  ])('with a token, “%s” → %s', (authorization, passes) => {
    expect(createGate({ host: '0.0.0.0', apiToken: 'secret', allowUnauthenticated: true })(authorization)).toBe(passes)
  })
})
