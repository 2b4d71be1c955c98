import { describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../test/http/support.ts'
import { alarmPlan, observeRun, toleratedRate } from './alarm-observation.ts'
import type { FinishedRun } from './journey.ts'

const carry = { from: 'gateway', to: 'itinerary', carrier: 'header' }
const hop = { hop: 'itinerary', region: 'North Europe' }
const stale = { verdict: 'stale', versionsBehind: 1 } as const
/** Several reads in one run. */
const joined = (...runs: readonly FinishedRun[]): FinishedRun => ({
  ...runs[0]!,
  events: runs.flatMap((run) => run.events),
})

describe('what one run says', () => {
  test.each([
    ['a token that arrived', runOf(), 0, []],
    ['a carry that lost it', runOf({ token: 'lost', carried: 'lost' }), 1, [carry]],
    ['a client that lost it: the hop is named', runOf({ token: 'lost' }), 1, [hop]],
    ['a token of another partition', runOf({ token: 'foreign', carried: 'foreign' }), 1, [carry]],
    ['one read of two', joined(runOf(), runOf({ token: 'behind' })), 0.5, [hop]],
    ['a silent downgrade, which is not the journey’s loss', runOf({ token: 'dropped' }), 0, []],
  ])('of tokens: %s', (_, run, wrong, suspects) => {
    expect(observeRun(run, 'tokenLoss')).toEqual({ wrong, suspects })
  })

  test.each(['unknown', 'unsupported', 'unclaimed'] as const)('of tokens: nothing, where the state is %s', (token) => {
    expect(observeRun(runOf({ token }), 'tokenLoss')).toBeUndefined()
  })

  test('a token that is unknown in one read says nothing for or against the others', () => {
    expect(observeRun(joined(runOf({ token: 'unknown' }), runOf({ token: 'lost' })), 'tokenLoss')?.wrong).toBe(1)
  })

  test('of staleness: the carry that lost the token is to blame, else the hop that read', () => {
    const lost = runOf({ judgement: stale, token: 'lost', carried: 'lost' })
    expect(observeRun(lost, 'staleReads')).toEqual({ wrong: 1, suspects: [carry] })
    expect(observeRun(runOf({ judgement: stale }), 'staleReads')).toEqual({ wrong: 1, suspects: [hop] })
    expect(observeRun(runOf({ token: 'lost', carried: 'lost' }), 'staleReads')).toEqual({ wrong: 0, suspects: [] })
  })

  test('of staleness: nothing, where nothing was judged', () => {
    const failed = runOf({ judgement: { verdict: 'failed', reason: 'timeout' } })
    expect(observeRun(failed, 'staleReads')).toBeUndefined()
  })
})

describe('the plan', () => {
  const rhythm = { periodMs: 10_000, falseAlarmEveryMs: 7_776_000_000 }

  test('both alarms of a scenario together raise no more than one false alarm in the time declared', () => {
    const scenario = scenarioOf('travel-itinerary')
    const plans = (['tokenLoss', 'staleReads'] as const).map((kind) => alarmPlan(scenario, kind, rhythm)!)
    // Nine tenths of the runs carry the token; the others are not watched.
    const alarmsPerRun = plans.reduce((sum, { runsPerFalseAlarm }) => sum + 1 / runsPerFalseAlarm, 0)
    expect(1 / alarmsPerRun).toBeCloseTo(777_600 * 0.9, 6)
  })

  test.each([
    [0, 0.0005],
    [undefined, 0.0005],
    [0.0001, 0.0005],
    [0.02, 0.02],
    [1, undefined],
  ])('an objective of %s tolerates %s', (objective, tolerated) => {
    const objectives = { tokenLoss: objective, staleReads: 0, p95Ms: undefined, retriesPerRead: undefined }
    expect(toleratedRate(objectives, 'tokenLoss')).toBe(tolerated)
    expect(alarmPlan(scenarioOf('x', { objectives }), 'tokenLoss', rhythm)?.toleratedRate).toBe(tolerated)
  })

  test('no alarm where no arm carries the token, for there nothing should arrive', () => {
    const arms = [{ name: 'control', share: 1, token: 'lost' as const }]
    expect(alarmPlan(scenarioOf('x', { arms }), 'tokenLoss', rhythm)).toBeUndefined()
  })
})
