import { describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { WireToken } from '../protocol/wire-token.ts'
import { carriedToken } from './carry.ts'
import { sufferFaults } from './faults.ts'
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
  const suffer = (kind: 'lost' | 'older' | 'swapped', writesBack = 1) =>
    sufferFaults(now, [{ token: kind, share: 1, writesBack }], 0, memory, seededRandom(1))?.reveal()

  test('lost', () => expect(suffer('lost')).toBeUndefined())
  test('older: k writes back', () => expect(suffer('older', 2)).toBe('0:1#1#1=1'))
  test('older without enough history leaves the token', () => expect(suffer('older', 3)).toBe('0:1#3#1=3'))
  test('swapped prefers a partition of another range', () => expect(suffer('swapped')).toBe('7:1#1#1=1'))

  test('strike in their share of the runs', () => {
    const random = seededRandom('shares')
    let lost = 0
    for (let run = 0; run < 20_000; run++) {
      if (sufferFaults(now, [{ token: 'lost', share: 0.2, writesBack: 1 }], 0, memory, random) === undefined) lost++
    }
    expect(lost / 20_000).toBeCloseTo(0.2, 1)
  })
})
