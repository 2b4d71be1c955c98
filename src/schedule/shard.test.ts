import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOnShard, parseShard, printShard, shardOf } from './shard.ts'

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/)
const counts = fc.integer({ min: 1, max: 12 })

describe('sharding', () => {
  test('each scenario is on exactly one shard', () => {
    fc.assert(
      fc.property(name, counts, (scenario, count) => {
        const shards = Array.from({ length: count }, (_, index) => index)
        expect(shards.filter((index) => isOnShard(scenario, { index, count }))).toHaveLength(1)
      }),
    )
  })

  test('a further shard takes some, and nothing moves between the others', () => {
    fc.assert(
      fc.property(name, counts, (scenario, count) => {
        const after = shardOf(scenario, count + 1)
        expect([count, shardOf(scenario, count)]).toContain(after)
      }),
    )
  })

  test('shares are even, and what moves is the share of the new shard', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `scenario-${index}`)
    for (const count of [2, 3, 5]) {
      const share = (index: number, of: number) => names.filter((each) => shardOf(each, of) === index).length
      for (let index = 0; index < count; index++) expect(share(index, count) * count).toBeGreaterThan(2700)
      const moved = names.filter((each) => shardOf(each, count) !== shardOf(each, count + 1)).length
      expect(Math.abs(moved - 3000 / (count + 1))).toBeLessThan(120)
    }
  })

  test('where a scenario is does not change from version to version', () => {
    const names = ['travel-itinerary', 'enrollment', 'mobile-sync', 'checkout', 'a', 'b', 'c', 'd']
    expect(names.map((each) => shardOf(each, 3))).toEqual([2, 2, 0, 0, 0, 2, 1, 2])
    expect(names.map((each) => shardOf(each, 4))).toEqual([2, 2, 0, 0, 0, 2, 1, 2])
    expect(names.map((each) => shardOf(each, 1))).toEqual(names.map(() => 0))
  })
})

describe('what --shard says', () => {
  test.each([
    ['0/3', 'any', '0/3'],
    ['2/3', 'any', '2/3'],
    ['auto/3', 'hopwatch-1', '1/3'],
    ['auto/12', 'my-hopwatch-11.hopwatch.monitoring.svc', '11/12'],
  ])('%s on %s is %s', (text, hostname, expected) => {
    const shard = parseShard(text, hostname)
    expect('problem' in shard ? shard : printShard(shard)).toBe(expected)
  })

  test.each([
    ['3/3', 'any', 'The shards of 3 are numbered 0 to 2.'],
    ['auto/3', 'hopwatch-3', 'The host is named hopwatch-3, but the shards of 3 are numbered 0 to 2.'],
    ['auto/3', 'laptop', 'The name of this host, laptop, does not end in a number as hopwatch-0 does. Write 0/3.'],
    ['1/0', 'any', /such as 0\/3/],
    ['-1/3', 'any', /such as 0\/3/],
    ['1', 'any', /such as 0\/3/],
    ['1/3/5', 'any', /such as 0\/3/],
    ['', 'any', /such as 0\/3/],
  ])('%s on %s is refused', (text, hostname, problem) => {
    const shard = parseShard(text, hostname)
    expect(shard).toEqual({ problem: typeof problem === 'string' ? problem : expect.stringMatching(problem) })
  })
})
