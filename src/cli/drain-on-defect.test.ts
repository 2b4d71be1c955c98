import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ManualClock } from '../base/clock.ts'
import { drainOnDefect, placeOfDefect } from './drain-on-defect.ts'

const logger = pino({ level: 'silent' })
const defect = new Error('a defect')
const fail = () => Promise.reject(defect)

test('a drain that never ends keeps no process with a defect: it is waited for within a bound', async () => {
  const clock = new ManualClock()
  const never = { drain: () => new Promise<void>(() => {}) }
  let thrown: unknown
  const drained = drainOnDefect(never, { clock, logger, graceMs: () => 10_000 }, fail).catch((error: unknown) => {
    thrown = error
  })
  await clock.advance(0)
  await clock.advance(10_000)
  expect(thrown).toBeUndefined()
  await clock.advance(5000)
  await drained
  expect(thrown).toBe(defect)
})

test('a drain that fails hides no defect, and work that ends well drains nothing', async () => {
  const options = { clock: new ManualClock(), logger, graceMs: () => 0 }
  const given: number[] = []
  const failing = {
    drain: (graceMs: number) => {
      given.push(graceMs)
      return Promise.reject(new Error('cannot stop'))
    },
  }
  await drainOnDefect(failing, options, () => Promise.resolve())
  expect(given).toEqual([])
  await expect(drainOnDefect(failing, options, fail)).rejects.toBe(defect)
  expect(given).toEqual([0])
})

test('the place of a defect holds no line of its message', () => {
  const place = placeOfDefect(new TypeError('cannot sign\nAccountKey=c2VjcmV0\nand more'))
  expect(place).toMatch(/^TypeError\n\s+at /)
  expect(place).not.toMatch(/sign|AccountKey|more/)
  expect(placeOfDefect('no error')).toBe('')
})
