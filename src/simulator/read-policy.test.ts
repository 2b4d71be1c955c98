import { describe, expect, test } from 'vitest'
import { type RangeView, readPolicies } from './read-policy.ts'

const view = (more: Partial<RangeView> = {}): RangeView => {
  const positions = [7, 9, 9, 9]
  return {
    newest: () => ({ lsn: 10 }),
    chosen: 0,
    demand: undefined,
    position: (replica) => ({ lsn: positions[replica]!, replica }),
    bound: () => ({ lsn: 0 }),
    ...more,
  }
}

describe('read policies', () => {
  test('Strong answers from the newest acknowledged commit, wherever the replicas stand', () => {
    expect(readPolicies.Strong(view())).toEqual({ lsn: 10 })
  })

  test('BoundedStaleness takes any replica within the bound, else a state at the bound', () => {
    expect(readPolicies.BoundedStaleness(view({ bound: () => ({ lsn: 7 }) }))).toEqual({ lsn: 7, replica: 0 })
    expect(readPolicies.BoundedStaleness(view({ bound: () => ({ lsn: 8 }) }))).toEqual({ lsn: 8 })
  })

  test('Session without a token for the range takes any replica', () => {
    expect(readPolicies.Session(view())).toEqual({ lsn: 7, replica: 0 })
  })

  test('Session with a token takes the next replica that is far enough', () => {
    expect(readPolicies.Session(view({ demand: { lsn: 7 } }))).toEqual({ lsn: 7, replica: 0 })
    expect(readPolicies.Session(view({ demand: { lsn: 8 } }))).toEqual({ lsn: 9, replica: 1 })
    expect(readPolicies.Session(view({ demand: { lsn: 8 }, chosen: 3 }))).toEqual({ lsn: 9, replica: 3 })
  })

  test('Session with a token that no replica here meets answers nothing', () => {
    expect(readPolicies.Session(view({ demand: { lsn: 10 } }))).toBe('not-yet')
  })

  test('ConsistentPrefix and Eventual take any replica and know no token', () => {
    for (const level of ['ConsistentPrefix', 'Eventual'] as const) {
      expect(readPolicies[level](view({ demand: { lsn: 10 } }))).toEqual({ lsn: 7, replica: 0 })
    }
  })
})
