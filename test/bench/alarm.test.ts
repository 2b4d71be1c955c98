import { describe, expect, test } from 'vitest'
import { meanBurnRateDelay, runsToBurnRateAlert } from '../../bench/alarm/burn-rate.ts'
import { information, lordenBound, meanRunsToAlarm, optimumDelay } from '../../bench/alarm/optimum.ts'
import { seededRandom } from '../../src/base/random.ts'

const random = () => seededRandom('bench of the alarm')

describe('what the bench of the alarm compares with', () => {
  test.each([
    [9, 8, 0.02],
    [40, 13, 0.05],
    [61, 20, 0.2],
  ])('CUSUM to %d, %d upwards with chance %d, takes as long as it does when it is simulated', (height, up, rate) => {
    const chance = random()
    const trials = 4000
    let runs = 0
    for (let trial = 0; trial < trials; trial++)
      for (let level = 0; level < height; runs++) level = chance.next() < rate ? level + up : Math.max(0, level - 2)
    const computed = meanRunsToAlarm(height, up, rate)
    expect(runs / trials / computed).toBeGreaterThan(0.93)
    expect(runs / trials / computed).toBeLessThan(1.07)
  })

  test('against a loss of everything: between one wrong run and two in a row', () => {
    // Two in a row come by chance once in 1,001,000 runs, one in 1000.
    expect(optimumDelay(1, 0.001, 1_001_000)).toBeCloseTo(2, 9)
    expect(optimumDelay(1, 0.001, 1000)).toBeCloseTo(1, 9)
    expect(optimumDelay(1, 0.001, 501_000)).toBeCloseTo(1.5, 3)
  })

  test('the bound of Lorden', () => {
    expect(information(1, 0.001)).toBeCloseTo(Math.log(1000), 12)
    expect(lordenBound(1, 0.001, 1e6)).toBeCloseTo(2, 12)
    expect(information(0.2, 0.001)).toBeCloseTo(0.2 * Math.log(200) + 0.8 * Math.log(0.8 / 0.999), 12)
  })

  test('no test that needs to be told the loss beforehand is beaten by one that is told a lesser budget', () => {
    const delays = [1e3, 1e4, 1e5].map((runs) => optimumDelay(0.05, 0.001, runs))
    expect(delays).toEqual(delays.toSorted((a, b) => a - b))
  })

  test('burn rates: six losses in an hour, one of them in the last five minutes', () => {
    const rates = { toleratedRate: 0.001, periodMs: 10_000, scale: 1 }
    expect(runsToBurnRateAlert(rates, 1, random(), 1000)).toBe(6)
    expect(runsToBurnRateAlert({ ...rates, scale: 2 }, 1, random(), 1000)).toBe(11)
    // Thirteen in six hours, two of them in the last half hour: a loss of 1 % never brings six in an hour by the mean.
    expect(meanBurnRateDelay(rates, 0.01, random(), 200)).toBeGreaterThan(500)
  })
})
