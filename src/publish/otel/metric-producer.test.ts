import { AggregationTemporality, DataPointType, type SumMetricData } from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'
import { publicationFor, runOf, scenarioOf, wallStartMs } from '../../../test/http/support.ts'
import { ManualClock } from '../../base/clock.ts'
import { FamilyProducer } from './metric-producer.ts'

const { CUMULATIVE, DELTA } = AggregationTemporality

function producing(temporality = CUMULATIVE) {
  const clock = new ManualClock(wallStartMs)
  const scenario = scenarioOf('travel-itinerary')
  const publication = publicationFor([scenario], { clock })
  const producer = new FamilyProducer(
    clock,
    () => publication.metrics.readFamilies(),
    () => temporality,
  )
  const collect = async () => {
    const { resourceMetrics, errors } = await producer.collect()
    expect(errors).toEqual([])
    return resourceMetrics.scopeMetrics[0]!.metrics
  }
  const runs = async () => {
    const metric = (await collect()).find(({ descriptor }) => descriptor.name === 'hopwatch.runs') as SumMetricData
    const point = metric.dataPoints.find(
      ({ attributes }) => attributes['hopwatch.arm'] === 'propagated' && attributes['hopwatch.result'] === 'kept',
    )
    return { metric, point }
  }
  return { clock, scenario, publication, collect, runs }
}

const seconds = (ms: number) => [Math.floor(ms / 1000), (ms % 1000) * 1e6]

describe('counters', () => {
  test('are there at zero, and stand as they stand on /metrics', async () => {
    const { publication, runs } = producing()
    expect((await runs()).point?.value).toBe(0)
    for (let run = 0; run < 3; run++) publication.sink.record(runOf())
    const { metric, point } = await runs()
    expect(point?.value).toBe(3)
    expect(point?.attributes).toEqual({
      'hopwatch.scenario': 'travel-itinerary',
      'hopwatch.arm': 'propagated',
      'hopwatch.result': 'kept',
    })
    expect(metric).toMatchObject({
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      aggregationTemporality: CUMULATIVE,
      descriptor: { unit: '{run}' },
    })
  })

  test('cumulative: since the first time that they were told', async () => {
    const { clock, publication, runs } = producing()
    publication.sink.record(runOf())
    await clock.advance(1000)
    await runs()
    publication.sink.record(runOf())
    await clock.advance(1000)
    const { point } = await runs()
    expect(point).toMatchObject({
      value: 2,
      startTime: seconds(wallStartMs),
      endTime: seconds(wallStartMs + 2000),
    })
  })

  test('delta: what was added since the last time', async () => {
    const { clock, publication, runs } = producing(DELTA)
    for (const added of [2, 0, 5]) {
      for (let run = 0; run < added; run++) publication.sink.record(runOf())
      await clock.advance(1000)
      expect((await runs()).point?.value).toBe(added)
    }
    await clock.advance(1000)
    expect((await runs()).point).toMatchObject({ startTime: seconds(wallStartMs + 3000) })
  })

  test('of a scenario that went and came back begin anew', async () => {
    const { clock, scenario, publication, runs, collect } = producing()
    for (let run = 0; run < 3; run++) publication.sink.record(runOf())
    await runs()
    publication.removeScenario(scenario.name)
    await clock.advance(1000)
    const gone = (await collect()).flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes))
    expect(gone.filter((attributes) => attributes['hopwatch.scenario'] === scenario.name)).toEqual([])
    publication.addScenario(scenario)
    publication.sink.record(runOf())
    await clock.advance(1000)
    expect((await runs()).point).toMatchObject({ value: 1, startTime: seconds(wallStartMs + 1000) })
  })
})

test('a ratio that has no samples any more is not told any more', async () => {
  const { clock, publication, collect } = producing()
  publication.sink.record(runOf({ judgement: { verdict: 'stale', versionsBehind: 1 } }))
  const ratio = async () =>
    (await collect()).find(({ descriptor }) => descriptor.name === 'hopwatch.stale_read.ratio')?.dataPoints
  expect(await ratio()).toMatchObject([{ value: 1, attributes: { 'hopwatch.arm': 'propagated' } }])
  await clock.advance(600_000)
  expect(await ratio()).toBeUndefined()
})
