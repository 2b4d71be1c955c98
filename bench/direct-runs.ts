import { fileURLToPath } from 'node:url'
import { ManualClock } from '../src/base/clock.ts'
import { seededRandom } from '../src/base/random.ts'
import type { FinishedRun } from '../src/domain/journey.ts'
import type { Scenario } from '../src/domain/scenario.ts'
import { DirectStore } from '../src/explore/direct-store.ts'
import { RunPlanner } from '../src/run/plan-run.ts'
import { createRunner } from '../src/run/run-scenario.ts'
import { loadScenarios } from '../src/scenario/load-scenarios.ts'
import { SimulatedAccount } from '../src/simulator/account.ts'
import type { Operation } from '../src/simulator/operation.ts'

/** The journeys that the project ships: with their waits, control arms, queries, and so with stale reads. */
export async function shippedScenarios(): Promise<readonly Scenario[]> {
  const { scenarios, problems } = await loadScenarios([fileURLToPath(new URL('../scenarios', import.meta.url))], {})
  if (problems.length > 0) throw new Error(`the shipped scenarios have problems: ${problems[0]!.message}`)
  return scenarios
}

/** Real journeys against the simulated account without HTTP, on a clock that jumps over every wait. */
export class DirectRuns {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1))
  readonly #account = new SimulatedAccount({}, seededRandom('bench'))
  readonly #starts: (() => Promise<FinishedRun>)[] = []

  add(scenario: Scenario): void {
    const { database, container } = scenario.container
    this.#make({ kind: 'createDatabase', id: database })
    this.#make({
      kind: 'createContainer',
      database,
      definition: { id: container, partitionKey: { paths: scenario.partitionKey }, defaultTtl: -1 },
    })
    const hops = new Map(scenario.hops.map((hop) => [hop.name, hop]))
    const planner = new RunPlanner(scenario)
    const runner = createRunner({
      scenario,
      openStore: (name) =>
        new DirectStore({ account: this.#account, clock: this.clock, hop: hops.get(name)!, scenario }),
      clock: this.clock,
      random: seededRandom(scenario.name),
      owner: 'bench',
      ttlIsOn: true,
    })
    this.#starts.push(async () => runner.run(planner.next(), 0))
  }

  /** The next run of the scenario that was added as the `index`th, in turn; then `pauseMs` pass. */
  async next(index: number, pauseMs: number): Promise<FinishedRun> {
    const ended: FinishedRun[] = []
    void this.#starts[index % this.#starts.length]!().then((run) => ended.push(run))
    for (;;) {
      await settled()
      if (ended.length > 0) break
      const wakeMs = this.clock.nextWakeMs()
      if (wakeMs === undefined) throw new Error('a run waits for nothing')
      await this.clock.advance(wakeMs - this.clock.nowMs())
    }
    await this.clock.advance(pauseMs)
    return ended[0]!
  }

  #make(operation: Operation): void {
    this.#account.execute(operation, { region: 'West Europe', nowMs: this.clock.nowMs() })
  }
}

/** Lets everything run that waits for no time. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
