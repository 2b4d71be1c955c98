import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aRead, aWrite } from '../../test/arbitraries/histories.ts'
import { seededRandom } from '../base/random.ts'
import type { JourneyEvent, ReadEvent, VisibilityEvent } from './journey.ts'
import type { Observation } from './observation.ts'
import { StalenessCurve, visibilitySamples as samplesOf, type VisibilitySample } from './visibility.ts'

const at = (startedAtMs: number, durationMs: number, of: Observation): Observation => ({
  ...of,
  startedAtMs,
  durationMs,
  attempts: of.attempts.map((attempt) => ({ ...attempt, durationMs })),
})

const visibilitySamples = (run: Parameters<typeof samplesOf>[0]) => samplesOf(run, () => true)

const stood = { configuration: 1, lsn: 1 }
const write = aWrite('a', 7, stood) as Extract<JourneyEvent, { kind: 'write' }>
/** Acknowledged at 110 ms. */
const written: JourneyEvent = { ...write, region: 'West', observation: at(100, 10, write.observation) }

function readAt(startedAtMs: number, changes: Partial<ReadEvent> = {}): ReadEvent {
  const read = aRead('b', 7, stood) as ReadEvent
  return {
    ...read,
    region: 'North',
    observation: at(startedAtMs, 5, read.observation),
    judgement: { verdict: 'fresh' },
    token: 'lost',
    claimedVersion: 7,
    ...changes,
  }
}

const stale = { judgement: { verdict: 'stale', versionsBehind: 2 }, returnedVersion: 5 } as const

const rereads = (startsMs: readonly number[], visibleAfterMs: number | undefined): VisibilityEvent => ({
  kind: 'visibility',
  hop: 'b',
  region: 'North',
  visibleAfterMs,
  observations: startsMs.map((startMs) => at(startMs, 5, (aRead('b', 7, stood) as ReadEvent).observation)),
  requestUnits: 0,
})

describe('the sample of a run', () => {
  const pair = { writeRegion: 'West', readRegion: 'North' }

  test('that read fresh, and when the answered exchange began', () => {
    const read = readAt(130)
    expect(visibilitySamples({ events: [written, read] })).toEqual([
      { ...pair, firstReadMs: 20, missedMs: undefined, seenMs: 20, versionsBehind: 0 },
    ])
    const [attempt] = read.observation.attempts
    const retried = {
      ...read,
      observation: {
        ...read.observation,
        durationMs: 65,
        attempts: [{ ...attempt!, status: 404, substatus: 1002 }, attempt!],
      },
    }
    expect(visibilitySamples({ events: [written, retried] })[0]!.firstReadMs).toBe(80)
  })

  test('that read stale, and whose re-reads saw the write or did not', () => {
    const seen = [written, readAt(120, stale), rereads([130, 150, 190], 90)]
    expect(visibilitySamples({ events: seen })).toEqual([
      { ...pair, firstReadMs: 10, missedMs: 40, seenMs: 80, versionsBehind: 2 },
    ])
    const unseen = [written, readAt(120, stale), rereads([130, 150, 190], undefined)]
    expect(visibilitySamples({ events: unseen })).toEqual([
      { ...pair, firstReadMs: 10, missedMs: 80, seenMs: undefined, versionsBehind: 2 },
    ])
    expect(visibilitySamples({ events: [written, readAt(120, stale)] })[0]).toMatchObject({ missedMs: 10 })
  })

  test('is only the first of a region, and none where a token protected the read or nothing was judged', () => {
    expect(visibilitySamples({ events: [written, readAt(130), readAt(150)] })).toHaveLength(1)
    expect(visibilitySamples({ events: [written, readAt(130, { token: 'intact' })] })).toEqual([])
    expect(visibilitySamples({ events: [written, readAt(130, { token: 'unknown' })] })).toEqual([])
    expect(visibilitySamples({ events: [written, readAt(130, { judgement: { verdict: 'unordered' } })] })).toEqual([])
    expect(visibilitySamples({ events: [readAt(130)] })).toEqual([])
    expect(samplesOf({ events: [written, readAt(130)] }, (hop) => hop !== 'b')).toEqual([])
  })
})

describe('the curve', () => {
  const sample = (changes: Partial<VisibilitySample>): VisibilitySample => ({
    writeRegion: 'West',
    readRegion: 'North',
    firstReadMs: 0,
    missedMs: undefined,
    seenMs: 0,
    versionsBehind: 0,
    ...changes,
  })
  const pointAt = (curve: StalenessCurve, ms: number) =>
    curve.estimate().visibility.find(({ afterMs }) => afterMs === ms)

  test('says nothing of times before anybody read, nor anything without samples', () => {
    const curve = new StalenessCurve()
    expect(curve.estimate()).toEqual({ visibility: [], staleness: [], reads: 0 })
    curve.record(sample({ firstReadMs: 150, seenMs: 150 }))
    expect(curve.estimate().visibility.map(({ afterMs }) => afterMs)[0]).toBe(200)
  })

  test('a write between two re-reads is undecided, and the interval holds either way', () => {
    const curve = new StalenessCurve()
    curve.record(sample({ missedMs: 80, seenMs: 120, versionsBehind: 1 }))
    expect(pointAt(curve, 50)).toMatchObject({ probability: { low: 0, point: 0 }, undecided: 0 })
    expect(pointAt(curve, 100)).toMatchObject({ probability: { low: 0, point: 0.5, high: 1 }, undecided: 1 })
    expect(pointAt(curve, 200)).toMatchObject({ probability: { point: 1, high: 1 }, undecided: 0 })
  })

  test('a write that never showed is undecided from its last re-read on', () => {
    const curve = new StalenessCurve()
    curve.record(sample({ missedMs: 80, seenMs: undefined, versionsBehind: undefined }))
    expect(pointAt(curve, 50)).toMatchObject({ undecided: 0 })
    expect(pointAt(curve, 100)).toMatchObject({ probability: { low: 0, point: 0, high: 1 }, undecided: 1 })
    expect(curve.estimate().staleness.map(({ probability }) => probability.point)).toEqual([0, 0, 0, 0, 0])
  })

  test('finds the distribution that it was drawn from, though late readers come in between', () => {
    const random = seededRandom('visibility')
    const curve = new StalenessCurve()
    const medianMs = 60
    for (let run = 0; run < 4000; run++) {
      const visibleMs = -Math.log2(1 - random.next()) * medianMs
      const firstReadMs = [0, 20, 100, 500][run % 4]!
      if (visibleMs <= firstReadMs) curve.record(sample({ firstReadMs, seenMs: firstReadMs }))
      else {
        let seenMs = firstReadMs
        let missedMs = firstReadMs
        for (let pauseMs = 5; seenMs < visibleMs; pauseMs = Math.min(500, 2 * pauseMs)) {
          missedMs = seenMs
          seenMs += pauseMs
        }
        curve.record(sample({ firstReadMs, missedMs, seenMs, versionsBehind: 1 }))
      }
    }
    for (const { afterMs, probability } of curve.estimate().visibility) {
      const truth = 1 - 2 ** (-afterMs / medianMs)
      expect([afterMs, probability.low - 0.02 <= truth && truth <= probability.high + 0.02]).toEqual([afterMs, true])
    }
  })

  test('bounds hold their point, whatever the samples', () => {
    const times = fc.record({
      firstReadMs: fc.nat(12_000),
      stale: fc.boolean(),
      missedBy: fc.nat(500),
      gapMs: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(times, { maxLength: 30 }), (runs) => {
        const curve = new StalenessCurve()
        for (const { firstReadMs, stale: isStale, missedBy, gapMs } of runs) {
          const missedMs = firstReadMs + missedBy
          curve.record(
            isStale
              ? sample({ firstReadMs, missedMs, seenMs: gapMs && missedMs + gapMs, versionsBehind: 1 })
              : sample({ firstReadMs, seenMs: firstReadMs }),
          )
        }
        for (const { probability, writes, undecided } of curve.estimate().visibility) {
          expect(probability.low).toBeLessThanOrEqual(probability.point + 1e-9)
          expect(probability.point).toBeLessThanOrEqual(probability.high + 1e-9)
          expect(undecided).toBeLessThanOrEqual(writes)
        }
      }),
    )
  })
})
