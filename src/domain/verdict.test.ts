import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyClaim, anyVersion } from '../../test/arbitraries/claims.ts'
import type { Claim, DocumentVersion } from './context.ts'
import type { FailureReason, ReadResult } from './observation.ts'
import { isJudged, isStale, judgeRead, judgeSinceRunBegan, verdicts } from './verdict.ts'

const owner = 'us'
const at = (version: number): DocumentVersion => ({ version, present: true })
const deletedAt = (version: number): DocumentVersion => ({ version, present: false })
const claimOf = (certain: DocumentVersion | undefined, ...indeterminate: DocumentVersion[]): Claim => ({
  certain,
  indeterminate,
  range: '0',
})
const found = (version: number, by = owner): ReadResult => ({ kind: 'found', version, owner: by })
const notFound: ReadResult = { kind: 'not-found' }
const judged = (claim: Claim | undefined, result: ReadResult) => judgeRead(claim, result, owner)

const fresh = { verdict: 'fresh' }
const doubtful = { verdict: 'undetermined', detail: 'indeterminate-write' }
const undeleted = { verdict: 'missing', detail: 'undeleted' }

describe('the rows of the verdict table', () => {
  test('fresh: the claimed version', () => expect(judged(claimOf(at(5)), found(5))).toEqual(fresh))
  test('fresh: a newer version', () => expect(judged(claimOf(at(5)), found(9))).toEqual(fresh))
  test('fresh, for a delete: not found', () => expect(judged(claimOf(deletedAt(5)), notFound)).toEqual(fresh))
  test('fresh, for a delete: created anew since', () => expect(judged(claimOf(deletedAt(5)), found(6))).toEqual(fresh))
  test('stale: an older version, with how many versions behind', () => {
    expect(judged(claimOf(at(5)), found(4))).toEqual({ verdict: 'stale', versionsBehind: 1 })
    expect(judged(claimOf(at(5)), found(1))).toEqual({ verdict: 'stale', versionsBehind: 4 })
  })
  test('missing: not found, although an acknowledged create is claimed', () => {
    expect(judged(claimOf(at(1)), notFound)).toEqual({ verdict: 'missing', detail: 'not-found' })
  })
  test('missing, for a claimed delete: the document is still there', () => {
    expect(judged(claimOf(deletedAt(5)), found(4))).toEqual(undeleted)
    expect(judged(claimOf(deletedAt(5)), found(5))).toEqual(undeleted)
  })
  test('undetermined: the claim rests on an indeterminate write', () => {
    expect(judged(claimOf(undefined, at(1)), notFound)).toEqual(doubtful)
    expect(judged(claimOf(undefined, at(1)), found(1))).toEqual(doubtful)
  })
  test('undetermined: another writer owns the document, whatever its version', () => {
    const another = { verdict: 'undetermined', detail: 'another-writer' }
    expect(judged(claimOf(at(5)), found(1, 'them'))).toEqual(another)
    expect(judged(claimOf(at(5)), found(9, 'them'))).toEqual(another)
    expect(judged(claimOf(undefined, at(1)), found(9, 'them'))).toEqual(another)
  })
  test('unordered: nothing was carried to the hop', () => {
    expect(judged(undefined, found(1))).toEqual({ verdict: 'unordered' })
    expect(judged(undefined, found(1, 'them'))).toEqual({ verdict: 'unordered' })
    expect(judged(undefined, notFound)).toEqual({ verdict: 'unordered' })
  })
  test.each<FailureReason>(['session-unavailable', 'throttled', 'timeout', 'connection', 'refused', 'error'])(
    'failed: %s, with a claim or without',
    (reason) => {
      expect(judged(claimOf(at(5)), { kind: 'failed', reason })).toEqual({ verdict: 'failed', reason })
      expect(judged(undefined, { kind: 'failed', reason })).toEqual({ verdict: 'failed', reason })
    },
  )
})

describe('indeterminate writes', () => {
  test('one after the claim explains a newer version, and its absence is no loss', () => {
    const claim = claimOf(at(5), at(6))
    expect(judged(claim, found(6))).toEqual(fresh)
    expect(judged(claim, found(5))).toEqual(fresh)
    expect(judged(claim, found(4))).toEqual({ verdict: 'stale', versionsBehind: 1 })
  })

  test('one that lands late, over a later acknowledged write, is no older state but a newer one', () => {
    const claim = claimOf(at(5), at(3))
    expect(judged(claim, found(3))).toEqual(doubtful)
    expect(judged(claim, found(4))).toEqual({ verdict: 'stale', versionsBehind: 1 })
    expect(judged(claim, found(2))).toEqual({ verdict: 'stale', versionsBehind: 3 })
  })

  test('an indeterminate delete may explain that nothing is found; an indeterminate update may not', () => {
    expect(judged(claimOf(at(5), deletedAt(6)), notFound)).toEqual(doubtful)
    expect(judged(claimOf(at(5), deletedAt(4)), notFound)).toEqual(doubtful)
    expect(judged(claimOf(at(5), at(6)), notFound)).toEqual({ verdict: 'missing', detail: 'not-found' })
  })

  test('an indeterminate delete explains no older version', () => {
    expect(judged(claimOf(at(5), deletedAt(4)), found(4))).toEqual({ verdict: 'stale', versionsBehind: 1 })
  })

  test('one that lands after an acknowledged delete brings the document back', () => {
    expect(judged(claimOf(deletedAt(5), at(3)), found(3))).toEqual(doubtful)
    expect(judged(claimOf(deletedAt(5), at(3)), found(4))).toEqual(undeleted)
    expect(judged(claimOf(deletedAt(5), at(3)), notFound)).toEqual(fresh)
  })
})

const anyResult: fc.Arbitrary<ReadResult> = fc.oneof(
  fc.nat(8).map((version) => found(version)),
  fc.nat(8).map((version) => found(version, 'them')),
  fc.constant(notFound),
  fc.constantFrom<FailureReason>('timeout', 'error').map((reason) => ({ kind: 'failed' as const, reason })),
)

describe('properties', () => {
  test('every read has a verdict', () => {
    fc.assert(
      fc.property(fc.option(anyClaim, { nil: undefined }), anyResult, (claim, result) => {
        expect(verdicts).toContain(judged(claim, result).verdict)
      }),
    )
  })

  test('a newer version than a fresh one is fresh', () => {
    fc.assert(
      fc.property(anyClaim, fc.nat(8), fc.nat(8), (claim, version, more) => {
        fc.pre(judged(claim, found(version)).verdict === 'fresh')
        expect(judged(claim, found(version + more)).verdict).toBe('fresh')
      }),
    )
  })

  test('a staler version is behind by more, never by less than one', () => {
    fc.assert(
      fc.property(anyClaim, fc.nat(8), (claim, version) => {
        const judgement = judged(claim, found(version))
        if (judgement.verdict === 'stale') {
          expect(judgement.versionsBehind).toBe((claim.certain?.version ?? 0) - version)
          expect(judgement.versionsBehind).toBeGreaterThan(0)
        }
      }),
    )
  })

  /**
   * The model: a store that never goes back behind the last acknowledged write shows that write's state, or the state of
   * an indeterminate write that landed after it. Everything older is an alarm; nothing in the model is.
   */
  test('no false alarm and no miss against every order in which the writes may have landed', () => {
    const state = ({ version, present }: DocumentVersion) => (present ? version : 'absent')
    const history = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(history, fc.nat(6), (writes, pick) => {
        const versions = writes.map(([present], index) => ({ version: index + 1, present }))
        const acknowledged = versions.filter((_, index) => writes[index]![1])
        const inDoubt = versions.filter((_, index) => !writes[index]![1])
        const last = acknowledged.at(-1)
        fc.pre(last !== undefined)
        const possible = new Set([last, ...inDoubt].map(state))
        const shown = pick === 0 ? 'absent' : (versions[pick - 1]?.present && pick) || 'absent'
        const result = shown === 'absent' ? notFound : found(shown)
        const { verdict } = judged(claimOf(last, ...inDoubt), result)
        expect(isStale(verdict)).toBe(!possible.has(shown))
      }),
      { numRuns: 2000 },
    )
  })
})

test('stale and missing make the numerator of the stale-read rate; fresh besides, the denominator', () => {
  expect(verdicts.filter(isStale)).toEqual(['stale', 'missing'])
  expect(verdicts.filter(isJudged)).toEqual(['fresh', 'stale', 'missing'])
})

test('an indeterminate write never makes a verdict worse', () => {
  const alarm = (claim: Claim, result: ReadResult) => isStale(judged(claim, result).verdict)
  fc.assert(
    fc.property(anyClaim, anyVersion, anyResult, (claim, doubt, result) => {
      const doubted = { ...claim, indeterminate: [...claim.indeterminate, doubt] }
      expect(alarm(doubted, result) && !alarm(claim, result)).toBe(false)
    }),
  )
})

describe('changes of this run', () => {
  const claimOf = (version: number): Claim => ({ certain: { version, present: true }, indeterminate: [], range: '0' })
  const nothing = { kind: 'not-found' } as const

  test('nothing new says nothing of a version that was there before the run', () => {
    const undetermined = { verdict: 'undetermined', detail: 'before-this-run' }
    expect(judgeSinceRunBegan(claimOf(4), nothing, 'me', 5)).toEqual(undetermined)
  })
  test('nothing new misses a version of the run itself', () => {
    expect(judgeSinceRunBegan(claimOf(5), nothing, 'me', 5)).toEqual({ verdict: 'missing', detail: 'not-found' })
  })
  test('a change that shows is judged as any read', () => {
    const found = { kind: 'found', version: 4, owner: 'me' } as const
    expect(judgeSinceRunBegan(claimOf(4), found, 'me', 5)).toEqual({ verdict: 'fresh' })
    expect(judgeSinceRunBegan(claimOf(6), found, 'me', 5)).toEqual({ verdict: 'stale', versionsBehind: 2 })
  })
  test('without a claim nothing is judged', () => {
    expect(judgeSinceRunBegan(undefined, nothing, 'me', 5)).toEqual({ verdict: 'unordered' })
  })
})
