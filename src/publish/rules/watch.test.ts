import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { watchesOf, watchOf } from './watch.ts'

const minuteMs = 60_000
const unitMs: Record<string, number> = { m: minuteMs, h: 60 * minuteMs, d: 24 * 60 * minuteMs }
const lengthMs = (text: string): number => Number.parseFloat(text) * (unitMs[text.at(-1) ?? ''] ?? Number.NaN)

describe('over how long runs are looked for', () => {
  test('holds five periods, and lets a first run come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 48 * 60 * minuteMs }), (periodMs) => {
        const watch = watchOf(periodMs)!
        expect(lengthMs(watch.window)).toBeGreaterThanOrEqual(5 * periodMs)
        expect(lengthMs(watch.absentFor)).toBeGreaterThanOrEqual(periodMs)
        expect(lengthMs(watch.lateFor)).toBeGreaterThanOrEqual(lengthMs(watch.window))
      }),
    )
  })

  test.each([undefined, 48 * 60 * minuteMs + 1])('is nothing for a period of %s', (periodMs) => {
    expect(watchOf(periodMs)).toBeUndefined()
  })

  test('is asked for once, however many run at that rate', () => {
    const windows = watchesOf([60 * minuteMs, 1000, undefined, 2000]).map(({ window }) => window)
    expect(windows).toEqual(['5m', '6h'])
  })
})
