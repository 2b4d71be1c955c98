/**
 * A sequential test for a share that has risen: of each run's reads a share went wrong (lost their token, or were stale), and the
 * alarm goes off when chance no longer explains it. It may be looked at after every run without spending its false-alarm budget.
 *
 * It is a game of betting against "no more than the tolerated rate p0": of its capital M a gambler stakes the share q on the
 * next run going wrong, at odds that are fair at p0, so that M becomes M · (1 + q · (x / p0 − 1)) for a run of which the share x
 * went wrong; and is given one more coin before each run. While the mean of x, whatever the past, stays within p0, no such game
 * gains on average, so M minus the number of runs is a supermartingale, and so is it for a mixture of several q. Hence the mean
 * number of runs to a false alarm is at least the threshold: an e-detector of Shiryaev-Roberts kind (Shin, Ramdas, Rinaldo:
 * "E-detectors: a nonparametric framework for sequential change detection", 2023). docs/decisions/0008-the-alarm-within.md.
 */
export interface AlarmPlan {
  /** p0, above 0 and below 1: up to this share of reads may go wrong without an alarm. */
  readonly toleratedRate: number
  /** Mean number of runs to a false alarm, at least. */
  readonly runsPerFalseAlarm: number
}

/** All that an alarm remembers, as plain JSON: taken up again, it goes on as if nothing had been. */
export interface SavedAlarm {
  /** The capital of each stake. */
  readonly capitals: readonly number[]
  readonly isRaised: boolean
  /** While raised: logarithm of the likelihood ratio of "mended" against "as bad as it was". */
  readonly mended: number
  /** While raised: how bad it was as of the last run that went wrong. */
  readonly badRate: number
  /** Runs, and how much of them went wrong, since the evidence began to grow; of a long time, the recent ones count more. */
  readonly runs: number
  readonly wrong: number
}

/**
 * Each wins soonest where about its own share of the runs goes wrong; that of everything where every run does, which is the commonest
 * regression, for a deployment that drops a header drops it always. Equal parts of one coin, which cost each a few runs of delay.
 */
const stakes = [1, 0.2, 0.04, 0.01] as const
const weight = 1 / stakes.length
export const stakeCount = stakes.length

/** What the coins alone come to where nothing ever goes wrong: the level of no evidence. */
const quietCapital = stakes.reduce((sum, stake) => sum + (weight * (1 - stake)) / stake, 0)
/** A threshold near the quiet level would be reached by coins alone. */
export const fewestRunsPerFalseAlarm = 100
/** As evidence, on the scale of 0 to 1: what goes wrong while there is less begins a new episode. */
const noEvidence = 0.01

/** The alarm clears at odds of ten thousand to one for "mended". A single run counts for no more than two to one, so after 14 runs at the earliest. */
const mendedAt = Math.log(10_000)
const mostARunMends = Math.log(2)
/** The mildest badness that mending is measured against. */
const mildest = 0.01
/** Beyond it the counts are halved, so that they tell of the present. */
const mostRunsCounted = 1000

/** The state after each run. `take` is the only thing that changes it. */
export class Alarm {
  readonly plan: AlarmPlan
  readonly #threshold: number
  readonly #gains: readonly number[]
  readonly #capitals: number[]
  #isRaised = false
  #mended = 0
  #badRate = 0
  #runs = 0
  #wrong = 0

  constructor(plan: AlarmPlan, saved?: SavedAlarm) {
    this.plan = plan
    this.#threshold = Math.max(fewestRunsPerFalseAlarm, plan.runsPerFalseAlarm)
    this.#gains = stakes.map((stake) => stake / plan.toleratedRate)
    this.#capitals = saved === undefined ? stakes.map(() => 0) : [...saved.capitals]
    if (saved === undefined) return
    this.#isRaised = saved.isRaised
    this.#mended = saved.mended
    this.#badRate = saved.badRate
    this.#runs = saved.runs
    this.#wrong = saved.wrong
  }

  get isRaised(): boolean {
    return this.#isRaised
  }

  /** Since the evidence last began to grow. */
  get episode(): { readonly runs: number; readonly wrong: number } {
    return { runs: this.#runs, wrong: this.#wrong }
  }

  /**
   * 0: none; 1: the alarm is raised. On a logarithmic scale, on which it grows steadily while things go wrong. While the alarm is
   * raised it falls as they go well again, and the alarm clears at 0.
   */
  get evidence(): number {
    if (this.#isRaised) return 1 - this.#mended / mendedAt
    return Math.max(0, Math.log(this.#capital() / quietCapital) / Math.log(this.#threshold / quietCapital))
  }

  /** Takes one more run, of whose reads the share `wrong`, in 0…1, went wrong. What has changed, if anything. */
  take(wrong: number): 'raised' | 'cleared' | undefined {
    this.#count(wrong)
    return this.#isRaised ? this.#mend(wrong) : this.#bet(wrong)
  }

  save(): SavedAlarm {
    return {
      capitals: [...this.#capitals],
      isRaised: this.#isRaised,
      mended: this.#mended,
      badRate: this.#badRate,
      runs: this.#runs,
      wrong: this.#wrong,
    }
  }

  #bet(wrong: number): 'raised' | undefined {
    const capitals = this.#capitals
    let mixture = 0
    for (let index = 0; index < stakeCount; index++) {
      const grown = (capitals[index]! + 1) * (1 - stakes[index]! + this.#gains[index]! * wrong)
      capitals[index] = grown
      mixture += weight * grown
    }
    if (mixture < this.#threshold) return undefined
    this.#isRaised = true
    this.#mended = 0
    this.#noteBadness()
    return 'raised'
  }

  #mend(wrong: number): 'cleared' | undefined {
    if (wrong > 0) this.#noteBadness()
    const { toleratedRate } = this.plan
    const bad = this.#badRate
    const odds =
      (1 - wrong) * Math.log((1 - toleratedRate) / (1 - bad)) + (wrong > 0 ? wrong * Math.log(toleratedRate / bad) : 0)
    this.#mended = Math.max(0, this.#mended + Math.min(mostARunMends, odds))
    if (this.#mended < mendedAt) return undefined
    this.#isRaised = false
    this.#mended = 0
    this.#badRate = 0
    this.#capitals.fill(0)
    this.#runs = 0
    this.#wrong = 0
    return 'cleared'
  }

  #count(wrong: number): void {
    if (wrong > 0 && !this.#isRaised && this.evidence < noEvidence) {
      this.#runs = 0
      this.#wrong = 0
    }
    this.#runs++
    this.#wrong += wrong
    if (this.#runs <= mostRunsCounted) return
    this.#runs /= 2
    this.#wrong /= 2
  }

  /** Half a run more keeps the estimate off 1. */
  #noteBadness(): void {
    const { toleratedRate } = this.plan
    this.#badRate = Math.max(this.#wrong / (this.#runs + 0.5), toleratedRate + mildest * (1 - toleratedRate))
  }

  #capital(): number {
    return this.#capitals.reduce((sum, capital) => sum + capital * weight, 0)
  }
}
