import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anySessionToken } from '../../../test/arbitraries/tokens.ts'
import { requestCarriers } from '../../domain/scenario.ts'
import { codecs, findInAnswer, findInRequest, placeInAnswer, placeInRequest } from './token-place.ts'

const tokens = anySessionToken.filter((token) => !token.isEmpty && token.bytes < 1500).map((token) => token.reveal())

describe.each(requestCarriers)('by %s', (carrier) => {
  test('a request brings what was put into it', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const { headers, query, body } = placeInRequest(carrier, codecs[carrier].encode(token))
        expect(findInRequest(carrier, (name) => headers[name], `a=1&${query}`, body)).toBe(token)
      }),
    )
  })

  test('an answer brings what was put into it', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const { headers, body } = placeInAnswer(carrier, token)
        expect(findInAnswer(carrier, new Headers(headers), body)).toBe(token)
      }),
    )
  })

  test('nothing put, nothing found', () => {
    const { headers, query, body } = placeInRequest(carrier, undefined)
    expect(findInRequest(carrier, (name) => headers[name], query, body)).toBeUndefined()
    expect(findInAnswer(carrier, new Headers(placeInAnswer(carrier, undefined).headers), undefined)).toBeUndefined()
  })
})
