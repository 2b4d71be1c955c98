import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printSpread, spreadOf } from '../../bench/statistics.ts'

describe('spreadOf', () => {
  test('an odd and an even number of samples, in any order', () => {
    expect(spreadOf([5, 1, 3])).toMatchObject({ median: 3, least: 1, most: 5, lowerQuartile: 2, upperQuartile: 4 })
    expect(spreadOf([4, 1, 2, 3])).toMatchObject({ median: 2.5, lowerQuartile: 1.75, upperQuartile: 3.25, count: 4 })
    expect(spreadOf([7])).toMatchObject({ median: 7, lowerQuartile: 7, upperQuartile: 7 })
  })

  test('nothing measured, or something that is no number, is an error and never a figure', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured')
    expect(() => spreadOf([1, Number.NaN])).toThrow('no number')
    expect(() => spreadOf([1, 1 / 0])).toThrow('no number')
  })

  test('least ≤ lower quartile ≤ median ≤ upper quartile ≤ most, and half of the samples lie on either side', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (samples) => {
        const { least, lowerQuartile, median, upperQuartile, most } = spreadOf(samples)
        const ordered = [least, lowerQuartile, median, upperQuartile, most]
        expect(ordered).toEqual(ordered.toSorted((a, b) => a - b))
        expect(samples.filter((sample) => sample <= median).length * 2).toBeGreaterThanOrEqual(samples.length)
        expect(samples.filter((sample) => sample >= median).length * 2).toBeGreaterThanOrEqual(samples.length)
      }),
    )
  })
})

test('printSpread says how many rounds stand behind a figure', () => {
  expect(printSpread(spreadOf([1, 2, 3]), 1)).toBe('2.0 (middle half 1.5–2.5 of 3 rounds)')
})
