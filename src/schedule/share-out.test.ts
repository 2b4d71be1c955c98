import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shareOut } from './share-out.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

test('equal parts, and what one has no room for goes to the others', () => {
  expect(shareOut([100, 100, 100], 30)).toEqual([10, 10, 10])
  expect(shareOut([2, 100, 100], 30)).toEqual([2, 14, 14])
  expect(shareOut([1, 2, 3], 30)).toEqual([1, 2, 3])
  expect(shareOut([], 30)).toEqual([])
})

test('all of it is shared that anybody has room for, and nobody gets less than somebody who could have got less', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 8 }),
      fc.double({ min: 0, max: 5000, noNaN: true }),
      (rooms, amount) => {
        const parts = shareOut(rooms, amount)
        expect(sum(parts)).toBeCloseTo(Math.min(amount, sum(rooms)), 6)
        parts.forEach((part, index) => {
          expect(part).toBeLessThanOrEqual(rooms[index]!)
          // Whoever is not full has as much as anybody.
          if (part < rooms[index]! - 1e-9) expect(part).toBeGreaterThanOrEqual(Math.max(...parts) - 1e-6)
        })
      },
    ),
  )
})
