import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyIdeal, anyVersion } from '../../test/arbitraries/claims.ts'
import { anySessionToken } from '../../test/arbitraries/tokens.ts'
import { SessionToken } from '../protocol/session-token.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { afterRead, afterWrite, type DocumentVersion, type Ideal, joinIdeal, nothingKnown } from './context.ts'
import type { WriteOutcome } from './observation.ts'

const token = (text: string): SessionToken => new WireToken(text).parsed ?? SessionToken.empty
const at = (version: number): DocumentVersion => ({ version, present: true })
const written = (ideal: Ideal, version: DocumentVersion, sessionToken?: string) =>
  afterWrite(ideal, 'a', version, 'succeeded', sessionToken === undefined ? undefined : token(sessionToken))

describe('afterWrite', () => {
  test('an acknowledged write makes a claim, in the range that its token names', () => {
    const ideal = written(nothingKnown, at(1), '3:1#5')
    expect(ideal.claims.get('a')).toEqual({ certain: at(1), indeterminate: [], range: '3' })
    expect(ideal.token.reveal()).toBe('3:1#5')
  })

  test('an acknowledged delete makes a claim too', () => {
    const ideal = written(written(nothingKnown, at(1), '3:1#5'), { version: 2, present: false }, '3:1#6')
    expect(ideal.claims.get('a')?.certain).toEqual({ version: 2, present: false })
  })

  test('an indeterminate write makes no claim, but is remembered', () => {
    const ideal = afterWrite(nothingKnown, 'a', at(1), 'indeterminate', undefined)
    expect(ideal.claims.get('a')).toEqual({ certain: undefined, indeterminate: [at(1)], range: undefined })
  })

  test('version 0 is a claim as good as any', () => {
    const ideal = afterWrite(written(nothingKnown, at(0), '3:1#5'), 'a', at(1), 'indeterminate', undefined)
    expect(ideal.claims.get('a')).toEqual({ certain: at(0), indeterminate: [at(1)], range: '3' })
  })

  test('an indeterminate write after an acknowledged one leaves the claim and its range', () => {
    const ideal = afterWrite(written(nothingKnown, at(1), '3:1#5'), 'a', at(2), 'indeterminate', undefined)
    expect(ideal.claims.get('a')).toEqual({ certain: at(1), indeterminate: [at(2)], range: '3' })
  })

  test('a refused write changes no claim; the progress that its answer showed is kept', () => {
    const before = written(nothingKnown, at(1), '3:1#5')
    const after = afterWrite(before, 'a', at(2), 'refused', token('3:1#9'))
    expect(after.claims).toBe(before.claims)
    expect(after.token.reveal()).toBe('3:1#9')
    expect(afterWrite(nothingKnown, 'a', at(1), 'refused', undefined)).toBe(nothingKnown)
  })

  test('documents do not mix', () => {
    const ideal = afterWrite(written(nothingKnown, at(5), '3:1#5'), 'b', at(1), 'succeeded', token('4:1#1'))
    expect(ideal.claims.get('a')?.certain).toEqual(at(5))
    expect(ideal.claims.get('b')).toEqual({ certain: at(1), indeterminate: [], range: '4' })
    expect(ideal.token.reveal()).toBe('3:1#5,4:1#1')
  })
})

describe('afterRead', () => {
  const before = written(nothingKnown, at(3), '3:1#5')
  const claimAfter = (seen: DocumentVersion | undefined, text?: string) =>
    afterRead(before, 'a', seen, text === undefined ? undefined : token(text)).claims.get('a')

  test('a newer version seen is certain from then on', () => {
    expect(claimAfter(at(5), '3:1#9')?.certain).toEqual(at(5))
  })

  test('an older version seen takes nothing back', () => {
    expect(claimAfter(at(1), '3:1#2')).toEqual(before.claims.get('a'))
  })

  test('an indeterminate write that is seen becomes certain', () => {
    const doubtful = afterWrite(nothingKnown, 'a', at(1), 'indeterminate', undefined)
    expect(afterRead(doubtful, 'a', at(1), token('3:1#5')).claims.get('a')).toEqual({
      certain: at(1),
      indeterminate: [at(1)],
      range: '3',
    })
  })

  test('nothing seen, nothing claimed anew, but the token counts', () => {
    const after = afterRead(before, 'a', undefined, token('3:1#9'))
    expect(after.claims).toBe(before.claims)
    expect(after.token.reveal()).toBe('3:1#9')
  })

  test('a reader to whom nothing was carried gains no claim', () => {
    expect(afterRead(nothingKnown, 'a', at(7), token('3:1#9')).claims.size).toBe(0)
  })

  test('the same version seen in a child range moves the claim there, and never back', () => {
    expect(claimAfter(at(3), '12:1#9')?.range).toBe('12')
    expect(claimAfter(at(3), '2:1#9')?.range).toBe('3')
  })
})

describe('the range goes with the version it came with', () => {
  const before = written(nothingKnown, at(3), '3:1#5')

  test('a newer version without a token borrows no range: its demand was never told', () => {
    expect(written(before, at(4)).claims.get('a')).toEqual({ certain: at(4), indeterminate: [], range: undefined })
    expect(afterRead(before, 'a', at(4), undefined).claims.get('a')?.range).toBeUndefined()
  })

  test('a later read of that version with a token tells it', () => {
    expect(afterRead(written(before, at(4)), 'a', at(4), token('3:1#6')).claims.get('a')?.range).toBe('3')
  })

  test('a token of several ranges names the one already known, and none otherwise', () => {
    expect(written(before, at(4), '2:1#9,3:1#6').claims.get('a')?.range).toBe('3')
    expect(written(before, at(4), '1:1#9,2:1#6').claims.get('a')?.range).toBeUndefined()
    expect(written(nothingKnown, at(1), '1:1#9,3:1#6').claims.get('a')?.range).toBeUndefined()
  })

  test('the same version without a token loses nothing', () => {
    expect(afterRead(before, 'a', at(3), undefined).claims.get('a')?.range).toBe('3')
  })
})

/** An ideal as plain data: sets sorted, tokens left out, for they are compared by progress. */
const plain = ({ claims }: Ideal) =>
  Object.fromEntries(
    [...claims].map(([id, claim]) => [
      id,
      { ...claim, indeterminate: claim.indeterminate.toSorted((a, b) => a.version - b.version) },
    ]),
  )
const expectSame = (left: Ideal, right: Ideal) => {
  expect(plain(left)).toEqual(plain(right))
  expect(left.token.equals(right.token)).toBe(true)
}

describe('joinIdeal', () => {
  test('the later claim wins, with its own range, and all doubt is kept', () => {
    const mine = afterWrite(written(nothingKnown, at(3), '3:1#5'), 'a', at(4), 'indeterminate', undefined)
    const theirs = afterWrite(written(nothingKnown, at(5), '7:1#8'), 'a', at(6), 'indeterminate', undefined)
    expect(joinIdeal(mine, theirs).claims.get('a')).toEqual({
      certain: at(5),
      indeterminate: [at(4), at(6)],
      range: '7',
    })
  })

  test('the same doubt from two sides is one; a write and a delete of one version are two', () => {
    const doubt = (present: boolean) =>
      afterWrite(nothingKnown, 'a', { version: 4, present }, 'indeterminate', undefined)
    const both = joinIdeal(joinIdeal(doubt(true), doubt(true)), doubt(false))
    expect(both.claims.get('a')?.indeterminate).toEqual([
      { version: 4, present: true },
      { version: 4, present: false },
    ])
  })

  test('two ranges for one version: whoever joins whom, the child after the split is kept', () => {
    const before = written(nothingKnown, at(3), '9:1#5')
    const after = afterRead(before, 'a', at(3), token('10:1#6'))
    expect(joinIdeal(before, after).claims.get('a')?.range).toBe('10')
    expect(joinIdeal(after, before).claims.get('a')?.range).toBe('10')
  })

  test('leaves both sides as they were', () => {
    const mine = written(nothingKnown, at(3), '3:1#5')
    const theirs = afterWrite(nothingKnown, 'b', at(5), 'succeeded', token('7:1#8'))
    joinIdeal(mine, theirs)
    expect([...mine.claims.keys()]).toEqual(['a'])
    expect([...theirs.claims.keys()]).toEqual(['b'])
  })

  test('is commutative', () => {
    fc.assert(fc.property(anyIdeal, anyIdeal, (a, b) => expectSame(joinIdeal(a, b), joinIdeal(b, a))))
  })

  test('is associative', () => {
    fc.assert(
      fc.property(anyIdeal, anyIdeal, anyIdeal, (a, b, c) =>
        expectSame(joinIdeal(joinIdeal(a, b), c), joinIdeal(a, joinIdeal(b, c))),
      ),
      { numRuns: 500 },
    )
  })

  test('is idempotent, and knowing nothing adds nothing', () => {
    fc.assert(
      fc.property(anyIdeal, (a) => {
        expectSame(joinIdeal(a, a), a)
        expectSame(joinIdeal(a, nothingKnown), a)
        expectSame(joinIdeal(nothingKnown, a), a)
      }),
    )
  })
})

test('whatever happens, a claim never goes down and no doubt is forgotten', () => {
  const outcome = fc.constantFrom<WriteOutcome>('succeeded', 'refused', 'indeterminate')
  const sessionToken = fc.option(anySessionToken, { nil: undefined })
  const event: fc.Arbitrary<(ideal: Ideal) => Ideal> = fc.oneof(
    fc.tuple(anyVersion, outcome, sessionToken).map(
      ([v, o, t]) =>
        (ideal: Ideal) =>
          afterWrite(ideal, 'a', v, o, t),
    ),
    fc.tuple(anyVersion, sessionToken).map(
      ([v, t]) =>
        (ideal: Ideal) =>
          afterRead(ideal, 'a', v, t),
    ),
    anyIdeal.map((other) => (ideal: Ideal) => joinIdeal(ideal, other)),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      let ideal = nothingKnown
      for (const happen of events) {
        const before = ideal.claims.get('a')
        ideal = happen(ideal)
        const after = ideal.claims.get('a')
        expect(after?.certain?.version ?? 0).toBeGreaterThanOrEqual(before?.certain?.version ?? 0)
        expect(after?.indeterminate ?? []).toEqual(expect.arrayContaining([...(before?.indeterminate ?? [])]))
      }
    }),
  )
})
