import type { Finding } from '../domain/finding.ts'
import type { FinishedRun, Sink } from '../domain/journey.ts'

export interface HistoryBounds {
  /** How many ordinary runs a scenario keeps. */
  readonly ordinaryPerScenario: number
  /** How many runs worth looking at: with a finding other than kept or a violated guarantee, abandoned or crashed. */
  readonly notablePerScenario: number
}

export interface RunQuery {
  readonly scenario?: string | undefined
  readonly finding?: Finding | undefined
  /** At most this many, newest first. */
  readonly limit: number
}

const defaultBounds: HistoryBounds = { ordinaryPerScenario: 20, notablePerScenario: 80 }

/**
 * The recent runs of each scenario, in bounded memory. Runs worth looking at have their own room, so that a thousand good runs
 * after an incident do not push it out.
 */
export class RunHistory implements Sink {
  readonly #bounds: HistoryBounds
  readonly #rooms = new Map<string, { readonly ordinary: FinishedRun[]; readonly notable: FinishedRun[] }>()
  readonly #byId = new Map<string, FinishedRun>()

  constructor(bounds: HistoryBounds = defaultBounds) {
    this.#bounds = bounds
  }

  addScenario(name: string): void {
    if (!this.#rooms.has(name)) this.#rooms.set(name, { ordinary: [], notable: [] })
  }

  removeScenario(name: string): void {
    const room = this.#rooms.get(name)
    if (room) for (const run of [...room.ordinary, ...room.notable]) this.#byId.delete(run.id)
    this.#rooms.delete(name)
  }

  record(run: FinishedRun): void {
    const room = this.#rooms.get(run.scenario)
    if (room === undefined) return
    const notable = isNotable(run)
    const runs = notable ? room.notable : room.ordinary
    runs.push(run)
    this.#byId.set(run.id, run)
    const bound = notable ? this.#bounds.notablePerScenario : this.#bounds.ordinaryPerScenario
    if (runs.length > bound) this.#byId.delete(runs.shift()!.id)
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
