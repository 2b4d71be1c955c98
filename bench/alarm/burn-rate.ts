import type { Random } from '../../src/base/random.ts'

/**
 * The paging rules of multi-window, multi-burn-rate alerts as Google's SRE Workbook tables them ("Alerting on SLOs", 2018):
 * 14.4 times the budget over 1 h and 5 min, or 6 times over 6 h and 30 min. `scale` multiplies the factors.
 */
const rules = [
  { factor: 14.4, windowsMs: [3_600_000, 300_000] },
  { factor: 6, windowsMs: [21_600_000, 1_800_000] },
]

export interface BurnRates {
  /** Share of wrong runs that uses up the budget exactly. */
  readonly toleratedRate: number
  readonly periodMs: number
  readonly scale: number
}

/** Runs from clean windows to the alert, when runs go wrong with the chance `rate`; at most `longest`. */
export function runsToBurnRateAlert(
  { toleratedRate, periodMs, scale }: BurnRates,
  rate: number,
  random: Random,
  longest: number,
): number {
  const windows = rules.flatMap(({ factor, windowsMs }, rule) =>
    windowsMs.map((windowMs) => {
      const runs = windowMs / periodMs
      return { rule, runs, most: scale * factor * toleratedRate * runs, from: 0 }
    }),
  )
  const wrong: number[] = []
  for (let run = 0; ; ) {
    // A rate rises at wrong runs alone, so only they are looked at.
    run += rate === 1 ? 1 : 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - rate))
    if (run >= longest) return longest
    wrong.push(run)
    const exceeded = [0, 0]
    for (const window of windows) {
      while (wrong[window.from]! <= run - window.runs) window.from++
      if (wrong.length - window.from > window.most) exceeded[window.rule]!++
    }
    if (exceeded.includes(2)) return run
  }
}

/** Mean of many trials. */
export function meanBurnRateDelay(
  rates: BurnRates,
  rate: number,
  random: Random,
  trials: number,
  longest = 1e9,
): number {
  let sum = 0
  for (let trial = 0; trial < trials; trial++) sum += runsToBurnRateAlert(rates, rate, random, longest)
  return sum / trials
}

/** The factors' least multiple at which a false alert comes no sooner than declared, at exactly the tolerated rate. */
export function scaleForFalseAlarms(rates: Omit<BurnRates, 'scale'>, falseAlarmRuns: number, random: Random): number {
  const meets = (scale: number) =>
    meanBurnRateDelay({ ...rates, scale }, rates.toleratedRate, random, 400, falseAlarmRuns * 20) >= falseAlarmRuns
  for (let scale = 0.2; ; scale += 0.02) if (meets(scale)) return scale
}
