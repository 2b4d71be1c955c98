import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterThrottled, leastShare, shareAt, unthrottled } from './throttle.ts'

test('half the runs after 429, once for one congestion, and all of them again after a while without', () => {
  const backedOff = afterThrottled(unthrottled, 10_000)
  expect(shareAt(backedOff, 10_000)).toBe(0.5)
  expect(shareAt(afterThrottled(backedOff, 10_500), 10_500)).toBeCloseTo(0.51)
  expect(shareAt(afterThrottled(backedOff, 11_000), 11_000)).toBeCloseTo(0.26)
  expect(shareAt(backedOff, 10_000 + 25_000)).toBe(1)
})

test('never less than a trickle, never more than all, and whole again within a minute of the last 429', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 60 }), (pausesMs) => {
      let state = unthrottled
      let nowMs = 0
      for (const pauseMs of pausesMs) {
        nowMs += pauseMs
        state = afterThrottled(state, nowMs)
        expect(shareAt(state, nowMs)).toBeGreaterThanOrEqual(leastShare)
        expect(shareAt(state, nowMs)).toBeLessThanOrEqual(1)
      }
      expect(shareAt(state, nowMs + 60_000)).toBe(1)
    }),
  )
})
