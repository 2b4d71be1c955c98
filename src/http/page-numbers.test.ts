import { expect, test } from 'vitest'
import { printAge, printInterval, printMs, printRate, printShare, unknownFigure } from './page-numbers.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

test.each([
  [0, '0 %'],
  [0.00001, '< 0.01 %'],
  [0.0123, '1.23 %'],
  [0.33333, '33.3 %'],
  [0.9996, '99.96 %'],
  [0.99999, '> 99.99 %'],
  [1, '100 %'],
])('a share of %d is %s', (share, printed) => {
  expect(plain(printShare(share))).toBe(printed)
})

test('an interval names its unit once', () => {
  expect(plain(printInterval({ low: 0, point: 0.01, high: 0.05 }))).toBe('0–5 %')
})

test.each([
  [0.5, '0.5 ms'],
  [12.4, '12 ms'],
  [1234, '1.23 s'],
  [undefined, unknownFigure],
])('%s ms is %s', (ms, printed) => {
  expect(plain(printMs(ms))).toBe(printed)
})

test.each([
  [0, '0 s'],
  [89_000, '89 s'],
  [100_000, '1 min'],
  [3 * 3_600_000, '3 h'],
  [72 * 3_600_000, '3 d'],
  [-5, '0 s'],
])('%d ms ago is %s', (ms, printed) => {
  expect(printAge(ms)).toBe(printed)
})

test('what nobody measured is not 0', () => {
  expect(printRate(undefined)).toBe(unknownFigure)
})
