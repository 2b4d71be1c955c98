import { describe, expect, test } from 'vitest'
import { rawToken, runOf } from '../../test/http/support.ts'
import { ManualClock } from '../base/clock.ts'
import type { FinishedRun, Sink } from '../domain/journey.ts'
import { fanOut } from './fan-out.ts'
import { createLogger } from './logger.ts'

const broken: Sink = {
  record: () => {
    throw new Error(`full of ${rawToken}`)
  },
  missed: () => {
    throw new Error('full')
  },
}

describe('fan-out', () => {
  test('a sink that throws stops neither the others nor the run; it is counted each time and logged once a minute', async () => {
    const clock = new ManualClock()
    const text: string[] = []
    const errors: string[] = []
    const taken: FinishedRun[] = []
    const logger = createLogger({ level: 'info', destination: { write: (line) => void text.push(line) } })
    const sink = fanOut(
      [
        { name: 'broken', sink: broken },
        { name: 'good', sink: { record: (run) => void taken.push(run), missed: () => {} } },
      ],
      { clock, logger, onError: (name) => errors.push(name) },
    )
    for (let i = 0; i < 5; i++) sink.record(runOf({ id: `${i}` }))
    sink.missed('travel-itinerary', 'late', 1)
    expect(taken).toHaveLength(5)
    expect(errors).toEqual(Array.from({ length: 6 }, () => 'broken'))
    expect(text).toHaveLength(1)
    expect(text[0]).not.toContain(rawToken)
    await clock.advance(60_000)
    sink.record(runOf())
    expect(text).toHaveLength(2)
  })
})
