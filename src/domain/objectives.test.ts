import { describe, expect, test } from 'vitest'
import { judgeObjectives, type Measured } from './objectives.ts'
import { clopperPearson } from './statistics.ts'

/** As if each read had been a run of its own. */
const apart = (all: Partial<Measured>): Measured['byRun'] => ({
  staleReads: { runs: all.judgedReads ?? 0, wrong: all.staleReads ?? 0 },
  tokenLoss: { runs: all.claimedReads ?? 0, wrong: all.uncoveredReads ?? 0 },
})
const nothing: Measured = {
  byRun: apart({}),
  judgedReads: 0,
  staleReads: 0,
  claimedReads: 0,
  uncoveredReads: 0,
  p95Ms: undefined,
  retriesPerRead: undefined,
}
const none = { staleReads: undefined, tokenLoss: undefined, p95Ms: undefined, retriesPerRead: undefined }
const status = (objectives: Partial<typeof none> | object, measured: Partial<Measured>) =>
  judgeObjectives({ ...none, ...objectives }, { ...nothing, byRun: apart(measured), ...measured }).map(
    (result) => result.status,
  )

describe('a rate', () => {
  test('that nobody declared is one of 0 %, where there was something to measure', () => {
    expect(status({}, {})).toEqual([])
    expect(status({}, { judgedReads: 100 })).toEqual(['met'])
    expect(status({ p95Ms: 250 }, { p95Ms: 1, judgedReads: 100, staleReads: 1 })).toEqual(['broken', 'met'])
    expect(status({}, { claimedReads: 100, uncoveredReads: 100 })).toEqual(['broken'])
    const declaredOf = (objectives: object) =>
      judgeObjectives({ ...none, ...objectives }, { ...nothing, judgedReads: 9, byRun: apart({ judgedReads: 9 }) }).map(
        ({ isDefault }) => isDefault,
      )
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
    const twenty = { judgedReads: 10, staleReads: 1, claimedReads: 20, uncoveredReads: 1 }
    const [stale, loss] = judgeObjectives(
      { ...none, staleReads: 1, tokenLoss: 1 },
      { ...nothing, ...twenty, byRun: apart(twenty) },
    )
    expect([stale!.measured, loss!.measured]).toEqual([0.1, 0.05])
  })
})

describe('the reads of a run share one fate', () => {
  const broken = (reads: number, runs: number, lost: number, limit: number) => {
    const measured = { judgedReads: runs * reads, staleReads: lost * reads }
    return status({ staleReads: limit }, { ...measured, byRun: { ...apart({}), staleReads: { runs, wrong: lost } } })
  }

  test('three bad runs of 200 are as much proof with ten reads each as with one', () => {
    expect(broken(10, 200, 3, 0.01)).toEqual(['undecided'])
    expect(broken(1, 200, 3, 0.01)).toEqual(['undecided'])
    expect(broken(10, 200, 9, 0.01)).toEqual(['broken'])
  })

  test('a true rate at the limit is called broken by chance in 2.5 % of all checks at the most', () => {
    for (const runs of [20, 50, 200, 1000])
      for (const limit of [0.01, 0.05, 0.2]) {
        let chance = 0
        // P(X = k) for X ~ Binomial(runs, limit), step by step.
        let probability = (1 - limit) ** runs
        for (let lost = 0; lost <= runs; lost++) {
          if (broken(7, runs, lost, limit)[0] === 'broken') chance += probability
          probability *= ((runs - lost) / (lost + 1)) * (limit / (1 - limit))
        }
        expect(chance).toBeLessThanOrEqual(0.025)
      }
  })

  test('runs that went wrong in part widen the interval and leave the rate as it is', () => {
    const byRun = { ...apart({}), staleReads: { runs: 100, wrong: 1 / 3 + 1 / 3 + 1 / 3 } }
    const [whole] = judgeObjectives(
      { ...none, staleReads: 0.5 },
      { ...nothing, judgedReads: 300, staleReads: 3, byRun },
    )
    const one = clopperPearson(1, 100)!
    expect(whole).toMatchObject({ measured: 0.01, interval: { low: one.low, high: one.high } })
    const half = { ...byRun, staleReads: { runs: 100, wrong: 0.5 } }
    const [part] = judgeObjectives(
      { ...none, staleReads: 0.5 },
      { ...nothing, judgedReads: 200, staleReads: 1, byRun: half },
    )
    expect(part!.interval).toEqual({ low: 0, point: 0.005, high: one.high })
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
