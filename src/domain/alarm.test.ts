import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { Alarm, type AlarmPlan, fewestRunsPerFalseAlarm } from './alarm.ts'
import { expectedDelayRuns } from './alarm-delay.ts'

const plans: fc.Arbitrary<AlarmPlan> = fc.record({
  toleratedRate: fc.double({ min: 0.0001, max: 0.9, noNaN: true }),
  runsPerFalseAlarm: fc.double({ min: 1, max: 1e8, noNaN: true }),
})
const shares = fc.oneof(fc.constantFrom(0, 0, 0, 1), fc.double({ min: 0, max: 1, noNaN: true }))
const histories = fc.array(shares, { maxLength: 300 })

const given = (plan: AlarmPlan, history: readonly number[]) => {
  const alarm = new Alarm(plan)
  for (const share of history) alarm.take(share)
  return alarm
}

/** Runs of which the share `wrong` goes wrong, until `turn`. Bounded, so that an alarm that never turns fails and does not hang. */
const runsUntil = (turn: 'raised' | 'cleared', alarm: Alarm, wrong: number) => {
  for (let run = 1; run <= 10_000; run++) if (alarm.take(wrong) === turn) return run
  return expect.fail(`not ${turn} within 10,000 runs`)
}

const copyOf = (alarm: Alarm) => new Alarm(alarm.plan, JSON.parse(JSON.stringify(alarm.save())))

/** One probe in ten seconds, one false alarm in 90 days. */
const quarterly: AlarmPlan = { toleratedRate: 0.0005, runsPerFalseAlarm: 777_600 }

describe('whatever has been', () => {
  test('no stake gains more than its coin on average, whatever the chance within what is tolerated', () => {
    fc.assert(
      fc.property(plans, histories, fc.double({ min: 0, max: 1, noNaN: true }), shares, (plan, history, part, high) => {
        const alarm = given(plan, history)
        fc.pre(!alarm.isRaised && high > 0)
        // A run goes wrong by the share `high` with such a chance that the mean is `part` of what is tolerated, and else not.
        const chance = (part * Math.min(plan.toleratedRate, high)) / high
        const [bad, good] = [copyOf(alarm), copyOf(alarm)]
        bad.take(high)
        good.take(0)
        alarm.save().capitals.forEach((capital, index) => {
          const mean = chance * bad.save().capitals[index]! + (1 - chance) * good.save().capitals[index]!
          expect(mean).toBeLessThanOrEqual((capital + 1) * (1 + 1e-9))
        })
      }),
    )
  })

  test('an alarm is raised only once some stake has reached the threshold', () => {
    fc.assert(
      fc.property(plans, histories, (plan, history) => {
        const alarm = new Alarm(plan)
        for (const share of history)
          if (alarm.take(share) === 'raised')
            expect(Math.max(...alarm.save().capitals)).toBeGreaterThanOrEqual(plan.runsPerFalseAlarm * (1 - 1e-9))
      }),
    )
  })

  test('the more of a run goes wrong, the more evidence there is', () => {
    fc.assert(
      fc.property(plans, histories, shares, shares, (plan, history, a, b) => {
        const alarm = given(plan, history)
        fc.pre(!alarm.isRaised)
        const [less, more] = [copyOf(alarm), copyOf(alarm)]
        less.take(Math.min(a, b))
        more.take(Math.max(a, b))
        expect(more.evidence).toBeGreaterThanOrEqual(less.evidence)
      }),
    )
  })

  test('the evidence is a share, and 1 or falling from it while the alarm is raised', () => {
    fc.assert(
      fc.property(plans, histories, (plan, history) => {
        const alarm = new Alarm(plan)
        for (const share of history) {
          const turn = alarm.take(share)
          expect(alarm.evidence).toBeGreaterThanOrEqual(0)
          expect(alarm.evidence).toBeLessThanOrEqual(1)
          if (turn === 'raised') expect(alarm.evidence).toBe(1)
          if (turn === 'cleared') expect(alarm.evidence).toBe(0)
        }
      }),
    )
  })

  test('kept and taken up again, it goes on as if nothing had been', () => {
    fc.assert(
      fc.property(plans, histories, histories, (plan, before, since) => {
        const alarm = given(plan, before)
        const restarted = copyOf(alarm)
        for (const share of since) expect(restarted.take(share)).toBe(alarm.take(share))
        expect(restarted.save()).toEqual(alarm.save())
      }),
    )
  })

  test('a raised alarm clears after 14 good runs at the earliest and 917 at the latest', () => {
    fc.assert(
      fc.property(plans, histories, (plan, history) => {
        const alarm = given(plan, history)
        for (let run = 0; !alarm.isRaised && run < 2000; run++) alarm.take(1)
        fc.pre(alarm.isRaised)
        alarm.take(1)
        let good = 1
        for (; alarm.take(0) !== 'cleared'; good++) expect(good).toBeLessThan(917)
        expect(good).toBeGreaterThanOrEqual(14)
        expect(alarm.save()).toEqual(new Alarm(plan).save())
      }),
    )
  })
})

describe('an alarm that is raised', () => {
  /** Good runs until it clears, after all of `history`. */
  const goodRunsAfter = (history: readonly number[]) => {
    const alarm = given(quarterly, history)
    expect(alarm.isRaised).toBe(true)
    return runsUntil('cleared', alarm, 0)
  }
  const everySo = (count: number, runs: number) => Array.from({ length: runs }, (_, run) => (run % count === 0 ? 1 : 0))

  test.each([
    ['always', everySo(1, 100), 14, 14],
    // A good run is worth ln(1 / 0.9) of ln 10,000; the nine since the last wrong one count already.
    ['every tenth run', everySo(10, 300), 70, 80],
    ['every hundredth run', everySo(100, 3000), 700, 830],
  ])('after losses %s takes as many good runs to clear as tell them from none', (_, history, least, most) => {
    expect(goodRunsAfter(history)).toBeGreaterThanOrEqual(least)
    expect(goodRunsAfter(history)).toBeLessThanOrEqual(most)
  })

  test('goes by how bad it was lately', () => {
    expect(goodRunsAfter([...everySo(50, 5000), ...everySo(1, 600)])).toBeLessThan(30)
    expect(goodRunsAfter([...everySo(1, 600), ...everySo(50, 5000)])).toBeGreaterThan(200)
  })
})

test('an episode begins with the loss that begins it, not with the health before', () => {
  const alarm = given(quarterly, [1, ...Array.from({ length: 3000 }, () => 0)])
  alarm.take(1)
  expect(alarm.episode).toEqual({ runs: 1, wrong: 1 })
  alarm.take(0)
  expect(alarm.episode).toEqual({ runs: 2, wrong: 1 })
})

describe('without a wrong run', () => {
  test.each([1, fewestRunsPerFalseAlarm, 777_600])('no alarm, and no evidence, for a threshold of %d', (runs) => {
    const alarm = new Alarm({ toleratedRate: 0.001, runsPerFalseAlarm: runs })
    for (let run = 0; run < 20_000; run++) expect(alarm.take(0)).toBeUndefined()
    expect(alarm.evidence).toBeLessThan(1e-9)
  })
})

describe('by chance', () => {
  test('at exactly the tolerated rate, false alarms are no more than declared', () => {
    const plan = { toleratedRate: 0.01, runsPerFalseAlarm: 2000 }
    const random = seededRandom('false alarms')
    let watched = 0
    let alarms = 0
    let alarm = new Alarm(plan)
    for (; watched < 1_000_000; watched++)
      if (alarm.take(random.next() < plan.toleratedRate ? 1 : 0) === 'raised') {
        alarms++
        alarm = new Alarm(plan)
      }
    // Not for want of trying: the bound is not far off.
    expect(alarms).toBeGreaterThan(watched / plan.runsPerFalseAlarm / 10)
    expect(alarms).toBeLessThan(watched / plan.runsPerFalseAlarm)
  })

  test.each([1, 0.2, 0.05])('a loss of %d is detected within 1.5 times the bound of Lorden', (rate) => {
    const { toleratedRate, runsPerFalseAlarm } = quarterly
    const complement = rate === 1 ? 0 : (1 - rate) * Math.log((1 - rate) / (1 - toleratedRate))
    const information = rate * Math.log(rate / toleratedRate) + complement
    // The share of the budget that the token-loss alarm has.
    const delay = expectedDelayRuns({ toleratedRate, runsPerFalseAlarm: runsPerFalseAlarm / 0.9 }, rate)!
    expect(delay / (Math.log(runsPerFalseAlarm) / information)).toBeLessThan(1.5)
    expect(delay).toBeGreaterThanOrEqual(2)
  })

  test('what is tolerated is never detected, and more is detected sooner', () => {
    expect(expectedDelayRuns(quarterly, 0.0005)).toBeUndefined()
    expect(expectedDelayRuns(quarterly, 0)).toBeUndefined()
    const delays = [1, 0.5, 0.2, 0.05, 0.01].map((rate) => expectedDelayRuns(quarterly, rate)!)
    expect(delays).toEqual(delays.toSorted((a, b) => a - b))
  })

  test('one read of five that always loses its token is detected in some runs', () => {
    expect(runsUntil('raised', new Alarm(quarterly), 0.2)).toBeLessThanOrEqual(3)
  })
})
