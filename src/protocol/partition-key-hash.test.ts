import { describe, expect, test } from 'vitest'
import { effectivePartitionKey, evenRangeBounds } from './partition-key-hash.ts'

describe('effective partition key', () => {
  // Printed by @azure/cosmos 4.10.1, utils/hashing/v2.js and multiHash.js.
  test.each([
    [['customer-17'], '120B0F6C9CF1E76F3144B13A89775AA3'],
    [[''], '32E9366E637A71B4E710384B2F4970A0'],
    [['é漢字🙂'], '11F6A76802E47D6092A9AD1A28FAD083'],
    [['x'.repeat(40)], '2BA5636E640ADF909D2628D73E44B2EC'],
    [['fifteen-bytes!'], '2F2F2C4FE34A7F3FF5B25F7DDAEA3114'],
    [[42], '08E6D561F6FD951DCC25E7E4EA2884B5'],
    [[-0.5], '04C8191FC18308BCB37FDA5DCC5C9768'],
    [[true], '0E711127C5B5A8E4726AC6DD306A3E59'],
    [[false], '2FE1BE91E90A3439635E0E9E37361EF2'],
    [[null], '378867E4430E67857ACE5C908374FE16'],
    [[undefined], '11622DAA78F835834610ABE56EFF5CB5'],
    [
      ['tenant', 7, true],
      '3B67F777541374F849FC7793DE5DF91536ECBAF0D9CC21F10F0938014BB527390E711127C5B5A8E4726AC6DD306A3E59',
    ],
  ])('of %j is the SDK’s', (key, expected) => {
    expect(effectivePartitionKey(key)).toBe(expected)
  })

  test('spreads keys over even ranges', () => {
    const bounds = evenRangeBounds(4)
    expect(bounds).toEqual(['', '10000000', '20000000', '30000000'])
    const counts = bounds.map(() => 0)
    for (let i = 0; i < 4000; i++) {
      const key = effectivePartitionKey([`user-${i}`])
      counts[bounds.findLastIndex((bound) => bound <= key)]!++
    }
    for (const count of counts) expect(count).toBeGreaterThan(850)
  })
})
