import { ManualClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import type { FinishedRun } from '../domain/journey.ts'
import type { Scenario } from '../domain/scenario.ts'
import { RunPlanner } from '../run/plan-run.ts'
import { createRunner } from '../run/run-scenario.ts'
import { SimulatedAccount } from '../simulator/account.ts'
import type { Operation } from '../simulator/operation.ts'
import { checkCounts } from './check-counts.ts'
import type { Disagreement } from './disagreement.ts'
import { Oracle } from './oracle.ts'
import { randomScenario } from './random-scenario.ts'
import { randomLayout, randomTraits } from './random-world.ts'
import { tellRun } from './story.ts'
import { WatchedStores } from './watched-stores.ts'
import { changeBetweenRuns, regions, stuckWrites, type World } from './weather.ts'

export interface Exploration {
  readonly runs: number
  readonly disagreements: readonly SeededDisagreement[]
}

/** One run as it was judged and checked. */
export interface ExploredRun {
  /** Its place in the world, from 0. */
  readonly index: number
  readonly run: FinishedRun
  readonly disagreements: readonly Disagreement[]
  /** The run as a person can follow it. */
  readonly tell: () => string
}

/** With the seed that replays it and the run as it was judged. */
export interface SeededDisagreement extends Disagreement {
  readonly seed: string
  readonly judgedRun: FinishedRun
}

/**
 * Random journeys in random weather against the simulated account, on a manual clock, each judgement compared with the
 * journal. One seed makes one world of `runsPerWorld` runs; the same seed replays it.
 */
export async function exploreWorld(
  seed: string,
  runsPerWorld: number,
  onRun?: (explored: ExploredRun) => void,
): Promise<Exploration> {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const account = new SimulatedAccount(randomLayout(random), random.fork('account'))
  const traits = randomTraits(random.fork('traits'))
  const scenario = randomScenario(random.fork('scenario'), regions, traits.pace)
  makeContainer(account, scenario)
  if (traits.writesLandLate) for (const rule of stuckWrites) account.addFaultRule(rule)
  const { issuesTokens, tellsAncestry } = traits.habits
  const oracle = new Oracle({ levelOf: levelsOf(scenario), issuesTokens, tellsAncestry })
  const world: World = { account, clock, random: random.fork('weather'), ...scenario.container }
  const stores = new WatchedStores({ world, scenario, traits, oracle, random: random.fork('stores') })
  const declarations = new Map(scenario.hops.map((hop) => [hop.name, hop]))
  const runner = createRunner({
    scenario,
    openStore: (hop) => stores.open(declarations.get(hop)!),
    clock,
    random: random.fork('runs'),
    owner: 'explorer',
    ttlIsOn: traits.ttlIsOn,
  })
  const planner = new RunPlanner(scenario)
  const disagreements: SeededDisagreement[] = []
  for (let index = 0; index < runsPerWorld; index++) {
    const evidence = stores.beginRun()
    changeBetweenRuns(world)
    const begun = runner.run(planner.next(), 0)
    const run = begun instanceof Promise ? await finish(clock, begun) : begun
    const found = [...crashOf(run), ...oracle.check(run, evidence), ...checkCounts(run)]
    for (const disagreement of found) disagreements.push({ ...disagreement, seed, judgedRun: run })
    onRun?.({ index, run, disagreements: found, tell: () => tellRun(run, scenario, evidence) })
  }
  return { runs: runsPerWorld, disagreements }
}

/** The consistency level that a hop's reads ask for in an arm. */
const levelsOf = (scenario: Scenario) => (hop: string, arm: string) => {
  const instead = scenario.arms.find(({ name }) => name === arm)?.instead
  return instead?.kind === 'consistency' ? instead.level : scenario.hops.find(({ name }) => name === hop)!.consistency
}

/** Whatever the world does, hopwatch itself must not fail. */
const crashOf = ({ id, result, problem, events }: FinishedRun): Disagreement[] =>
  result === 'crashed'
    ? [{ run: id, step: events.length, what: 'the run', judged: `crashed, ${problem}`, truth: 'comes to an end' }]
    : []

/**
 * Moves the clock to each next event until the run has ended. Before the first, whatever can go on without time does: else every
 * run would begin with a jump to its own deadline.
 */
async function finish(clock: ManualClock, run: Promise<FinishedRun>): Promise<FinishedRun> {
  const ended: FinishedRun[] = []
  void run.then((result) => ended.push(result))
  await clock.advance(0)
  while (ended.length === 0) await clock.advanceToNext()
  return ended[0]!
}

function makeContainer(account: SimulatedAccount, scenario: Scenario): void {
  const { database, container } = scenario.container
  const make = (operation: Operation) => account.execute(operation, { region: regions[0], nowMs: 0 })
  make({ kind: 'createDatabase', id: database })
  make({
    kind: 'createContainer',
    database,
    definition: { id: container, partitionKey: { paths: scenario.partitionKey }, defaultTtl: -1 },
  })
}
