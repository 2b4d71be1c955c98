import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { SlidingWindow, WindowFigure } from './window.ts'

const kind = { create: () => ({ sum: 0 }), clear: (slice: { sum: number }) => Object.assign(slice, { sum: 0 }) }
const total = (window: SlidingWindow<{ sum: number }>) => window.live().reduce((sum, slice) => sum + slice.sum, 0)

describe('a sliding window', () => {
  test('holds everything younger than five slices, nothing older than six, whatever happens when', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(steps, async (waits) => {
        const clock = new ManualClock()
        const window = new SlidingWindow(clock, kind, 600, 6)
        const atMs: number[] = []
        for (const wait of waits) {
          await clock.advance(wait)
          window.current().sum++
          atMs.push(clock.nowMs())
        }
        const ages = atMs.map((at) => clock.nowMs() - at)
        expect(total(window)).toBeGreaterThanOrEqual(ages.filter((age) => age < 500).length)
        expect(total(window)).toBeLessThanOrEqual(ages.filter((age) => age < 600).length)
        expect(window.live().length).toBeLessThanOrEqual(6)
      }),
      { numRuns: 50 },
    )
  })

  test('says how much time it covers: at least ten seconds, at most itself', async () => {
    const clock = new ManualClock()
    const window = new SlidingWindow(clock, kind)
    expect(window.coveredMs()).toBe(10_000)
    await clock.advance(30_000)
    expect(window.coveredMs()).toBe(30_000)
    await clock.advance(1_000_000)
    expect(window.coveredMs()).toBeGreaterThanOrEqual(250_000)
    expect(window.coveredMs()).toBeLessThanOrEqual(300_000)
  })
})

test('a figure is what its slices say, however often it was asked for before', async () => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: 400 }), adds: fc.boolean(), asks: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ManualClock()
      const window = new SlidingWindow(clock, kind, 600, 6)
      let workedOut = 0
      const figure = new WindowFigure(window, (slices) => {
        workedOut++
        return slices.reduce((sum, slice) => sum + slice.sum, 0)
      })
      for (const { wait, adds, asks } of steps) {
        await clock.advance(wait)
        if (adds) figure.current().sum++
        if (asks) expect(figure.figure()).toBe(total(window))
      }
      figure.figure()
      const before = workedOut
      expect(figure.figure()).toBe(total(window))
      expect(workedOut).toBe(before)
    }),
    { numRuns: 50 },
  )
})
