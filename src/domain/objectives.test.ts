import { describe, expect, test } from 'vitest'
import { judgeObjectives, type Measured } from './objectives.ts'

const nothing: Measured = {
  judgedReads: 0,
  staleReads: 0,
  claimedReads: 0,
  uncoveredReads: 0,
  p95Ms: undefined,
  retriesPerRead: undefined,
}
const none = { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined }
const status = (objectives: Partial<typeof none> | object, measured: Partial<Measured>) =>
  judgeObjectives({ ...none, ...objectives }, { ...nothing, ...measured }).map((result) => result.status)

describe('a rate', () => {
  test('that nobody declared is one of 0 %, where there was something to measure', () => {
    expect(status({}, {})).toEqual([])
    expect(status({}, { judgedReads: 100 })).toEqual(['met'])
    expect(status({ p95Ms: 250 }, { p95Ms: 1, judgedReads: 100, staleReads: 1 })).toEqual(['broken', 'met'])
    expect(status({}, { claimedReads: 100, uncoveredReads: 100 })).toEqual(['broken'])
    const declaredOf = (objectives: object) =>
      judgeObjectives({ ...none, ...objectives }, { ...nothing, judgedReads: 9 }).map(({ isDefault }) => isDefault)
    expect([declaredOf({}), declaredOf({ staleReads: 0 })]).toEqual([[true], [false]])
  })
  test('of which everything is allowed is met, whatever was measured', () =>
    expect(
      status({ staleReads: 1, tokenLoss: 1 }, { judgedReads: 9, staleReads: 9, claimedReads: 9, uncoveredReads: 9 }),
    ).toEqual(['met', 'met']))
  test('that was never measured is not met', () => expect(status({ staleReads: 0 }, {})).toEqual(['unmeasured']))
  test('of none is met', () => expect(status({ staleReads: 0 }, { judgedReads: 100 })).toEqual(['met']))
  test('of one in a hundred breaks an objective of none', () =>
    expect(status({ staleReads: 0 }, { judgedReads: 100, staleReads: 1 })).toEqual(['broken']))
  test('slightly above its limit in few reads is undecided', () =>
    expect(status({ tokenLoss: 0.01 }, { claimedReads: 200, uncoveredReads: 3 })).toEqual(['undecided']))
  test('far above its limit is broken', () =>
    expect(status({ tokenLoss: 0.01 }, { claimedReads: 200, uncoveredReads: 20 })).toEqual(['broken']))
  test('stale reads are counted of the judged, token loss of the claimed', () => {
    const [stale, loss] = judgeObjectives(
      { ...none, staleReads: 1, tokenLoss: 1 },
      { ...nothing, judgedReads: 10, staleReads: 1, claimedReads: 20, uncoveredReads: 1 },
    )
    expect([stale!.measured, loss!.measured]).toEqual([0.1, 0.05])
  })
})

describe('a level', () => {
  test('that is not an objective is not judged', () =>
    expect(status({}, { p95Ms: 250, retriesPerRead: 9 })).toEqual([]))
  test('at its limit is met', () => expect(status({ p95Ms: 250 }, { p95Ms: 250 })).toEqual(['met']))
  test('above its limit is broken', () =>
    expect(status({ retriesPerRead: 0.1 }, { retriesPerRead: 0.2 })).toEqual(['broken']))
  test('never measured is not met', () => expect(status({ p95Ms: 250 }, {})).toEqual(['unmeasured']))
})
