import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { type AccountEvidence, type Target, TargetProblem } from '../cosmos/target.ts'
import type { FinishedRun } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import type { TroubledScenario } from '../http/readiness.ts'

export interface ScenarioReady {
  readonly ttlIsOn: boolean
}

export interface WatchEvents {
  /** The account answered after it had not, or for the first time. */
  onUp(target: string, account: AccountEvidence): void
  /** It went on answering, and says something else of itself: writes have moved, a region was added, the level was changed. */
  onChanged(target: string, account: AccountEvidence): void
  /** It no longer answers, or never did. */
  onDown(target: string, problem: TargetProblem): void
  /** Once a scenario: its container is there, so its runs may start. */
  onReady(scenario: Scenario, ready: ScenarioReady): void
  /** A scenario cannot start yet, or lost what it started with; told again only when the reason changes. */
  onNotReady(scenario: Scenario, problem: TargetProblem, isStarted: boolean): void
}

interface Watched {
  readonly scenario: Scenario
  isReady: boolean
  isStarted: boolean
  /** The problem told last; empty: there is none. */
  told: string
  preparing: Promise<void> | undefined
}

const everyMs = 5_000

/** The state of one account and of its scenarios' containers, looked at every few seconds. */
export class TargetWatch {
  readonly #target: Target
  readonly #clock: Clock
  readonly #provision: boolean
  readonly #events: WatchEvents
  readonly #scenarios = new Map<string, Watched>()
  readonly #stop = new AbortController()
  #isUp: boolean | undefined
  #account: AccountEvidence | undefined
  #problem: TargetProblem | undefined
  #loop: Promise<void> | undefined
  /** One scenario after the other; a look does not wait for it. */
  #preparing: Promise<void> | undefined

  constructor(target: Target, deps: { clock: Clock; provision: boolean; events: WatchEvents }) {
    this.#target = target
    this.#clock = deps.clock
    this.#provision = deps.provision
    this.#events = deps.events
  }

  /** Looks after the scenario's container: at once where the account is there, else when it comes. */
  add(scenario: Scenario): void {
    const entry = { scenario, isReady: false, isStarted: false, told: '', preparing: undefined }
    this.#scenarios.set(scenario.name, entry)
    if (this.#isUp === true) void this.#prepare(entry)
  }

  /** Nothing is told of the scenario any more. */
  remove(name: string): void {
    this.#scenarios.delete(name)
  }

  /** Name of the target. */
  get target(): string {
    return this.#target.name
  }

  /** Undefined before the first look. */
  get isUp(): boolean | undefined {
    return this.#isUp
  }

  /** Why the account does not answer. */
  get problem(): TargetProblem | undefined {
    return this.#problem
  }

  /** The scenarios whose containers are not as their runs need them, as far as is known. */
  get troubled(): TroubledScenario[] {
    return [...this.#scenarios.values()]
      .filter(({ told }) => told !== '')
      .map(({ scenario, isStarted, told }) => ({ name: scenario.name, isRunning: isStarted, problem: told }))
  }

  /** Returns after the first look, and once each scenario's container has been looked for. */
  async start(): Promise<void> {
    await this.#look()
    this.#loop = this.#keepLooking()
    await this.#preparing
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  /** A run whose database or container was not there means that it went: it is looked for, or made, at the next look. */
  suspect(run: FinishedRun): void {
    const entry = this.#scenarios.get(run.scenario)
    if (entry?.isReady && run.events.some(missesItsContainer)) entry.isReady = false
  }

  async #keepLooking(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#clock.sleep(everyMs, this.#stop.signal)
      if (!this.#stop.signal.aborted) await this.#look()
    }
  }

  async #look(): Promise<void> {
    const answer = await this.#target.account().catch(problemIn)
    if (this.#stop.signal.aborted) return
    if (answer instanceof TargetProblem) {
      this.#problem = answer
      if (this.#isUp !== false) this.#events.onDown(this.#target.name, answer)
      this.#isUp = false
      return
    }
    this.#problem = undefined
    if (!this.#isUp) {
      this.#events.onUp(this.#target.name, answer)
      this.#isUp = true
      // An account that was away may have come back empty.
      for (const entry of this.#scenarios.values()) entry.isReady = false
    } else if (!isDeepStrictEqual(this.#account, answer)) this.#events.onChanged(this.#target.name, answer)
    this.#account = answer
    this.#preparing ??= this.#prepareMissing().finally(() => {
      this.#preparing = undefined
    })
  }

  /** A container that does not answer holds up the SDK for a minute. */
  async #prepareMissing(): Promise<void> {
    for (const entry of this.#scenarios.values())
      if (!entry.isReady && !this.#stop.signal.aborted) await this.#prepare(entry)
  }

  #prepare(entry: Watched): Promise<void> {
    entry.preparing ??= this.#tryToPrepare(entry).finally(() => {
      entry.preparing = undefined
    })
    return entry.preparing
  }

  async #tryToPrepare(entry: Watched): Promise<void> {
    const { scenario } = entry
    const isGone = () => this.#stop.signal.aborted || this.#scenarios.get(scenario.name) !== entry
    try {
      const ready = await prepareScenario(this.#target, scenario, this.#provision)
      if (isGone()) return
      entry.isReady = true
      entry.told = ''
      if (!entry.isStarted) this.#events.onReady(scenario, ready)
      entry.isStarted = true
    } catch (error) {
      // Its clients may be closed by then.
      if (isGone()) return
      if (!(error instanceof TargetProblem)) throw error
      if (entry.told !== error.message) this.#events.onNotReady(scenario, error, entry.isStarted)
      entry.told = error.message
    }
  }
}

function problemIn(error: unknown): TargetProblem {
  if (error instanceof TargetProblem) return error
  throw error
}

/** Checks the regions and the container that a scenario needs. Rejects with `TargetProblem`. */
export async function prepareScenario(target: Target, scenario: Scenario, provision: boolean): Promise<ScenarioReady> {
  await target.checkRegions(scenario.hops)
  const container = await target.ensureContainer(
    { ...scenario.container, partitionKey: scenario.partitionKey },
    { provision },
  )
  return { ttlIsOn: container.ttlIsOn }
}

const missesItsContainer = (event: FinishedRun['events'][number]): boolean =>
  (event.kind === 'write' || event.kind === 'read') &&
  event.observation.status === 404 &&
  (event.observation.substatus === 1003 || event.kind === 'write')
