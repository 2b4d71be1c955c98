import { isDeepStrictEqual } from 'node:util'
import type { Target } from '../cosmos/target.ts'
import { needsTarget, type Scenario } from '../domain/scenario.ts'
import type { SetChange } from '../http/reload.ts'
import type { Publication } from '../publish/publication.ts'
import type { Scheduler, StartRun } from '../schedule/scheduler.ts'
import type { Governors } from './governors.ts'
import { noContainer } from './start-runs.ts'
import type { ScenarioReady, TargetWatch } from './target-watch.ts'

export interface RunningSetDeps {
  readonly scheduler: Scheduler
  readonly governors: Governors
  readonly publication: Pick<Publication, 'addScenario' | 'replaceScenario' | 'removeScenario'>
  readonly targets: ReadonlyMap<string, Target>
  /** By target. */
  readonly watches: ReadonlyMap<string, TargetWatch>
  /** A scenario on its target, ready to run. `generation` counts the earlier loads of a scenario of this name. */
  readonly startRuns: (scenario: Scenario, ready: ScenarioReady, generation: number) => StartRun
}

/** The scenarios that run, and what it takes to put others in their place. */
export class RunningSet {
  readonly #deps: RunningSetDeps
  #scenarios = new Map<string, Scenario>()
  readonly #generations = new Map<string, number>()
  readonly #scheduled = new Set<string>()
  #wereScheduled = false

  constructor(deps: RunningSetDeps) {
    this.#deps = deps
  }

  /** In the order of the files. */
  get scenarios(): readonly Scenario[] {
    return [...this.#scenarios.values()]
  }

  /** How many are on their schedules: the others wait for their target or container. */
  get scheduledCount(): number {
    return this.#scheduled.size
  }

  /** Whether one has ever been on its schedule. */
  get wereScheduled(): boolean {
    return this.#wereScheduled
  }

  /**
   * Makes these the scenarios that run. One that is as before goes on undisturbed, with its schedule, counts and windows. One
   * that changed or is gone starts no run any more at once; its place is taken when its run under way has ended, because
   * that one is still counted. Resolves when all that has happened. Callers take turns.
   */
  async load(next: readonly Scenario[]): Promise<SetChange> {
    const before = this.#scenarios
    const wanted = new Set(names(next))
    const isNew = ({ name }: Scenario) => !before.has(name)
    const isChanged = (scenario: Scenario) =>
      before.has(scenario.name) && !isDeepStrictEqual(before.get(scenario.name), scenario)
    const added = next.filter(isNew)
    const changed = next.filter(isChanged)
    const removed = [...before.values()].filter(({ name }) => !wanted.has(name))

    // The order of the new files; until its last run has ended, a scenario is what it was.
    this.#scenarios = new Map(
      [...next.map((scenario) => before.get(scenario.name) ?? scenario), ...removed].map((each) => [each.name, each]),
    )
    const leaving = [
      ...removed.map(async (scenario) => {
        await this.#stop(scenario)
        this.#scenarios.delete(scenario.name)
        this.#deps.publication.removeScenario(scenario.name)
      }),
      ...changed.map(async (scenario) => {
        await this.#stop(before.get(scenario.name)!)
        this.#scenarios.set(scenario.name, scenario)
        this.#deps.publication.replaceScenario(scenario)
        this.#start(scenario)
      }),
    ]
    for (const scenario of added) {
      this.#deps.publication.addScenario(scenario)
      this.#start(scenario)
    }
    await Promise.all(leaving)
    const touched = new Set(names([...added, ...changed]))
    const unchanged = next.filter(({ name }) => !touched.has(name))
    return { added: names(added), changed: names(changed), removed: names(removed), unchanged: names(unchanged) }
  }

  /** Its target and container are there: it goes on its schedule. */
  schedule(scenario: Scenario, ready: ScenarioReady): void {
    const { scheduler, governors, startRuns, watches } = this.#deps
    const generation = this.#generations.get(scenario.name) ?? 0
    const start = startRuns(scenario, ready, generation)
    const watch = watches.get(scenario.target)
    const watched: StartRun = async (lagMs, signal) => {
      const run = await start(lagMs, signal)
      watch?.suspect(run)
      return run
    }
    this.#scheduled.add(scenario.name)
    this.#wereScheduled = true
    scheduler.add(scenario, watched, governors.admit(scenario))
  }

  #start(scenario: Scenario): void {
    if (needsTarget(scenario)) this.#deps.watches.get(scenario.target)!.add(scenario)
    else this.schedule(scenario, noContainer)
  }

  async #stop({ name, target }: Scenario): Promise<void> {
    this.#deps.watches.get(target)?.remove(name)
    this.#scheduled.delete(name)
    this.#generations.set(name, (this.#generations.get(name) ?? 0) + 1)
    await this.#deps.scheduler.remove(name)
    this.#deps.targets.get(target)?.closeStores(name)
  }
}

const names = (scenarios: readonly Scenario[]): string[] => scenarios.map(({ name }) => name)
