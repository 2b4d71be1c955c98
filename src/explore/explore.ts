import { ManualClock } from '../base/clock.ts'
import { integerBelow, pick, type Random, seededRandom } from '../base/random.ts'
import type { DocumentStore, StoreRequest } from '../domain/document-store.ts'
import type { FinishedRun } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../domain/scenario.ts'
import { RunPlanner } from '../run/plan-run.ts'
import { createRunner } from '../run/run-scenario.ts'
import { SimulatedAccount } from '../simulator/account.ts'
import type { FaultRule } from '../simulator/faults.ts'
import type { JournalEntry } from '../simulator/journal.ts'
import type { Operation } from '../simulator/operation.ts'
import { RefusedChange } from '../simulator/refused-change.ts'
import { checkCounts } from './check-counts.ts'
import { DirectStore } from './direct-store.ts'
import type { Disagreement } from './disagreement.ts'
import { Oracle } from './oracle.ts'
import { randomScenario } from './random-scenario.ts'
import { tellRun } from './story.ts'

export interface Exploration {
  readonly runs: number
  /** How often each verdict and token state was judged, so that a test can see that the ground was covered. */
  readonly covered: ReadonlyMap<string, number>
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

const regions = ['West Europe', 'North Europe', 'East US']

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
  const scenario = randomScenario(random.fork('scenario'), regions)
  makeContainer(account, scenario)
  const evidence = new WeakMap<readonly Attempt[], readonly JournalEntry[]>()
  const issuesTokens = random.fork('tokens').next() < 0.95
  const oracle = new Oracle(
    evidence,
    (hop, arm) => {
      const instead = scenario.arms.find(({ name }) => name === arm)?.instead
      return instead?.kind === 'consistency'
        ? instead.level
        : scenario.hops.find(({ name }) => name === hop)!.consistency
    },
    issuesTokens,
  )
  const runner = createRunner({
    scenario,
    openStore: storesOf({ scenario, account, clock, evidence, oracle, issuesTokens, stranger: randomStranger(random) }),
    clock,
    random: random.fork('runs'),
    owner: 'explorer',
    ttlIsOn: random.next() < 0.8,
  })
  const planner = new RunPlanner(scenario)
  const weather = random.fork('weather')
  const covered = new Map<string, number>()
  const disagreements: SeededDisagreement[] = []
  for (let index = 0; index < runsPerWorld; index++) {
    changeWeather(account, clock, weather)
    changeLayout(account, clock, weather, scenario)
    const run = await finish(clock, runner.run(planner.next(), 0))
    for (const key of [...run.events.flatMap(coveredBy), ...run.violations.map(({ guarantee }) => guarantee)])
      covered.set(key, (covered.get(key) ?? 0) + 1)
    const found = [...crashOf(run), ...oracle.check(run), ...checkCounts(run)]
    for (const disagreement of found) disagreements.push({ ...disagreement, seed, judgedRun: run })
    onRun?.({ index, run, disagreements: found, tell: () => tellRun(run, scenario, evidence) })
  }
  return { runs: runsPerWorld, covered, disagreements }
}

const coveredBy = (event: FinishedRun['events'][number]): string[] => {
  if (event.kind === 'read')
    return [
      `verdict ${event.judgement.verdict}`,
      `token ${event.token}`,
      `finding ${event.finding}`,
      `canary ${event.canary}`,
    ]
  if (event.kind === 'poll') return [`poll ${event.outcome}`, `finding ${event.finding}`]
  if (event.kind === 'write') return [`write ${event.outcome}`]
  if (event.kind === 'carry') return [`carry ${event.carrier} ${event.token}`, `carried ${event.cause ?? 'as sent'}`]
  return event.kind === 'visibility' ? [] : [`step ${event.kind}`]
}

/** In a few worlds somebody else writes the same documents, and now and then a read comes upon theirs. */
function randomStranger(random: Random): () => boolean {
  const chance = random.fork('stranger')
  const share = chance.next() < 0.05 ? 0.2 : 0
  return () => share > 0 && chance.next() < share
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

function randomLayout(random: Random) {
  const delay = () => pick(random, [{ fixedMs: 0 }, { medianMs: 30, sigma: 0.5 }, { fixedMs: 400 }, { fixedMs: 3000 }])
  return {
    regions,
    multipleWriteLocations: random.next() < 0.25,
    consistency: pick(random, ['Session', 'Session', 'Session', 'ConsistentPrefix', 'BoundedStaleness'] as const),
    partitionKeyRanges: pick(random, [1, 2, 4]),
    replication: delay(),
    replicationBetween: [{ from: regions[0]!, to: regions[1]!, delay: delay() }],
    replicaLag: pick(random, [{ fixedMs: 0 }, { medianMs: 5, sigma: 0.5 }, { fixedMs: 300 }]),
    sessionWaitMs: pick(random, [0, 50, 500]),
    throughput: pick(random, [100_000, 100_000, 400]),
    journal: 'off' as const,
  }
}

function makeContainer(account: SimulatedAccount, scenario: Scenario): void {
  const { database, container } = scenario.container
  const make = (operation: Operation) => account.execute(operation, { region: regions[0]!, nowMs: 0 })
  make({ kind: 'createDatabase', id: database })
  make({
    kind: 'createContainer',
    database,
    definition: { id: container, partitionKey: { paths: scenario.partitionKey }, defaultTtl: -1 },
  })
}

/** What the oracle reads; how far each replica has come is told by what it served. */
const evidenceKinds: ReadonlySet<JournalEntry['kind']> = new Set(['commit', 'lost', 'ranges', 'request', 'topology'])

/** Stores whose every operation leaves its journal entries as evidence, also where branches of a run go on at the same time. */
function storesOf(of: {
  readonly scenario: Scenario
  readonly account: SimulatedAccount
  readonly clock: ManualClock
  readonly evidence: WeakMap<readonly Attempt[], readonly JournalEntry[]>
  readonly oracle: Oracle
  readonly issuesTokens: boolean
  readonly stranger: () => boolean
}): (hopName: string) => DocumentStore {
  const { scenario, account, clock, evidence, oracle, issuesTokens, stranger } = of
  const heardFor = new WeakMap<StoreRequest, JournalEntry[]>()
  let heard: JournalEntry[] = []
  const onAsk = (request: StoreRequest) => {
    heard = heardFor.get(request) ?? []
    heardFor.set(request, heard)
  }
  account.journal.onEntry((entry) => {
    heard.push(entry)
    oracle.hear(entry)
  }, evidenceKinds)
  const open = (hop: HopDeclaration): DocumentStore => {
    const store = new DirectStore({ account, clock, hop, scenario, issuesTokens, onAsk })
    return {
      async execute(request, signal) {
        const answer = await store.execute(request, signal)
        const entries = heardFor.get(request) ?? []
        if ('document' in request) {
          const { id, version, run } = request.document
          oracle.learn(id, { version, present: request.kind !== 'delete', run }, entries)
        }
        evidence.set(answer.attempts, 'losesResponse' in request && request.losesResponse ? withLoss(entries) : entries)
        if (answer.document === undefined || !stranger()) return answer
        oracle.showsAnothers(answer.attempts)
        return { ...answer, document: { ...answer.document, owner: 'stranger' } }
      },
      reconnect: () => store.reconnect(),
    }
  }
  const declarations = new Map(scenario.hops.map((hop) => [hop.name, hop]))
  return (hopName) => open(declarations.get(hopName)!)
}

/** As the client saw it: the acknowledgement never came. */
const withLoss = (entries: readonly JournalEntry[]): JournalEntry[] =>
  entries.map((entry) =>
    entry.kind === 'request' && entry.status < 300 && entry.connection === undefined
      ? { ...entry, connection: 'reset' }
      : entry,
  )

/** Ranges split and merge, regions come and go, the container is made anew. */
function changeLayout(account: SimulatedAccount, clock: ManualClock, random: Random, scenario: Scenario): void {
  const { database, container } = scenario.container
  const nowMs = clock.nowMs()
  const roll = random.next()
  const settlingMs = pick(random, [0, 0, 20])
  if (roll < 0.02) whereAllowed(() => account.splitRange(database, container, undefined, nowMs, settlingMs))
  else if (roll < 0.04) {
    const ranges = account.rangesOf(database, container)
    const left = integerBelow(random, ranges.length)
    whereAllowed(() => account.mergeRanges(database, container, ranges.slice(left, left + 2), nowMs))
  } else if (roll < 0.05) whereAllowed(() => account.removeRegion(pick(random, regions), nowMs))
  else if (roll < 0.07) whereAllowed(() => account.addRegion(pick(random, regions), nowMs))
  else if (roll < 0.075) account.recreateContainer(database, container, nowMs)
}

/** Not every change is possible in every state of the account, which then says so and stays as it is. */
function whereAllowed(change: () => void): void {
  try {
    change()
  } catch (error) {
    if (!(error instanceof RefusedChange)) throw error
  }
}

/** Before each run, something in the world may change. */
function changeWeather(account: SimulatedAccount, clock: ManualClock, random: Random): void {
  const nowMs = clock.nowMs()
  const region = pick(random, regions)
  const other = pick(
    random,
    regions.filter((name) => name !== region),
  )
  const roll = random.next()
  if (roll < 0.1) account.pauseReplication(region, other, nowMs)
  else if (roll < 0.25) for (const { from, to } of account.pausedLinks()) account.resumeReplication(from, to, nowMs)
  if (roll >= 0.25 && roll < 0.28) {
    const mode = pick(random, ['unavailable', 'hang'] as const)
    whereAllowed(() => account.setRegionOffline(region, mode, nowMs))
  } else if (roll < 0.4) {
    for (const { name, state } of account.regions(nowMs)) {
      if (state === 'unavailable' || state === 'hang') account.setRegionOnline(name, nowMs)
    }
  }
  const isOnline = account.regions(nowMs).some(({ name, state }) => name === region && state === 'online')
  if (roll >= 0.4 && roll < 0.43 && isOnline) whereAllowed(() => account.failover(region, nowMs))
  if (roll >= 0.43 && roll < 0.5) account.addFaultRule(randomFault(random, region))
}

/**
 * After the commit only what leaves a client in doubt: a service that carries out a write and then says for certain that it
 * did not is lying, and no client can tell.
 */
function randomFault(random: Random, region: string): FaultRule {
  const doubtful = [
    { status: 503 },
    { status: 500 },
    { status: 408 },
    { connection: 'reset' },
    { connection: 'hang' },
    { connection: 'truncate' },
    { delayMs: 700 },
  ] as const
  const certain = [
    { status: 429, substatus: 3200 },
    { status: 410, substatus: 1002 },
    { status: 404, substatus: 1002 },
    { status: 449 },
  ] as const
  const when = pick(random, ['before', 'after'] as const)
  const misfortune = when === 'after' ? pick(random, doubtful) : pick(random, [...doubtful, ...certain])
  return { region, share: pick(random, [0.2, 1]), count: 1 + integerBelow(random, 4), when, ...misfortune }
}
