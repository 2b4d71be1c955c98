import { expect, test } from 'vitest'
import type { Attempt } from '../domain/observation.ts'
import { Recording } from './recording.ts'

const attempt = (requestCharge: number): Attempt => ({
  purpose: 'operation',
  region: 'West Europe',
  status: 200,
  substatus: undefined,
  failure: undefined,
  requestCharge,
  durationMs: 1,
  sent: undefined,
  received: undefined,
})

test('of very many attempts the first and the last are kept, and the others counted', () => {
  const recording = new Recording()
  for (let index = 0; index < 1000; index++) {
    recording.begin()
    recording.end(attempt(index))
  }
  expect(recording.dropped).toBe(744)
  const charges = recording.close().map(({ requestCharge }) => requestCharge)
  expect(charges).toHaveLength(256)
  expect(charges.slice(0, 33)).toEqual([...Array.from({ length: 32 }, (_, index) => index), 776])
  expect(charges.at(-1)).toBe(999)
})

test('is settled when nothing is under way, and closed for what comes later', async () => {
  const recording = new Recording()
  recording.begin()
  expect(recording.isSettled).toBe(false)
  const settled = recording.settled()
  recording.end(undefined)
  await settled
  expect(recording.isSettled).toBe(true)
  recording.begin()
  expect(recording.close()).toEqual([])
  recording.end(attempt(1))
  expect(recording.close()).toEqual([])
})
