import { seededRandom } from '../base/random.ts'
import { Alarm, type AlarmPlan } from './alarm.ts'

const trials = 100
/** A rate so little above the tolerated one that it takes longer cannot be told from it in practice. */
const mostRunsAwaited = 100_000

/**
 * Mean number of runs from the first one that may lose its token to the alarm, when every run loses it with probability
 * `lossRate`: by simulation of the alarm itself, from the least evidence there can be, so that it is the worst case. Good to a few
 * in a hundred. Undefined where no alarm is due (a rate that is tolerated), or none within 100,000 runs or sooner than a false one.
 */
export function expectedDelayRuns(plan: AlarmPlan, lossRate: number): number | undefined {
  if (lossRate <= plan.toleratedRate) return undefined
  const random = seededRandom('expected delay')
  const longest = Math.min(plan.runsPerFalseAlarm, mostRunsAwaited)
  let runs = 0
  for (let trial = 0; trial < trials; trial++) {
    const alarm = new Alarm(plan)
    let taken = 1
    for (; alarm.take(random.next() < lossRate ? 1 : 0) !== 'raised'; taken++) if (taken >= longest) return undefined
    runs += taken
  }
  return runs / trials
}
