import type { Finding } from '../domain/finding.ts'
import type { FinishedRun, Sink } from '../domain/journey.ts'

export interface HistoryBounds {
  /** How many ordinary runs a scenario keeps. */
  readonly ordinaryPerScenario: number
  /** How many that found, where the token is withheld on purpose, what that leads to. */
  readonly measuredPerScenario: number
  /** How many others worth looking at: with a finding other than kept or a violated guarantee, abandoned or crashed. */
  readonly notablePerScenario: number
}

export interface RunQuery {
  readonly scenario?: string | undefined
  readonly finding?: Finding | undefined
  /** At most this many, newest first. */
  readonly limit: number
}

const defaultBounds: HistoryBounds = { ordinaryPerScenario: 20, measuredPerScenario: 20, notablePerScenario: 80 }

type Room = { readonly [room in 'ordinary' | 'measured' | 'notable']: FinishedRun[] }

/**
 * The recent runs of each scenario, in bounded memory. Runs worth looking at have their own room, so that a thousand good runs
 * after an incident do not push it out; nor do the findings of a control, which are what it is there to measure.
 */
export class RunHistory implements Sink {
  readonly #bounds: HistoryBounds
  readonly #rooms = new Map<string, Room>()
  readonly #byId = new Map<string, FinishedRun>()

  constructor(bounds: HistoryBounds = defaultBounds) {
    this.#bounds = bounds
  }

  addScenario(name: string): void {
    if (!this.#rooms.has(name)) this.#rooms.set(name, { ordinary: [], measured: [], notable: [] })
  }

  removeScenario(name: string): void {
    const room = this.#rooms.get(name)
    if (room) for (const run of Object.values(room).flat()) this.#byId.delete(run.id)
    this.#rooms.delete(name)
  }

  record(run: FinishedRun): void {
    const room = this.#rooms.get(run.scenario)
    if (room === undefined) return
    const kind = roomOf(run)
    const runs = room[kind]
    runs.push(run)
    this.#byId.set(run.id, run)
    if (runs.length > this.#bounds[`${kind}PerScenario`]) this.#byId.delete(runs.shift()!.id)
  }

  missed(): void {
    // A run that did not happen leaves nothing to look at.
  }

  find(id: string): FinishedRun | undefined {
    return this.#byId.get(id)
  }

  list({ scenario, finding, limit }: RunQuery): FinishedRun[] {
    return [...this.#byId.values()]
      .filter((run) => scenario === undefined || run.scenario === scenario)
      .filter((run) => finding === undefined || run.finding === finding)
      .toSorted((a, b) => b.startedAtWallMs - a.startedAtWallMs)
      .slice(0, limit)
  }
}

/** Whether somebody will want to look at it. */
export const isNotable = (run: FinishedRun): boolean =>
  (run.finding !== undefined && run.finding !== 'kept') ||
  run.violations.length > 0 ||
  run.result === 'abandoned' ||
  run.result === 'crashed'

/** What is news whether or not the token was withheld on purpose. */
const news: ReadonlySet<Finding> = new Set(['broken-promise', 'canary-ignored', 'canary-lost'])

function roomOf(run: FinishedRun): keyof Room {
  if (!isNotable(run)) return 'ordinary'
  const { carriesToken, finding, result } = run
  const isMeasurement = result === 'found' && finding !== undefined && !news.has(finding)
  return !carriesToken && isMeasurement ? 'measured' : 'notable'
}
