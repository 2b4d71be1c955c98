import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTraceparent, printTraceparent, runSpanId, runTraceId } from './trace-context.ts'

const hex = (digits: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: digits, maxLength: digits })
    .map((values) => values.map((value) => value.toString(16)).join(''))
    .filter((text) => !/^0+$/.test(text))

describe('the trace of a run', () => {
  test('is found by the id of the run', () => {
    expect(runSpanId('0123456789abcdef')).toBe('0123456789abcdef')
    expect(runTraceId('0123456789abcdef')).toMatch(/^[0-9a-f]{16}0123456789abcdef$/)
    expect(runTraceId('0123456789abcdef')).toBe(runTraceId('0123456789abcdef'))
  })

  test('has a valid id whatever the run is called', () => {
    for (const run of ['run-1', '', '0000000000000000', 'ABCDEF0123456789']) {
      expect(runSpanId(run)).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
      expect(runTraceId(run)).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
    }
  })

  test('spreads over the numbers that samplers make of it', () => {
    const folded = (id: string) =>
      [0, 8, 16, 24].reduce((sum, at) => (sum ^ Number.parseInt(id.slice(at, at + 8), 16)) >>> 0, 0)
    const ids = Array.from({ length: 1000 }, (_, index) => runTraceId(index.toString(16).padStart(16, '5')))
    const lower = ids.filter((id) => folded(id) < 2 ** 31).length
    expect(lower).toBeGreaterThan(400)
    expect(lower).toBeLessThan(600)
  })
})

describe('traceparent', () => {
  test('what is printed is read', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, isSampled) => {
        const context = { traceId, spanId, isSampled }
        expect(parseTraceparent(printTraceparent(context))).toEqual(context)
      }),
    )
  })

  test.each([
    ['none', undefined],
    ['empty', ''],
    ['upper case', '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01'],
    ['no trace', '00-00000000000000000000000000000000-b7ad6b7169203331-01'],
    ['no parent', '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01'],
    ['the forbidden version', 'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['more than this version has', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more'],
    [
      'two of them',
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ],
  ])('%s is no context', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined()
  })

  test('of a later version, the parts that are known count', () => {
    expect(parseTraceparent('cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-what-comes')).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      isSampled: true,
    })
  })
})
