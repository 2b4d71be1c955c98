import { describe, expect, test } from 'vitest'
import { scenarioOf } from '../../../test/http/support.ts'
import { expectedDelayRuns } from '../alarm-delay.ts'
import { alarmPlan } from '../alarm-observation.ts'
import { planScenario } from './plan-scenario.ts'

const context = {
  periodMs: 10_000,
  falseAlarmEveryMs: 90 * 86_400_000,
  prices: { perHundredAnHour: 0.01, perMillion: 0.5, regions: 2 },
}
/** 12 RU a run where the token is carried, 20 RU in the control arm of a tenth of the runs. */
const measured = [
  { arm: 'propagated', runs: 9, requestUnits: 108, reads: 9 },
  { arm: 'control', runs: 1, requestUnits: 20, reads: 1 },
]
const scenario = scenarioOf('travel-itinerary')

describe('the plan of a scenario', () => {
  test('weighs the arms by their shares, and tells request units, reads and cost a day', () => {
    const { requestUnits, ...plan } = planScenario(scenario, measured, context)
    expect(plan).toMatchObject({ runsADay: 8640, readsADay: 8640, remarks: [] })
    expect(requestUnits?.perRun).toBeCloseTo(12.8)
    expect(requestUnits?.perSecond).toBeCloseTo(1.28)
    expect(requestUnits?.perDay).toBeCloseTo(110_592)
    expect(requestUnits?.budgetShare).toBeCloseTo(1.28 / 50)
    expect(requestUnits?.cost.provisioned).toBeCloseTo((1.28 / 100) * 0.01 * 24 * 2)
    expect(requestUnits?.cost.serverless).toBeCloseTo(0.110592 * 0.5)
  })

  test('an arm that was not measured is taken for the others', () => {
    const plan = planScenario(scenario, [measured[0]!, { arm: 'control', runs: 0, requestUnits: 0, reads: 0 }], context)
    expect(plan.requestUnits?.perRun).toBeCloseTo(12)
  })

  test('a budget that is too small leaves out runs, and what is lost is noticed later', () => {
    const bounded = { ...scenario, budget: { requestUnitsPerSecond: 0.64 } }
    const plan = planScenario(bounded, measured, context)
    expect(plan.runsADay).toBeCloseTo(4320)
    expect(plan.requestUnits).toMatchObject({ budgetShare: expect.closeTo(2), perSecond: expect.closeTo(0.64) })
    expect(plan.remarks).toEqual(['the budget of 0.64 RU/s lets only 50 % of the runs happen'])
    const roomy = planScenario(scenario, measured, context)
    expect(plan.detection![0]!.afterMs!).toBeGreaterThan(roomy.detection![0]!.afterMs! * 1.5)
  })

  test('tells what the alarm itself tells of a loss, counting only the runs that are watched', () => {
    const { detection } = planScenario(scenario, measured, context)
    const runs = expectedDelayRuns(alarmPlan(scenario, 'tokenLoss', context)!, 0.05)!
    expect(detection?.map(({ loss }) => loss)).toEqual([1, 0.2, 0.05, 0.01])
    expect(detection?.[2]).toEqual({ loss: 0.05, runs, afterMs: (runs * 10_000) / 0.9 })
  })

  test('a loss that is tolerated is never noticed; an alarm that is off notices none', () => {
    const tolerant = (tokenLoss: number) =>
      planScenario({ ...scenario, objectives: { ...scenario.objectives, tokenLoss } }, measured, context).detection
    expect(tolerant(0.05)?.map(({ afterMs }) => afterMs === undefined)).toEqual([false, false, true, true])
    expect(tolerant(1)).toBeUndefined()
  })

  test('what services of the user spend is not known', () => {
    const plan = planScenario({ ...scenario, budget: undefined }, undefined, context)
    expect(plan).toMatchObject({ requestUnits: undefined, readsADay: 8640 })
    expect(plan.remarks).toEqual(['what your own services spend is not seen from here'])
  })
})
