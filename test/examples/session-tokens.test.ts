import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cookieWithToken, mergeTokens, tokenFromCookie } from '../../examples/enrollment-portal/session-tokens.ts'
import { SessionToken } from '../../src/protocol/session-token.ts'
import { anySessionToken } from '../arbitraries/tokens.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const parse = (text: string | undefined): SessionToken => {
  const result = SessionToken.parse(text ?? '')
  if (!('token' in result)) throw new Error(result.problem)
  return result.token
}

/** What accounts of today issue: the form with a version, in every range. */
const issued = anySessionToken.filter(
  (token) => !token.isEmpty && token.rangeIds.every((range) => token.forRange(range)?.version !== undefined),
)

describe("the example's session tokens", () => {
  test('merge as hopwatch judges', () => {
    fc.assert(
      fc.property(issued, issued, (left, right) => {
        const merged = mergeTokens(left.reveal(), right.reveal())
        expect(parse(merged).equals(left.merge(right))).toBe(true)
      }),
    )
  })

  test('nothing merged with a token is that token', () => {
    expect(mergeTokens(undefined, '0:1#2')).toBe('0:1#2')
    expect(mergeTokens('0:1#2', undefined)).toBe('0:1#2')
    expect(mergeTokens(undefined, undefined)).toBeUndefined()
  })

  test('survive the way through a cookie', () => {
    fc.assert(
      fc.property(issued, (token) => {
        const [cookie] = cookieWithToken(token.reveal()).split(';')
        expect(tokenFromCookie(`theme=dark; ${cookie}; other=1`)).toBe(token.reveal())
      }),
    )
  })

  test.each([
    undefined,
    '',
    'theme=dark',
    'cosmos-session=',
    'cosmos-session=%',
    'cosmos-session=hello',
    'cosmos-session=0:x',
  ])('what a user may have typed is no token: %s', (header) => expect(tokenFromCookie(header)).toBeUndefined())
})

describe('docs/sharing-session-tokens.md', () => {
  const blocks = [...read('docs/sharing-session-tokens.md').matchAll(/```ts (\S+)\n([\s\S]*?)```/g)]

  test.each(blocks.map(([, file, code]) => [file!, code!]))('shows the very code of %s', (file, code) => {
    expect(read(file)).toContain(code)
  })

  test('shows all three files of the answer', () => {
    expect(blocks.map(([, file]) => file)).toEqual([
      'examples/enrollment-portal/node.ts',
      'examples/enrollment-portal/portal.ts',
      'examples/enrollment-portal/session-tokens.ts',
    ])
  })
})
