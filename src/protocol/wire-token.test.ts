import { describe, expect, test } from 'vitest'
import { SessionToken } from './session-token.ts'
import { WireToken } from './wire-token.ts'

describe('WireToken', () => {
  test('parses what parses', () => {
    const token = new WireToken('0:1#5#1=5')
    expect(token.parsed?.forRange('0')?.globalLsn).toBe(5n)
    expect(token.problem).toBeUndefined()
  })

  test('carries damaged text on as it is, with the problem beside it', () => {
    const token = new WireToken('0:1#5#')
    expect(token.parsed).toBeUndefined()
    expect(token.problem).toBe('a region segment without "region="')
    expect(token.reveal()).toBe('0:1#5#')
  })

  test('counts bytes, not characters', () => {
    expect(new WireToken('0:1#5').bytes).toBe(5)
    expect(new WireToken('é').bytes).toBe(2)
    expect(new WireToken('').bytes).toBe(0)
  })

  test('made from a session token, it travels as that token prints', () => {
    const parsed = new WireToken('0:1#5,1:7').parsed ?? SessionToken.empty
    expect(WireToken.from(parsed).reveal()).toBe('0:1#5,1:7')
  })
})
