import { describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import type { CarryFault } from '../domain/scenario.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { carriedToken } from './carry.ts'
import { type FaultCircumstances, sufferFaults } from './faults.ts'
import { TokenMemory } from './token-memory.ts'

const token = (text: string) => new WireToken(text)

describe('what arrived of what was sent', () => {
  test.each([
    ['nothing-to-carry', undefined, undefined],
    ['lost', '0:1#5#1=5', undefined],
    ['intact', '0:1#5#1=5', '0:1#5#1=5'],
    ['intact', '0:1#5#1=5', '1:1#1#1=1,0:1#6#1=6'],
    ['behind', '0:1#5#1=5', '0:1#4#1=4'],
    ['foreign', '0:1#5#1=5', '1:1#9#1=9'],
    ['malformed', '0:1#5#1=5', '0:1#5#1='],
    ['behind', '0:1#5#1=5,1:1#5#1=5', '0:1#5#1=5,1:1#4#1=4'],
    ['intact', 'damaged', 'damaged'],
  ])('%s', (state, sent, arrived) => {
    expect(carriedToken(sent ? token(sent) : undefined, arrived ? token(arrived) : undefined)).toBe(state)
  })
})

describe('faults', () => {
  const memory = new TokenMemory()
  for (const lsn of [1, 2, 3]) memory.remember(0, token(`0:1#${lsn}#1=${lsn}`))
  memory.remember(1, token('0:1#9#1=9'))
  memory.remember(2, token('7:1#1#1=1'))
  const now = token('0:1#3#1=3')
  const circumstances = { partition: 0, armRun: 0, sinceStartMs: 0, memory, random: seededRandom(1) }
  const suffer = (fault: Partial<CarryFault>, changes: Partial<FaultCircumstances> = {}) => {
    const full: CarryFault = { token: 'lost', share: 1, writesBack: 1, ...fault }
    const { token: left, damage } = sufferFaults(now, [full], { ...circumstances, ...changes })
    return left && damage(left.reveal())
  }

  test('lost', () => expect(suffer({})).toBeUndefined())
  test('older: k writes back', () => expect(suffer({ token: 'older', writesBack: 2 })).toBe('0:1#1#1=1'))
  test('older without enough history leaves the token', () =>
    expect(suffer({ token: 'older', writesBack: 3 })).toBe('0:1#3#1=3'))
  test('swapped prefers a partition of another range', () => expect(suffer({ token: 'swapped' })).toBe('7:1#1#1=1'))
  test("swapped with another user's: the next partition's, whatever its range", () => {
    expect(suffer({ token: 'swapped', with: 'user' })).toBe('0:1#9#1=9')
    expect(suffer({ token: 'swapped', with: 'user' }, { partition: 2 })).toBe('0:1#3#1=3')
  })
  test('truncated: the first bytes', () => expect(suffer({ token: 'truncated', limitBytes: 5 })).toBe('0:1#3'))
  test('duplicated: joined by a comma', () => expect(suffer({ token: 'duplicated' })).toBe('0:1#3#1=3, 0:1#3#1=3'))

  test('corrupted: another text that a header can hold, the same for the same seed', () => {
    const texts = Array.from({ length: 200 }, (_, seed) =>
      suffer({ token: 'corrupted' }, { random: seededRandom(seed) }),
    )
    for (const text of texts) expect(text).toMatch(/^[\x21-\x7e]+$/)
    expect(texts).not.toContain('0:1#3#1=3')
    const states = texts.map((text) => carriedToken(now, token(text!)))
    for (const state of ['malformed', 'behind', 'intact', 'foreign']) expect(states).toContain(state)
    expect(suffer({ token: 'corrupted' }, { random: seededRandom(7) })).toBe(texts[7])
  })

  test('strike in their share of the runs', () => {
    const random = seededRandom('shares')
    let lost = 0
    for (let run = 0; run < 20_000; run++) if (suffer({ share: 0.2 }, { random }) === undefined) lost++
    expect(lost / 20_000).toBeCloseTo(0.2, 1)
  })

  test('strike in one of so many runs of the arm', () => {
    const schedule = { kind: 'every', runs: 3 } as const
    const hits = [0, 1, 2, 3, 4, 5].filter((armRun) => suffer({ schedule }, { armRun }) === undefined)
    expect(hits).toEqual([2, 5])
  })

  test('strike in a window since the first run', () => {
    const schedule = { kind: 'window', afterMs: 60, forMs: 30 } as const
    const hits = [0, 59, 60, 89, 90].filter((sinceStartMs) => suffer({ schedule }, { sinceStartMs }) === undefined)
    expect(hits).toEqual([60, 89])
    const endless = { kind: 'window', afterMs: 60, forMs: undefined } as const
    expect(suffer({ schedule: endless }, { sinceStartMs: 1e9 })).toBeUndefined()
  })

  test('the first that strikes wins, and a schedule moves no later draw', () => {
    const faults: CarryFault[] = [
      { token: 'lost', share: 0.5, writesBack: 1, schedule: { kind: 'every', runs: 1000 } },
      { token: 'duplicated', share: 0.5, writesBack: 1 },
    ]
    const struck = (armRun: number, seed: number) =>
      sufferFaults(now, faults, { ...circumstances, armRun, random: seededRandom(seed) }).struck
    const seeds = Array.from({ length: 50 }, (_, seed) => seed)
    const due = seeds.filter((seed) => struck(999, seed) === 'lost')
    expect(due.length).toBeGreaterThan(10)
    const others = seeds.filter((seed) => !due.includes(seed))
    expect(others.map((seed) => struck(999, seed))).toEqual(others.map((seed) => struck(0, seed)))
  })
})
