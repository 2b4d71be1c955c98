import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rateDifference } from './rate-difference.ts'

describe('the difference of two rates', () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 10, 0.6075, 1],
  ])('%i/%i against %i/%i', (a, m, b, n, low, high) => {
    const found = rateDifference({ events: a, total: m }, { events: b, total: n })
    expect(found?.point).toBeCloseTo(a / m - b / n, 10)
    expect(found?.low).toBeCloseTo(low, 3)
    expect(found?.high).toBeCloseTo(high, 3)
  })

  test('nothing is known while one side was never sampled', () => {
    expect(rateDifference({ events: 0, total: 0 }, { events: 1, total: 2 })).toBeUndefined()
    expect(rateDifference({ events: 1, total: 2 }, { events: 0, total: 0 })).toBeUndefined()
  })

  test('low ≤ point ≤ high within −1…1, and it turns round with its sides', () => {
    const counted = fc
      .record({ total: fc.integer({ min: 1, max: 5000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ total, share }) => ({ total, events: Math.round(total * share) }))
    fc.assert(
      fc.property(counted, counted, (left, right) => {
        const there = rateDifference(left, right)!
        const back = rateDifference(right, left)!
        expect(there.low).toBeLessThanOrEqual(there.point)
        expect(there.point).toBeLessThanOrEqual(there.high)
        expect(there.low).toBeGreaterThanOrEqual(-1)
        expect(there.high).toBeLessThanOrEqual(1)
        expect(back.low).toBeCloseTo(-there.high, 12)
      }),
    )
  })
})
