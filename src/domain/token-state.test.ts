import { describe, expect, test } from 'vitest'
import { attempt, unavailable } from '../../test/arbitraries/attempts.ts'
import { type Ancestry, SessionToken } from '../protocol/session-token.ts'
import { WireToken } from '../protocol/wire-token.ts'
import type { Claim, Ideal } from './context.ts'
import type { Attempt } from './observation.ts'
import { isKnownState, tokenState, tokenStates, uncovering, wireTokenState } from './token-state.ts'

const token = (text: string): SessionToken => new WireToken(text).parsed ?? SessionToken.empty
const claimIn = (range: string | undefined): Claim => ({
  certain: { version: 5, present: true },
  indeterminate: [],
  range,
})
const ideal = (text: string): Ideal => ({ claims: new Map(), token: token(text) })
/** The state of a read whose claim needs `0:1#50#1=50#2=40`, in range 0. */
const stateOf = (...attempts: Attempt[]) => tokenState(attempts, ideal(needed), claimIn('0'))
const needed = '0:1#50#1=50#2=40'
const answer = { received: needed }

describe('the rows of the table of token states', () => {
  test.each([
    ['intact', 'the ideal token itself', needed],
    ['intact', 'more progress', '0:1#60#1=55#2=40'],
    ['intact', 'a newer version that covers', '0:2#60#1=55'],
    ['intact', 'other ranges besides', `3:1#1,${needed},4:1#1`],
    ['lost', 'an empty header', ''],
    ['behind', 'less global progress', '0:1#49#1=50#2=40'],
    ['behind', 'less progress in one region', '0:1#50#1=50#2=39'],
    ['behind', 'an older version', '0:0#90#1=90#2=90'],
    ['behind', 'a region missing under one version', '0:1#50#1=50'],
    ['behind', 'the simple form, which is older than any version', '0:90'],
    ['foreign', 'another range only', '3:1#90#1=90#2=90'],
    ['malformed', 'text that does not parse', 'garbage'],
    ['malformed', 'a header cut short', '0:1#50#1='],
    ['unknown', 'a newer version with a lower LSN: two histories without an order', '0:2#40#1=30'],
  ])('%s: %s', (state, _why, sent) => {
    expect(stateOf(attempt(200, { sent, ...answer }))).toBe(state)
    expect(wireTokenState(new WireToken(sent), token(needed), '0')).toBe(state)
  })

  test('lost: no token on the wire', () => {
    expect(stateOf(attempt(200, answer))).toBe('lost')
    expect(wireTokenState(undefined, token(needed), '0')).toBe('lost')
  })

  test('dropped: an earlier attempt carried it intact; the SDK removed it and retried', () => {
    expect(stateOf(unavailable(needed), unavailable(), attempt(200, answer))).toBe('dropped')
  })

  test('dropped: also when the document was then not found', () => {
    expect(stateOf(unavailable(needed), attempt(404))).toBe('dropped')
  })

  test('where none of several attempts was answered, the last one counts', () => {
    expect(stateOf(unavailable(), unavailable(), unavailable(needed))).toBe('intact')
    expect(stateOf(unavailable(), unavailable(needed), attempt(undefined))).toBe('dropped')
  })

  test('an answer whose token does not parse speaks for no range, and the last attempt counts', () => {
    expect(stateOf(attempt(200, { sent: needed, received: 'garbage' }), attempt(200, { received: 'garbage' }))).toBe(
      'dropped',
    )
  })

  test('unknown: the hop shows no attempt on the documents', () => {
    expect(stateOf()).toBe('unknown')
    expect(stateOf(attempt(200, { purpose: 'metadata', sent: needed }))).toBe('unknown')
  })

  test('unsupported: the server issues no session tokens', () => {
    expect(tokenState([attempt(200)], ideal(''), claimIn(undefined))).toBe('unsupported')
    expect(tokenState([attempt(200, { sent: needed })], ideal(''), claimIn(undefined))).toBe('unsupported')
  })

  test('unclaimed: nothing was carried to the hop, or only what may not have happened', () => {
    const doubtful: Claim = { certain: undefined, indeterminate: [{ version: 1, present: true }], range: undefined }
    expect(tokenState([attempt(200, { sent: needed })], ideal(needed), undefined)).toBe('unclaimed')
    expect(tokenState([attempt(200, { sent: needed })], ideal(needed), doubtful)).toBe('unclaimed')
  })
})

describe('dropped', () => {
  test('needs an earlier attempt that was intact: a token lost from the start stays lost', () => {
    expect(stateOf(attempt(503), attempt(200, answer))).toBe('lost')
    expect(stateOf(unavailable('0:1#10#1=10#2=10'), attempt(200, answer))).toBe('lost')
    expect(stateOf(unavailable('3:1#90'), attempt(200, answer))).toBe('lost')
  })

  test('an attempt that came after the answer does not count', () => {
    const otherRange = attempt(200, { sent: needed, received: '3:1#9' })
    expect(stateOf(attempt(200, answer), otherRange)).toBe('lost')
  })

  test('a retry that still carries the token is intact, however many failed before', () => {
    const sent = { sent: needed }
    expect(stateOf(unavailable(needed), attempt(503, sent), attempt(200, { ...sent, ...answer }))).toBe('intact')
  })

  test('a token put right on the way counts as the answer had it', () => {
    expect(stateOf(unavailable(), attempt(200, { sent: needed, ...answer }))).toBe('intact')
  })

  test('only attempts on the documents count: the plan carried it, the page did not', () => {
    const plan = attempt(200, { purpose: 'query-plan', sent: needed })
    expect(stateOf(plan, attempt(200, answer))).toBe('lost')
  })
})

describe('a query over several ranges', () => {
  const exchange = (range: string, sent?: string) =>
    attempt(200, { received: `${range}:1#70#1=70#2=70`, ...(sent && { sent }) })

  test('the exchange that spoke for the range decides, not the last one', () => {
    expect(stateOf(exchange('3', needed), exchange('0', needed), exchange('4'))).toBe('intact')
    expect(stateOf(exchange('3', needed), exchange('4'), exchange('0'))).toBe('dropped')
    expect(stateOf(exchange('0'), exchange('3', needed), exchange('4', needed))).toBe('lost')
  })

  test('of two exchanges with the range the later one answered', () => {
    expect(stateOf(exchange('0', '0:1#1#1=1#2=1'), exchange('0', needed), exchange('3'))).toBe('intact')
  })

  test('a failed exchange did not speak for the range', () => {
    const failed = attempt(503, { received: needed })
    expect(stateOf(exchange('0', needed), failed)).toBe('intact')
  })

  test('where none named the range, it is unknown: a split may have given it another name', () => {
    expect(stateOf(exchange('3', needed), exchange('4', '0:1#1#1=1#2=1'))).toBe('unknown')
  })

  test('where none named any range, the last one counts', () => {
    expect(stateOf(attempt(200, { sent: needed }), attempt(200, { sent: '0:1#1#1=1#2=1' }))).toBe('dropped')
    expect(stateOf(attempt(200), attempt(200, { sent: needed }))).toBe('intact')
  })
})

describe('after a split', () => {
  /** 0 became 1 and 2. */
  const ancestry: Ancestry = (id) => (id === '1' || id === '2' ? ['0'] : [])
  const childAnswer = { received: '1:1#70#1=70#2=70' }
  const splitState = (held: string, need: string, claimed: string, answered = childAnswer) =>
    tokenState([attempt(200, { ...answered, sent: held })], ideal(need), claimIn(claimed), ancestry)

  test("the parent's token counts at the child that answered", () => {
    expect(splitState(needed, needed, '0')).toBe('intact')
  })

  test("less than the parent's need is behind, at the child too", () => {
    expect(splitState('0:1#49#1=50#2=40', needed, '0')).toBe('behind')
    expect(splitState('1:1#49#1=50#2=40', needed, '0')).toBe('behind')
  })

  test("a child's own later progress is demanded, where the claim saw it", () => {
    expect(splitState(needed, `${needed},1:1#60#1=60#2=60`, '1')).toBe('behind')
    expect(splitState(`${needed},1:1#60#1=60#2=60`, `${needed},1:1#60#1=60#2=60`, '1')).toBe('intact')
  })

  test("a child's own token can cover a need in its parent", () => {
    expect(splitState('1:1#60#1=60#2=60', needed, '0')).toBe('intact')
  })

  test("the sister's token does not count", () => {
    expect(splitState('2:1#60#1=60#2=60', needed, '0')).toBe('foreign')
  })

  test('in a query over several ranges, the child answers for its parent', () => {
    const child = attempt(200, childAnswer)
    const other = attempt(200, { sent: needed, received: '9:1#9' })
    expect(tokenState([child, other], ideal(needed), claimIn('0'), ancestry)).toBe('lost')
  })

  test('an answer for several children is judged where all of them agree', () => {
    const both = { received: '1:1#70#1=70#2=70,2:1#70#1=70#2=70' }
    expect(splitState(needed, needed, '0', both)).toBe('intact')
    expect(splitState('1:1#60#1=60#2=60', needed, '0', both)).toBe('unknown')
  })

  test('children that answer one by one are judged where all of them agree: one was asked without the token, after a 404/1002', () => {
    const first = { sent: needed, received: '1:1#70#1=70#2=70' }
    const second = { sent: needed, received: '2:1#70#1=70#2=70' }
    const refused = attempt(404, { sent: needed })
    const stateOf = (...tries: Attempt[]) => tokenState(tries, ideal(needed), claimIn('0'), ancestry)
    expect(stateOf(attempt(200, first), attempt(200, second))).toBe('intact')
    expect(stateOf(refused, attempt(200, { ...first, sent: undefined }), attempt(200, second))).toBe('unknown')
  })

  test('without known ancestors it is unknown', () => {
    expect(tokenState([attempt(200, { ...childAnswer, sent: needed })], ideal(needed), claimIn('0'))).toBe('unknown')
  })
})

describe('a claimed version that came without a token', () => {
  test('is unknown where the server issues tokens: no service is accused on a demand that was never told', () => {
    expect(tokenState([attempt(200, { sent: needed })], ideal(needed), claimIn(undefined))).toBe('unknown')
    expect(tokenState([attempt(200)], ideal(needed), claimIn(undefined))).toBe('unknown')
  })
})

describe('a newer version with a lower LSN', () => {
  test('is unknown only against an older version, not against the simple form', () => {
    expect(wireTokenState(new WireToken('0:2#40'), token('0:1#50'), '0')).toBe('unknown')
    expect(wireTokenState(new WireToken('0:2#40'), token('0:50'), '0')).toBe('behind')
    expect(wireTokenState(new WireToken('0:1#40'), token('0:1#50'), '0')).toBe('behind')
    expect(wireTokenState(new WireToken('0:40'), token('0:50'), '0')).toBe('behind')
  })

  test('also when only a local LSN is lower', () => {
    expect(wireTokenState(new WireToken('0:2#60#1=30'), token('0:1#50#1=40'), '0')).toBe('unknown')
  })
})

test('where nothing is needed in the range, any token for it is intact', () => {
  expect(wireTokenState(new WireToken('0:1#1'), token('3:1#9'), '0')).toBe('intact')
  expect(wireTokenState(new WireToken('3:1#9'), token('3:1#9'), '0')).toBe('foreign')
})

test('the token-loss rate counts the uncovering states among the known ones', () => {
  expect(tokenStates.filter((state) => uncovering.has(state))).toEqual(['lost', 'behind', 'foreign', 'malformed'])
  expect(tokenStates.filter(isKnownState)).toEqual(['intact', 'lost', 'behind', 'foreign', 'malformed', 'dropped'])
})
