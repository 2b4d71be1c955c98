import { describe, expect, test } from 'vitest'
import { type Finding, findingOf, findings, worstFinding } from './finding.ts'
import { type TokenState, tokenStates } from './token-state.ts'
import { type Verdict, verdicts } from './verdict.ts'

const matrix: Record<TokenState, { stale: Finding | undefined; fresh: Finding | undefined }> = {
  intact: { stale: 'broken-promise', fresh: 'kept' },
  dropped: { stale: 'silent-downgrade-seen', fresh: 'silent-downgrade-lucky' },
  lost: { stale: 'token-loss-seen', fresh: 'token-loss-latent' },
  behind: { stale: 'token-loss-seen', fresh: 'token-loss-latent' },
  foreign: { stale: 'token-loss-seen', fresh: 'token-loss-latent' },
  malformed: { stale: 'token-loss-seen', fresh: 'token-loss-latent' },
  unknown: { stale: 'unexplained', fresh: undefined },
  unsupported: { stale: 'unexplained', fresh: undefined },
  unclaimed: { stale: 'unexplained', fresh: undefined },
}

describe.each(tokenStates)('token %s', (token) => {
  test('stale and missing find the same', () => {
    expect(findingOf('stale', token, 'Session')).toBe(matrix[token].stale)
    expect(findingOf('missing', token, 'Session')).toBe(matrix[token].stale)
  })
  test('fresh', () => expect(findingOf('fresh', token, 'Session')).toBe(matrix[token].fresh))
  test('nothing is concluded without a judged answer', () => {
    const unjudged: readonly Verdict[] = verdicts.filter((v) => !['fresh', 'stale', 'missing'].includes(v))
    expect(unjudged.map((verdict) => findingOf(verdict, token, 'Session'))).toEqual(unjudged.map(() => undefined))
  })
})

test('a run is remembered by its worst finding', () => {
  expect(worstFinding(['kept', 'token-loss-latent', 'token-loss-seen'])).toBe('token-loss-seen')
  expect(worstFinding(['silent-downgrade-seen', 'broken-promise'])).toBe('broken-promise')
  expect(worstFinding([])).toBeUndefined()
})

test('whatever was seen is worse than whatever was lucky, and a broken promise is the worst', () => {
  const seen: Finding[] = [
    ...(['broken-promise', 'canary-ignored', 'silent-downgrade-seen', 'token-loss-seen', 'never-shown'] as const),
    ...(['unexplained', 'unpromised'] as const),
  ]
  expect(findings.slice(0, seen.length)).toEqual(seen)
  expect(findings.at(-1)).toBe('kept')
})

describe('a level other than Session', () => {
  test.each(tokenStates)('Strong promises without a token: %s', (token) => {
    expect(findingOf('stale', token, 'Strong')).toBe('broken-promise')
    expect(findingOf('fresh', token, 'Strong')).toBe('kept')
  })
  test.each(['BoundedStaleness', 'ConsistentPrefix', 'Eventual'] as const)('%s never accuses the service', (level) => {
    for (const token of tokenStates) {
      expect(findingOf('stale', token, level)).toBe('unpromised')
      expect(findingOf('missing', token, level)).toBe('unpromised')
      expect(findingOf('fresh', token, level)).toBeUndefined()
    }
  })
})
