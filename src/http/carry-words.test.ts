import { expect, test } from 'vitest'
import type { CarryFault } from '../domain/scenario.ts'
import { carryWords } from './carry-words.ts'

const carry = { kind: 'carry', carrier: 'message', from: 'a', to: 'b', faults: [] } as const
const fault = (changes: Partial<CarryFault>): CarryFault => ({ token: 'lost', share: 1, writesBack: 1, ...changes })

test.each([
  ['token by message', carry],
  ['no token', { ...carry, carrier: 'none' as const }],
  ['token by message (0ms, 20ms)', { ...carry, options: { delayMs: [0, 20] } }],
  ['token by message, 5% older', { ...carry, faults: [fault({ token: 'older', share: 0.05 })] }],
  [
    'token by message, 100% lost after 1m for 30s, 100% swapped after 0ms, 50% corrupted in 1 of 10 runs',
    {
      ...carry,
      faults: [
        fault({ schedule: { kind: 'window', afterMs: 60_000, forMs: 30_000 } }),
        fault({ token: 'swapped', schedule: { kind: 'window', afterMs: 0, forMs: undefined } }),
        fault({ token: 'corrupted', share: 0.5, schedule: { kind: 'every', runs: 10 } }),
      ],
    },
  ],
])('%s', (words, step) => expect(carryWords(step).replaceAll(/\s%/g, '%')).toBe(words))
