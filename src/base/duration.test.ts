import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['0ms', 0],
    ['250ms', 250],
    ['2s', 2000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    [' 2s ', 2000],
    ['0.5ms', 0.5],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', ' ', '5', '-1s', '1 s', '2S', '2sec', '1e3ms', '.5s', '5.s', '1d', 's', 'NaN', '1s2s', '1,5s'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  test('a decimal is exact: 1.005s is 1005 ms, not 1004.9999999999999', () => {
    expect(parseDuration('1.005s')).toBe(1005)
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [250, '250ms'],
    [1500, '1500ms'],
    [2000, '2s'],
    [90_000, '90s'],
    [300_000, '5m'],
    [7_200_000, '2h'],
    [5_400_000, '90m'],
    [0.5, '0.5ms'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('parse reads back every format', () => {
    const wholeMs = fc.nat()
    const wholeUnits = fc
      .tuple(fc.nat({ max: 1000 }), fc.constantFrom(1000, 60_000, 3_600_000))
      .map(([count, unitMs]) => count * unitMs)
    fc.assert(
      fc.property(fc.oneof(wholeMs, wholeUnits), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })
})
