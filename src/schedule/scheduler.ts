import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { FinishedRun, Sink } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import { cronTimes, type DueTimes, everyTimes } from './due-times.ts'
import type { Allowance } from './governor.ts'
import { planTick } from './plan-tick.ts'

/** Runs the scenario once; never rejects. `signal` asks it to stop early. */
export type StartRun = (scheduleLagMs: number, signal: AbortSignal) => Promise<FinishedRun>

/** Why a run on demand does not start. `not-scheduled`: its target has not been reached yet, or hopwatch is stopping. */
export type Obstacle = 'not-scheduled' | 'overlap' | 'paused' | 'budget'

interface Scheduled {
  readonly scenario: Scenario
  readonly start: StartRun
  readonly due: DueTimes
  readonly allowance: Allowance
  readonly stop: AbortController
  running: Promise<void> | undefined
}

/** A wait is never longer than this, so that a wall clock set forward or back is noticed. */
const longestSleepMs = 60_000
/** Multiples of the golden ratio spread any number of phases evenly over a period. */
const goldenRatio = 0.6180339887498949

/** Starts runs at their times, never two of one scenario at once, and accounts for every tick that became none. */
export class Scheduler {
  readonly #clock: Clock
  readonly #random: Random
  readonly #sink: Sink
  readonly #scheduled = new Map<string, Scheduled>()
  readonly #abandon = new AbortController()
  /** Ends when the last run of a removed scenario has. */
  readonly #leaving = new Set<Promise<void>>()
  #added = 0
  #isPaused = false
  #isStopping = false

  constructor(deps: { clock: Clock; random: Random; sink: Sink }) {
    this.#clock = deps.clock
    this.#random = deps.random
    this.#sink = deps.sink
  }

  add(scenario: Scenario, start: StartRun, allowance: Allowance): void {
    const phase = (this.#added++ * goldenRatio) % 1
    const due =
      scenario.schedule.kind === 'every'
        ? everyTimes(scenario.schedule, phase, this.#clock, this.#random.fork(scenario.name))
        : cronTimes(scenario.schedule, this.#clock)
    const scheduled: Scheduled = { scenario, start, due, allowance, stop: new AbortController(), running: undefined }
    this.#scheduled.set(scenario.name, scheduled)
    if (this.#isStopping) scheduled.stop.abort()
    void this.#keepTime(scheduled)
  }

  /** No run of it starts any more. Resolves when the one under way has ended, which has been published by then. */
  async remove(name: string): Promise<void> {
    const entry = this.#scheduled.get(name)
    if (entry === undefined) return
    entry.stop.abort()
    this.#scheduled.delete(name)
    const { running } = entry
    if (running) {
      this.#leaving.add(running)
      await running
      this.#leaving.delete(running)
    }
    entry.allowance.leave()
  }

  /** While paused, ticks come and are counted as missed. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  /** A run besides the schedule, under the same rules; or what stands in its way. */
  runNow(name: string): Promise<FinishedRun> | Obstacle {
    const entry = this.#scheduled.get(name)
    if (entry === undefined || entry.stop.signal.aborted) return 'not-scheduled'
    if (entry.running !== undefined) return 'overlap'
    if (this.#isPaused) return 'paused'
    return entry.allowance.admits() ? this.#start(entry, 0) : 'budget'
  }

  /** No run starts any more; those under way get `graceMs` to end, then are told to stop. */
  async drain(graceMs: number): Promise<void> {
    this.#isStopping = true
    for (const { stop } of this.#scheduled.values()) stop.abort()
    const running = [...[...this.#scheduled.values()].flatMap((entry) => entry.running ?? []), ...this.#leaving]
    const grace = new AbortController()
    const ended = Promise.all(running).then(() => grace.abort())
    await this.#clock.sleep(graceMs, grace.signal)
    this.#abandon.abort()
    await ended
  }

  async #keepTime(entry: Scheduled): Promise<void> {
    const { due, stop } = entry
    let dueMs = due.firstMs()
    while (!stop.signal.aborted) {
      const nowMs = due.nowMs()
      const waitMs = dueMs - nowMs
      if (waitMs > 0) {
        await this.#clock.sleep(Math.min(waitMs, longestSleepMs), stop.signal)
        // Set back while it waited: the tick that it waited for is hours away by the new time, and others come before it.
        if (due.nowMs() < nowMs) dueMs = due.firstMs()
        continue
      }
      let olderTicks = 0
      let nextMs = due.nextMs(dueMs)
      for (; nextMs <= nowMs; nextMs = due.nextMs(nextMs)) {
        dueMs = nextMs
        olderTicks++
      }
      this.#tick(entry, dueMs, nowMs, olderTicks)
      dueMs = nextMs
    }
  }

  #tick(entry: Scheduled, dueMs: number, nowMs: number, olderTicks: number): void {
    const { scenario, allowance } = entry
    const isRunning = entry.running !== undefined
    const isPaused = this.#isPaused
    const hasBudget = isRunning || isPaused || allowance.admits()
    const decision = planTick({ dueMs, nowMs, olderTicks, isRunning, isPaused, hasBudget })
    for (const { reason, count } of decision.missed) this.#sink.missed(scenario.name, reason, count)
    if (decision.run) void this.#start(entry, decision.lagMs)
  }

  #start(entry: Scheduled, lagMs: number): Promise<FinishedRun> {
    const run = entry.start(lagMs, this.#abandon.signal)
    entry.running = run.then((finished) => {
      entry.running = undefined
      entry.allowance.settle(finished)
      this.#sink.record(finished)
    })
    return run
  }
}
