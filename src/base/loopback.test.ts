import { describe, expect, test } from 'vitest'
import { isLoopback, namesLoopback } from './loopback.ts'

describe('an address', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  test.each(['0.0.0.0', '::', '10.0.0.1', 'hopwatch.example', '127.0.0.1.example'])('%s is not', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})

describe('whoever asks for', () => {
  test.each([
    'localhost:9464',
    'LOCALHOST',
    'localhost.:9464',
    'hopwatch.localhost:80',
    '127.0.0.1:9464',
    '127.8.9.1',
    '[::1]:9464',
    '[::1]',
    undefined,
  ])('%s names loopback', (host) => {
    expect(namesLoopback(host)).toBe(true)
  })

  // A page of evil.example whose name was made to lead to 127.0.0.1 sends its own name.
  test.each([
    'evil.example',
    'evil.example:9464',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1:9464',
    '[::2]',
    '',
  ])('“%s” does not', (host) => {
    expect(namesLoopback(host)).toBe(false)
  })
})
