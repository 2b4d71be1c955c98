import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hmacVerifier } from './hmac.ts'

const signed = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest('base64')

describe('hmacVerifier', () => {
  test("accepts node's own HMAC, for every length of key and text", () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 150 })
    const text = fc.string({ unit: 'grapheme', maxLength: 400 })
    fc.assert(
      fc.property(key, text, (key, text) => {
        expect(hmacVerifier(key)(text, signed(key, text))).toBe(true)
      }),
    )
  })

  test('accepts nothing else', () => {
    const key = Buffer.from('key')
    const verify = hmacVerifier(key)
    const honest = signed(key, 'text')
    for (let i = 0; i < honest.length; i++) {
      const other = honest[i] === 'A' ? 'B' : 'A'
      expect(verify('text', honest.slice(0, i) + other + honest.slice(i + 1))).toBe(false)
    }
    expect(verify('text', '')).toBe(false)
    expect(verify('text', `${honest}A`)).toBe(false)
    expect(verify('text ', honest)).toBe(false)
    expect(verify('text', signed(Buffer.from('other'), 'text'))).toBe(false)
    expect(verify('text', honest)).toBe(true)
  })

  test('a shorter text after a longer one is judged by itself', () => {
    const key = Buffer.from('key')
    const verify = hmacVerifier(key)
    expect(verify('a long text that leaves its end behind', signed(key, 'x'))).toBe(false)
    expect(verify('x', signed(key, 'x'))).toBe(true)
  })

  test('a text past the largest request is refused, not cut', () => {
    const key = Buffer.from('key')
    const text = 'x'.repeat(70_000)
    expect(hmacVerifier(key)(text, signed(key, text))).toBe(false)
  })
})
