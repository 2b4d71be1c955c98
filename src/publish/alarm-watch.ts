import { createHash } from 'node:crypto'
import { Alarm, type AlarmPlan, type SavedAlarm } from '../domain/alarm.ts'
import { type AlarmKind, type AlarmObservation, printSuspect, type Suspect } from '../domain/alarm-observation.ts'
import type { Scenario } from '../domain/scenario.ts'

/** In how many runs of the present episode something went wrong at one place. */
export interface AlarmPlace {
  readonly suspect: Suspect
  readonly runs: number
}

/** One alarm of one scenario, as of now. */
export interface AlarmStatus {
  readonly kind: AlarmKind
  readonly isRaised: boolean
  /** 0…1. */
  readonly evidence: number
  readonly raisedAtWallMs: number | undefined
  readonly toleratedRate: number
  readonly runsPerFalseAlarm: number
  /** Since the evidence last began to grow: runs, and how many went wrong; a run of which half the reads did counts half. */
  readonly episode: { readonly runs: number; readonly wrong: number }
  /** Where, most often first. */
  readonly places: readonly { readonly place: string; readonly runs: number }[]
}

export interface SavedWatch {
  /** Of what the alarm is about; evidence about another journey is none. */
  readonly subject: string
  readonly alarm: SavedAlarm
  readonly raisedAtWallMs?: number | undefined
  readonly places: readonly AlarmPlace[]
}

/** One alarm of one scenario, and where what it tells of happened. */
export class AlarmWatch {
  readonly kind: AlarmKind
  readonly #subject: string
  readonly #alarm: Alarm
  #raisedAtWallMs: number | undefined
  readonly #places = new Map<string, { suspect: Suspect; runs: number }>()

  constructor(scenario: Scenario, kind: AlarmKind, plan: AlarmPlan, saved: SavedWatch | undefined) {
    this.kind = kind
    this.#subject = subjectOf(scenario, plan)
    const known = saved?.subject === this.#subject ? saved : undefined
    this.#alarm = new Alarm(plan, known?.alarm)
    this.#raisedAtWallMs = known?.raisedAtWallMs
    for (const { suspect, runs } of known?.places ?? []) this.#places.set(printSuspect(suspect), { suspect, runs })
  }

  get isRaised(): boolean {
    return this.#alarm.isRaised
  }

  get raisedAtWallMs(): number | undefined {
    return this.#raisedAtWallMs
  }

  take({ wrong, suspects }: AlarmObservation, wallMs: number): 'raised' | 'cleared' | undefined {
    const before = this.#alarm.episode.runs
    const turn = this.#alarm.take(wrong)
    this.#followEpisode(before)
    // Once a run, however many of its reads or carries went wrong there.
    for (const [place, suspect] of new Map(suspects.map((each) => [printSuspect(each), each])))
      this.#count(place, suspect)
    if (turn !== undefined) this.#raisedAtWallMs = turn === 'raised' ? wallMs : undefined
    return turn
  }

  status(): AlarmStatus {
    const { plan, isRaised, evidence, episode } = this.#alarm
    const places = this.places().map(({ suspect, runs }) => ({ place: printSuspect(suspect), runs }))
    return { kind: this.kind, isRaised, evidence, raisedAtWallMs: this.#raisedAtWallMs, ...plan, episode, places }
  }

  /** Where most went wrong, first. */
  places(): AlarmPlace[] {
    return [...this.#places.values()].toSorted((a, b) => b.runs - a.runs)
  }

  save(): SavedWatch {
    return {
      subject: this.#subject,
      alarm: this.#alarm.save(),
      raisedAtWallMs: this.#raisedAtWallMs,
      places: this.places(),
    }
  }

  /** What is counted of places goes with the episode: forgotten as a new one begins, halved as a long one is. */
  #followEpisode(before: number): void {
    const { runs } = this.#alarm.episode
    if (runs <= 1) this.#places.clear()
    else if (runs < before) for (const place of this.#places.values()) place.runs /= 2
  }

  /** As many places as the scenario's file has carries and hops, at most. */
  #count(place: string, suspect: Suspect): void {
    const known = this.#places.get(place)
    if (known) known.runs++
    else this.#places.set(place, { suspect, runs: 1 })
  }
}

/** The journey and the tolerated rate. How often it runs belongs to the threshold, not to what has been seen. */
function subjectOf(scenario: Scenario, { toleratedRate }: AlarmPlan): string {
  const { name, target, container, partitionKey, document, partitions, hops, journey, arms } = scenario
  const subject = { toleratedRate, name, target, container, partitionKey, document, partitions, hops, journey, arms }
  return createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 32)
}
