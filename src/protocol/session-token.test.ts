import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anySessionToken } from '../../test/arbitraries/tokens.ts'
import { type Ancestry, fingerprint, SessionToken } from './session-token.ts'

const parsed = (text: string): SessionToken => {
  const result = SessionToken.parse(text)
  if ('problem' in result) throw new Error(result.problem)
  return result.token
}

describe('parse', () => {
  test('reads a vector token', () => {
    const token = parsed('0:1#100#1=20#2=30')
    expect(token.rangeIds).toEqual(['0'])
    expect(token.forRange('0')).toEqual({
      version: 1n,
      globalLsn: 100n,
      localLsns: new Map([
        ['1', 20n],
        ['2', 30n],
      ]),
    })
  })

  test('reads the simple form, which has no version', () => {
    expect(parsed('0:101').forRange('0')).toEqual({ version: undefined, globalLsn: 101n, localLsns: new Map() })
  })

  test('reads an unset version and no regions, as a single-region account issues', () => {
    expect(parsed('0:-1#9').forRange('0')).toEqual({ version: -1n, globalLsn: 9n, localLsns: new Map() })
  })

  test('reads several ranges, in the order received', () => {
    const token = parsed('2:1#5#0=5,0:1#7#0=7,a-b_1:3')
    expect(token.rangeIds).toEqual(['2', '0', 'a-b_1'])
    expect(token.forRange('0')?.globalLsn).toBe(7n)
    expect(token.forRange('1')).toBeUndefined()
    expect(token.isEmpty).toBe(false)
  })

  test('a range named twice counts with the merge of both, and prints once', () => {
    const token = parsed('0:1#5#1=9,1:7,0:1#8#1=2')
    expect(token.reveal()).toBe('0:1#8#1=9,1:7')
  })

  test('takes LSNs up to 2^63 - 1', () => {
    expect(parsed('0:1#9223372036854775807').forRange('0')?.globalLsn).toBe(9223372036854775807n)
  })

  const malformed: readonly (readonly [text: string, problem: string])[] = [
    ['', 'a segment without "range:"'],
    [' ', 'a segment without "range:"'],
    ['garbage', 'a segment without "range:"'],
    ['42', 'a segment without "range:"'],
    ['0:1#5,', 'a segment without "range:"'],
    [',0:1#5', 'a segment without "range:"'],
    [':1#5', 'a partition key range id that is empty or not a plain word'],
    [' 0:1#5', 'a partition key range id that is empty or not a plain word'],
    ['0 :1#5', 'a partition key range id that is empty or not a plain word'],
    ['0\n:1#5', 'a partition key range id that is empty or not a plain word'],
    ['0:', 'an LSN that is not a whole number'],
    ['0:x', 'an LSN that is not a whole number'],
    ['0:1.5', 'an LSN that is not a whole number'],
    ['0:0x10', 'an LSN that is not a whole number'],
    ['0:-2', 'an LSN that is not a whole number'],
    ['0:9223372036854775808', 'an LSN that is not a whole number'],
    ['0:000000000000000000001', 'an LSN that is not a whole number'],
    ['0:#5', 'a version that is not a whole number'],
    ['0:v1#5', 'a version that is not a whole number'],
    ['0:1#', 'a global LSN that is not a whole number'],
    ['0:1##1=5', 'a global LSN that is not a whole number'],
    ['0:1#NaN', 'a global LSN that is not a whole number'],
    ['0:1#5#', 'a region segment without "region="'],
    ['0:1#5#1', 'a region segment without "region="'],
    ['0:1#5#=7', 'a region segment without "region="'],
    ['0:1#5#west=7', 'a region segment without "region="'],
    ['0:1#5#1=', 'a local LSN that is not a whole number'],
    ['0:1#5#1=7=8', 'a local LSN that is not a whole number'],
    ['0:1#5#1=7#1=8', 'a region named twice'],
    ['0:1#5#1=7,1:oops', 'an LSN that is not a whole number'],
  ]
  test.each(malformed)('%j is a problem: %s', (text, problem) => {
    expect(SessionToken.parse(text)).toEqual({ problem })
  })

  test('never throws, and a problem repeats nothing of the token', () => {
    const tokenLike = fc.string({ unit: fc.constantFrom(...'0129:#=,-.x '.split('')) })
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), tokenLike), (text) => {
        const result = SessionToken.parse(text)
        if ('problem' in result) expect(result.problem).toMatch(/^[A-Za-z ":=]+$/)
        else expect(parsed(result.token.reveal()).equals(result.token)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('print', () => {
  test('gives back the text as received, so that what is carried on is what came', () => {
    expect(parsed('0:1#007#1=020').reveal()).toBe('0:1#007#1=020')
  })

  test('parse after print is identity', () => {
    fc.assert(
      fc.property(anySessionToken, (token) => {
        fc.pre(!token.isEmpty)
        const again = parsed(token.reveal())
        expect(again.equals(token)).toBe(true)
        expect(again.rangeIds).toEqual(token.rangeIds)
        // Printed anew from the parts, not from the text remembered.
        expect(SessionToken.of(again.rangeIds.map((id) => [id, again.forRange(id)!])).reveal()).toBe(token.reveal())
      }),
    )
  })

  test('the empty token prints as nothing', () => {
    expect(SessionToken.empty.reveal()).toBe('')
    expect(SessionToken.empty.bytes).toBe(0)
    expect(SessionToken.empty.isEmpty).toBe(true)
  })

  test('bytes is the size of the header value', () => {
    expect(parsed('0:1#100#1=20').bytes).toBe(12)
  })
})

test('a number of 20 characters is read: as long as the smallest 64-bit one', () => {
  expect(parsed('0:00000000000000000005').forRange('0')?.globalLsn).toBe(5n)
})

test('in JSON it is presence and size, not nothing', () => {
  expect(JSON.stringify({ token: parsed('0:1#5') })).toBe('{"token":"SessionToken(1 ranges)"}')
})

describe('work that is not done twice', () => {
  test('a token that demands nothing new leaves the other as it is', () => {
    const token = parsed('0:1#5#1=5,1:1#3')
    for (const text of ['0:1#5#1=5', '0:1#4', '1:1#3,0:1#5']) expect(token.merge(parsed(text))).toBe(token)
    expect(token.merge(parsed('1:1#4'))).not.toBe(token)
  })

  test('more texts than are remembered still parse to themselves', () => {
    const texts = Array.from({ length: 1000 }, (_, lsn) => `0:1#${lsn}`)
    for (const text of [...texts, ...texts]) expect(parsed(text).reveal()).toBe(text)
  })
})

describe('ancestry', () => {
  /** 0 split into 1 and 2; 1 into 3 and 4. */
  const ancestors: Record<string, string[]> = { 1: ['0'], 2: ['0'], 3: ['1', '0'], 4: ['1', '0'] }
  const ancestry: Ancestry = (range) => ancestors[range] ?? []

  test("a parent's token counts for its children and grandchildren", () => {
    const token = parsed('0:1#50#1=50')
    expect(token.forRange('3', ancestry)?.globalLsn).toBe(50n)
    expect(token.forRange('3')).toBeUndefined()
  })

  test("a child's token does not count for its parent, nor for its sibling", () => {
    const token = parsed('1:1#50#1=50')
    expect(token.forRange('0', ancestry)).toBeUndefined()
    expect(token.forRange('2', ancestry)).toBeUndefined()
  })

  test("the child's own progress and its ancestors' are merged", () => {
    const token = parsed('0:1#50#1=50,1:1#60#1=40,3:1#55#1=45')
    expect(token.forRange('3', ancestry)).toEqual({
      version: 1n,
      globalLsn: 60n,
      localLsns: new Map([['1', 50n]]),
    })
  })

  test('narrow keeps a range and its ancestors and nothing else', () => {
    const token = parsed('0:1#50,1:1#60,2:1#70,3:1#80')
    expect(token.narrow('3', ancestry).reveal()).toBe('0:1#50,1:1#60,3:1#80')
    expect(token.narrow('2').reveal()).toBe('2:1#70')
    expect(token.narrow('9').isEmpty).toBe(true)
  })
})

describe('fingerprint', () => {
  const key = 'a key of this process'

  test('is st: and eight hex digits, the same for the same token under the same key', () => {
    expect(fingerprint('0:1#100#1=20', key)).toMatch(/^st:[0-9a-f]{8}$/)
    expect(fingerprint('0:1#100#1=20', key)).toBe(fingerprint('0:1#100#1=20', key))
  })

  test('differs between tokens', () => {
    expect(fingerprint('0:1#100#1=20', key)).not.toBe(fingerprint('0:1#101#1=20', key))
  })

  test('is keyed, so that a list of guessed tokens does not reveal the one behind it', () => {
    expect(fingerprint('0:1#100', key)).not.toBe(fingerprint('0:1#100', 'another key'))
  })

  test('is HMAC-SHA256, cut to 32 bits (RFC 4231, test case 2)', () => {
    expect(fingerprint('what do ya want for nothing?', 'Jefe')).toBe('st:5bdcc146')
  })
})
