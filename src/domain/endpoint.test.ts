import { describe, expect, test } from 'vitest'
import { consistencyLevels } from '../protocol/consistency-level.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { afterWrite, nothingKnown } from './context.ts'
import { endpointFinding, endpointReadResult, endpointTokenState, endpointWriteOutcome } from './endpoint.ts'
import { findingOf } from './finding.ts'
import { tokenStates } from './token-state.ts'
import { verdicts } from './verdict.ts'

describe('what became of a write at a service of which only the answers are known', () => {
  test.each([
    [200, [], 'succeeded'],
    [204, [], 'succeeded'],
    [204, [200], 'indeterminate'],
    [302, [], 'indeterminate'],
    [302, [302], 'succeeded'],
    [404, [], 'refused'],
    [412, [], 'refused'],
    [429, [], 'refused'],
    [408, [], 'indeterminate'],
    [500, [], 'indeterminate'],
    [502, [], 'indeterminate'],
  ] as const)('%i where %j is expected: %s', (status, expect_, outcome) => {
    expect(endpointWriteOutcome({ status, failure: undefined }, expect_)).toBe(outcome)
  })

  test.each([
    ['refused', 'refused'],
    ['connection', 'indeterminate'],
    ['timeout', 'indeterminate'],
  ] as const)('no answer, %s: %s', (failure, outcome) => {
    expect(endpointWriteOutcome({ status: undefined, failure }, [])).toBe(outcome)
  })
})

describe('what a read at an endpoint means', () => {
  test('what everywhere else: but the account is never accused, because nobody saw it asked', () => {
    for (const verdict of verdicts)
      for (const token of tokenStates)
        for (const level of consistencyLevels) {
          const elsewhere = findingOf(verdict, token, level)
          const expected = elsewhere === 'broken-promise' ? 'unexplained' : elsewhere
          expect(endpointFinding(verdict, token, level)).toBe(expected)
        }
    expect(endpointFinding('stale', 'intact', 'Session')).toBe('unexplained')
  })
})

describe('what a read found', () => {
  const read = (status: number | undefined, version?: number, failure?: 'timeout' | 'connection' | 'refused') =>
    endpointReadResult({ status, version, failure }, [], 404, 'me')

  test('a version, nothing, or a reason', () => {
    expect(read(200, 3)).toEqual({ kind: 'found', version: 3, owner: 'me' })
    expect(read(404)).toEqual({ kind: 'not-found' })
    expect(read(200)).toEqual({ kind: 'failed', reason: 'error' })
    expect(read(429)).toEqual({ kind: 'failed', reason: 'throttled' })
    expect(read(504)).toEqual({ kind: 'failed', reason: 'timeout' })
    expect(read(403)).toEqual({ kind: 'failed', reason: 'refused' })
    expect(read(500)).toEqual({ kind: 'failed', reason: 'error' })
    expect(read(undefined, undefined, 'timeout')).toEqual({ kind: 'failed', reason: 'timeout' })
    expect(read(undefined, undefined, 'refused')).toEqual({ kind: 'failed', reason: 'connection' })
  })
})

describe('the token at an endpoint', () => {
  const written = { version: 1, present: true }
  const token = new WireToken('0:1#10#1=10')
  const known = afterWrite(nothingKnown, 'd', written, 'succeeded', token.parsed)
  const hidden = afterWrite(nothingKnown, 'd', written, 'succeeded', undefined)
  const state = (shown: string | undefined, ideal = known) =>
    endpointTokenState(shown === undefined ? undefined : new WireToken(shown), ideal, ideal.claims.get('d'))

  test('is judged where both sides are shown, and unknown otherwise', () => {
    expect(state('0:1#10#1=10')).toBe('intact')
    expect(state('0:1#9#1=9')).toBe('behind')
    expect(state('1:1#99#1=99')).toBe('foreign')
    expect(state('opaque')).toBe('malformed')
    expect(state(undefined)).toBe('unknown')
    expect(state('0:1#10#1=10', hidden)).toBe('unknown')
    expect(state('0:1#10#1=10', nothingKnown)).toBe('unclaimed')
  })
})
