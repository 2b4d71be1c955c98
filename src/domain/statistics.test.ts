import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clopperPearson, type Interval, wilson } from './statistics.ts'

const bounds = (interval: Interval | undefined) => [interval?.low, interval?.high].map((x) => Number(x?.toFixed(4)))

/** R. G. Newcombe, Statistics in Medicine 17 (1998), table I, methods 3 and 5; n = 10 is the usual textbook example. */
const published = [
  { events: 81, total: 263, wilson: [0.2553, 0.3662], exact: [0.2527, 0.3676] },
  { events: 15, total: 148, wilson: [0.0624, 0.1605], exact: [0.0578, 0.1617] },
  { events: 0, total: 20, wilson: [0, 0.1611], exact: [0, 0.1684] },
  { events: 1, total: 29, wilson: [0.0061, 0.1718], exact: [0.0009, 0.1776] },
  { events: 0, total: 10, wilson: [0, 0.2775], exact: [0, 0.3085] },
  { events: 1, total: 10, wilson: [0.0179, 0.4042], exact: [0.0025, 0.445] },
  { events: 5, total: 10, wilson: [0.2366, 0.7634], exact: [0.1871, 0.8129] },
  { events: 10, total: 10, wilson: [0.7225, 1], exact: [0.6915, 1] },
]

describe.each(published)('$events of $total', ({ events, total, wilson: score, exact }) => {
  test('Wilson, as published', () => expect(bounds(wilson(events, total))).toEqual(score))
  test('Clopper-Pearson, as published', () => expect(bounds(clopperPearson(events, total))).toEqual(exact))
})

test('nothing is known of a rate that nobody sampled', () => {
  expect(wilson(0, 0)).toBeUndefined()
  expect(clopperPearson(0, 0)).toBeUndefined()
})

/** P(X = k), X ~ Binomial(n, p), multiplied out: good for the small n of these tests. */
function binomialAt(k: number, n: number, p: number): number {
  let choose = 1
  for (let i = 1; i <= k; i++) choose = (choose * (n - k + i)) / i
  return choose * p ** k * (1 - p) ** (n - k)
}
const atLeast = (k: number, n: number, p: number) => {
  let sum = 0
  for (let i = k; i <= n; i++) sum += binomialAt(i, n, p)
  return sum
}

const counts = fc.integer({ min: 1, max: 60 }).chain((total) => fc.tuple(fc.nat(total), fc.constant(total)))

describe('Clopper-Pearson', () => {
  test('leaves 2.5 % in each tail, by the binomial sum itself', () => {
    fc.assert(
      fc.property(counts, ([events, total]) => {
        const { low, high } = clopperPearson(events, total)!
        if (events > 0) expect(atLeast(events, total, low)).toBeCloseTo(0.025, 10)
        if (events < total) expect(1 - atLeast(events + 1, total, high)).toBeCloseTo(0.025, 10)
      }),
      { numRuns: 300 },
    )
  })

  test('covers every true rate at least 95 times in a hundred', () => {
    for (const total of [1, 2, 5, 10, 20, 50]) {
      const intervals = Array.from({ length: total + 1 }, (_, events) => clopperPearson(events, total)!)
      for (let p = 0.005; p < 1; p += 0.005) {
        const coverage = intervals.reduce(
          (sum, { low, high }, events) => (low <= p && p <= high ? sum + binomialAt(events, total, p) : sum),
          0,
        )
        expect(coverage, `n = ${total}, p = ${p}`).toBeGreaterThanOrEqual(0.95)
      }
    }
  })

  test('asked for 99 %, it leaves half a percent in each tail', () => {
    const { low, high } = clopperPearson(3, 12, 0.99)!
    expect(atLeast(3, 12, low)).toBeCloseTo(0.005, 10)
    expect(1 - atLeast(4, 12, high)).toBeCloseTo(0.005, 10)
  })

  test.each([1, 1000, 1e6, 1e8])('with no event or nothing but events, the closed form holds: n = %d', (total) => {
    const closed = -Math.expm1(Math.log(0.025) / total)
    expect(clopperPearson(0, total)!.high / closed).toBeCloseTo(1, 6)
    expect((1 - clopperPearson(total, total)!.low) / closed).toBeCloseTo(1, 6)
  })

  test.each([1e4, 1e6, 1e8])('is finite, ordered and near Wilson for large counts: n = %d', (total) => {
    for (const share of [0.001, 0.3, 0.5, 0.999]) {
      const events = Math.round(total * share)
      const { low, point, high } = clopperPearson(events, total)!
      expect(low < point && point < high).toBe(true)
      const score = wilson(events, total)!
      // Both half-widths are 1.96 deviations; they differ by a term of the order of one event.
      expect(Math.abs(low - score.low)).toBeLessThan(3 / total)
      expect(Math.abs(high - score.high)).toBeLessThan(3 / total)
    }
  })

  test('one event in a million has a bound on each side', () => {
    const { low, high } = clopperPearson(1, 1e6)!
    expect(low / -Math.expm1(Math.log1p(-0.025) / 1e6)).toBeCloseTo(1, 6)
    // 5.5716 is half the 97.5th percentile of chi-square with 4 degrees of freedom, the Poisson bound.
    expect(high * 1e6).toBeCloseTo(5.5716, 3)
  })
})

describe.each([
  ['wilson', wilson],
  ['clopperPearson', clopperPearson],
] as const)('%s', (_name, interval) => {
  const any = fc.integer({ min: 1, max: 1_000_000 }).chain((total) => fc.tuple(fc.nat(total), fc.constant(total)))

  test('stays in [0, 1] and holds its point', () => {
    fc.assert(
      fc.property(any, ([events, total]) => {
        const { low, point, high } = interval(events, total)!
        expect(0 <= low && low <= point && point <= high && high <= 1).toBe(true)
        expect(point).toBe(events / total)
      }),
    )
  })

  test('turned round, is the interval of the other outcome', () => {
    fc.assert(
      fc.property(counts, ([events, total]) => {
        const here = interval(events, total)!
        const there = interval(total - events, total)!
        expect(here.low).toBeCloseTo(1 - there.high, 10)
        expect(here.high).toBeCloseTo(1 - there.low, 10)
      }),
    )
  })

  test('narrows as the sample grows', () => {
    fc.assert(
      fc.property(counts, ([events, total]) => {
        const few = interval(events, total)!
        const many = interval(events * 10, total * 10)!
        expect(many.high - many.low).toBeLessThan(few.high - few.low)
      }),
    )
  })

  test('another event moves both bounds up', () => {
    fc.assert(
      fc.property(counts, ([events, total]) => {
        fc.pre(events < total)
        const here = interval(events, total)!
        const next = interval(events + 1, total)!
        expect(next.low > here.low && next.high > here.high).toBe(true)
      }),
    )
  })

  test('starts at exactly 0 with no event and ends at exactly 1 with nothing else', () => {
    for (const total of [1, 7, 1000, 999_983]) {
      expect(interval(0, total)!.low).toBe(0)
      expect(interval(total, total)!.high).toBe(1)
    }
  })
})
