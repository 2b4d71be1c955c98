import { describe, expect, test } from 'vitest'
import { integerBelow, logNormal, normal, type Random, seededRandom } from './random.ts'

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.next())

describe('seededRandom', () => {
  test('the same seed gives the same stream', () => {
    expect(draw(seededRandom(42), 100)).toEqual(draw(seededRandom(42), 100))
    expect(draw(seededRandom('42'), 3)).toEqual(draw(seededRandom(42), 3))
  })

  test('the stream of a seed is the same in every release, so that an old replay line still replays', () => {
    expect(draw(seededRandom('replay'), 3)).toEqual([0.44011884229257703, 0.9558864925056696, 0.13515646918676794])
  })

  test('other seeds give other streams', () => {
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => seededRandom(seed).next()))
    expect(firsts.size).toBe(1000)
  })

  test('drawing from a stream does not move its forks', () => {
    const drawnFrom = seededRandom(7)
    draw(drawnFrom, 50)
    expect(draw(drawnFrom.fork('a'), 5)).toEqual(draw(seededRandom(7).fork('a'), 5))
  })

  test('drawing from a fork does not move its parent or its sisters', () => {
    const parent = seededRandom(7)
    const sister = parent.fork('b')
    draw(parent.fork('a'), 50)
    expect(draw(parent, 5)).toEqual(draw(seededRandom(7), 5))
    expect(draw(sister, 5)).toEqual(draw(seededRandom(7).fork('b'), 5))
  })

  test('forks differ by label and by parent', () => {
    const streams = [
      seededRandom(7),
      seededRandom(7).fork('a'),
      seededRandom(7).fork('b'),
      seededRandom(8).fork('a'),
      seededRandom(7).fork('a').fork('a'),
    ].map((random) => draw(random, 4).join())
    expect(new Set(streams).size).toBe(streams.length)
  })

  test('stays in [0, 1) and is roughly uniform', () => {
    const buckets = Array.from({ length: 16 }, () => 0)
    const count = 64_000
    for (const value of draw(seededRandom('uniform'), count)) {
      expect(value >= 0 && value < 1).toBe(true)
      buckets[Math.floor(value * 16)]!++
    }
    const expected = count / 16
    const chiSquare = buckets.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
    // 15 degrees of freedom: 37.7 is passed by chance once in a thousand seeds, and this seed is fixed.
    expect(chiSquare).toBeLessThan(37.7)
  })

  test('two forks of one stream do not follow each other', () => {
    const count = 10_000
    const left = draw(seededRandom(1).fork('left'), count)
    const right = draw(seededRandom(1).fork('right'), count)
    const covariance = left.reduce((sum, x, i) => sum + (x - 0.5) * (right[i]! - 0.5), 0) / count
    expect(Math.abs(covariance * 12)).toBeLessThan(0.04)
  })
})

test('integerBelow reaches every value below its bound and none other', () => {
  const random = seededRandom('below')
  const seen = new Set(Array.from({ length: 500 }, () => integerBelow(random, 5)))
  expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4])
})

test('integerBelow and normal hold at the ends of the unit interval', () => {
  const constant = (value: number): Random => ({ next: () => value, fork: () => constant(value) })
  const largest = 1 - 2 ** -32
  expect(integerBelow(constant(0), 3)).toBe(0)
  expect(integerBelow(constant(largest), 3)).toBe(2)
  expect(Number.isFinite(normal(constant(0)))).toBe(true)
  expect(Number.isFinite(normal(constant(largest)))).toBe(true)
})

test('normal has mean 0 and deviation 1', () => {
  const random = seededRandom('normal')
  const values = Array.from({ length: 20_000 }, () => normal(random))
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.abs(variance - 1)).toBeLessThan(0.05)
})

test('logNormal has the median it is given, and no spread with sigma 0', () => {
  const random = seededRandom('log-normal')
  const values = Array.from({ length: 20_001 }, () => logNormal(random, 40, 0.5)).toSorted((a, b) => a - b)
  expect(Math.abs(values[10_000]! - 40)).toBeLessThan(1)
  expect(values[0]).toBeGreaterThan(0)
  expect(logNormal(random, 40, 0)).toBe(40)
})
