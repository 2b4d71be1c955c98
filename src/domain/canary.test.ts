import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SessionToken } from '../protocol/session-token.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { canaryFinding, canaryState, unsatisfiable } from './canary.ts'
import type { Attempt } from './observation.ts'

const parsed = (text: string) => new WireToken(text).parsed!
const canary = unsatisfiable(parsed('0:1#7#1=7#2=3'))
const sentCanary = canary.reveal()

const attempt = (status: number | undefined, sent?: string, received?: string, substatus?: number): Attempt => ({
  purpose: 'operation',
  region: 'West Europe',
  status,
  substatus,
  failure: status === undefined ? 'connection' : undefined,
  requestCharge: 1,
  durationMs: 1,
  sent: sent === undefined ? undefined : new WireToken(sent),
  received: received === undefined ? undefined : new WireToken(received),
})

describe('a canary', () => {
  test('has the version and the regions of the token, and its progress far ahead', () => {
    expect(sentCanary).toBe('0:1#1000000000007#1=1000000000007#2=1000000000003')
  })

  test('merges with real progress and stays a canary', () => {
    const merged = canary.merge(parsed('0:1#9#1=9#2=9'))
    expect(merged.equals(canary)).toBe(true)
  })

  test('of any token is ahead of it in every component, and never larger than the SDK can count', () => {
    const lsn = fc.bigInt({ min: 0n, max: 10_000_000_000n })
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[0-9]{1,3}$/), lsn, { minKeys: 1 }), lsn, (locals, globalLsn) => {
        const localLsns = new Map(Object.entries(locals))
        const token = SessionToken.of([['0', { version: 1n, globalLsn, localLsns }]])
        const made = unsatisfiable(unsatisfiable(token)).forRange('0')!
        expect(made.version).toBe(1n)
        expect(made.globalLsn).toBeGreaterThan(globalLsn)
        expect(Number.isSafeInteger(Number(made.globalLsn))).toBe(true)
        for (const [region, local] of localLsns) expect(made.localLsns.get(region)).toBeGreaterThan(local)
      }),
    )
  })
})

describe('what became of it', () => {
  const unavailable = attempt(404, sentCanary, undefined, 1002)
  test.each([
    ['answered', [unavailable]],
    ['answered', [attempt(429, sentCanary), unavailable, attempt(200, undefined, '0:1#7#1=7#2=3')]],
    ['lost', [attempt(200, undefined, '0:1#7#1=7#2=3')]],
    ['lost', [attempt(200, '0:1#7#1=7#2=3', '0:1#7#1=7#2=3')]],
    ['lost', [attempt(200, '0:damaged')]],
    // The region lags behind what the client remembers: 404/1002, and yet the canary was not what it refused.
    ['lost', [attempt(404, '0:1#9#1=9#2=9', undefined, 1002)]],
    ['ignored', [attempt(200, sentCanary, '0:1#7#1=7#2=3')]],
    ['ignored', [attempt(304, sentCanary, '0:1#7#1=7#2=3')]],
    // The range has been reconfigured since, and owes a token of the older version nothing.
    ['unknown', [attempt(200, sentCanary, '0:2#7#1=7#2=3')]],
    // Another range answered.
    ['unknown', [attempt(200, sentCanary, '1:1#7#1=7#2=3')]],
    ['unknown', [attempt(503, sentCanary)]],
    ['unknown', [attempt(undefined, sentCanary)]],
    ['unknown', []],
    ['unknown', [{ ...attempt(200), purpose: 'query-plan' as const }]],
  ] as const)('%s', (state, attempts) => {
    expect(canaryState(attempts, canary, '0', 'Session')).toBe(state)
  })

  test('an answer at a level that looks at no token proves nothing', () => {
    expect(canaryState([attempt(200, sentCanary, '0:1#7#1=7#2=3')], canary, '0', 'Eventual')).toBe('unknown')
  })

  test('one for another range only is lost to the document', () => {
    const both = unsatisfiable(parsed('0:1#7#1=7,1:1#7#1=7'))
    const sent = '1:1#1000000000007#1=1000000000007'
    expect(canaryState([attempt(200, sent, '0:1#7#1=7')], both, '0', 'Session')).toBe('lost')
    expect(canaryState([attempt(200, sent, '0:1#7#1=7')], both, undefined, 'Session')).toBe('unknown')
  })

  test('after a split one of the parent binds its children, for whoever is told of the split', () => {
    const ofChild = unsatisfiable(parsed('4:2#7#1=7#2=3'))
    const refused = [attempt(404, sentCanary, undefined, 1002)]
    expect(canaryState(refused, ofChild, '4', 'Session', (range) => (range === '4' ? ['0'] : []))).toBe('answered')
    expect(canaryState(refused, ofChild, '4', 'Session')).toBe('lost')
  })

  test('only what is wrong is a finding', () => {
    expect((['answered', 'lost', 'ignored', 'unknown'] as const).map(canaryFinding)).toEqual([
      undefined,
      'canary-lost',
      'canary-ignored',
      undefined,
    ])
  })
})
