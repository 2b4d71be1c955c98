import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planTick, type Tick } from './plan-tick.ts'

const onTime: Tick = { dueMs: 100, nowMs: 100, olderTicks: 0, isRunning: false, isPaused: false, hasBudget: true }

describe('a tick that comes due', () => {
  test.each([
    ['runs', {}, { run: true, lagMs: 0, missed: [] }],
    ['runs late by its lag', { nowMs: 130 }, { run: true, lagMs: 30, missed: [] }],
    [
      'is missed while the run before goes on',
      { isRunning: true },
      { run: false, lagMs: 0, missed: [{ reason: 'overlap', count: 1 }] },
    ],
    [
      'is missed without budget',
      { hasBudget: false },
      { run: false, lagMs: 0, missed: [{ reason: 'budget', count: 1 }] },
    ],
    ['is missed while paused', { isPaused: true }, { run: false, lagMs: 0, missed: [{ reason: 'paused', count: 1 }] }],
    [
      'leaves older ticks behind as late',
      { olderTicks: 3 },
      { run: true, lagMs: 0, missed: [{ reason: 'late', count: 3 }] },
    ],
    [
      'counts older ticks and its own obstacle apart',
      { olderTicks: 2, isRunning: true },
      {
        run: false,
        lagMs: 0,
        missed: [
          { reason: 'late', count: 2 },
          { reason: 'overlap', count: 1 },
        ],
      },
    ],
  ] as const)('%s', (_, change, decision) => {
    expect(planTick({ ...onTime, ...change })).toEqual(decision)
  })

  test('every tick becomes a run or is counted as missed, exactly once', () => {
    fc.assert(
      fc.property(
        fc.record({
          dueMs: fc.nat(),
          nowMs: fc.nat(),
          olderTicks: fc.nat(50),
          isRunning: fc.boolean(),
          isPaused: fc.boolean(),
          hasBudget: fc.boolean(),
        }),
        (tick) => {
          const { run, missed } = planTick(tick)
          const missedCount = missed.reduce((sum, { count }) => sum + count, 0)
          expect(missedCount + (run ? 1 : 0)).toBe(tick.olderTicks + 1)
        },
      ),
    )
  })
})
