import type { Clock } from '../base/clock.ts'
import { integerBelow, pick, type Random } from '../base/random.ts'
import type { SimulatedAccount } from '../simulator/account.ts'
import type { FaultRule } from '../simulator/faults.ts'
import { RefusedChange } from '../simulator/refused-change.ts'

export const regions = ['West Europe', 'North Europe', 'East US'] as const

/** Where something may change, when, and by what chance. */
export interface World {
  readonly account: SimulatedAccount
  readonly clock: Clock
  readonly random: Random
  readonly database: string
  readonly container: string
}

type Change = (world: World, nowMs: number) => void

/** Clients that ask range by range would otherwise make more of them at each query than there were: such worlds never end. */
const mostRanges = 12

const split: Change = ({ account, database, container, random }, nowMs) => {
  if (account.rangesOf(database, container).length >= mostRanges) return
  account.splitRange(database, container, undefined, nowMs, pick(random, [0, 0, 20]))
}

const merge: Change = ({ account, database, container, random }, nowMs) => {
  const ranges = account.rangesOf(database, container)
  const left = integerBelow(random, ranges.length)
  account.mergeRanges(database, container, ranges.slice(left, left + 2), nowMs)
}

const pause: Change = ({ account, random }, nowMs) => {
  const from = pick(random, regions)
  const others = regions.filter((name) => name !== from)
  account.pauseReplication(from, pick(random, others), nowMs)
}

const resume: Change = ({ account }, nowMs) => {
  for (const { from, to } of account.pausedLinks()) account.resumeReplication(from, to, nowMs)
}

const goOffline: Change = ({ account, random }, nowMs) =>
  account.setRegionOffline(pick(random, regions), pick(random, ['unavailable', 'hang'] as const), nowMs)

const comeOnline: Change = ({ account }, nowMs) => {
  for (const { name, state } of account.regions(nowMs)) {
    if (state === 'unavailable' || state === 'hang') account.setRegionOnline(name, nowMs)
  }
}

const failOver: Change = ({ account, random }, nowMs) => account.failover(pick(random, regions), nowMs)

/** The write region is lost, and what had not left it. */
const failOverByForce: Change = ({ account, random }, nowMs) => {
  const writing = account.regions(nowMs).find(({ writable }) => writable)!.name
  const others = regions.filter((name) => name !== writing)
  account.setRegionOffline(writing, 'unavailable', nowMs)
  account.failover(pick(random, others), nowMs)
}

const removeRegion: Change = ({ account, random }, nowMs) => account.removeRegion(pick(random, regions), nowMs)
const addRegion: Change = ({ account, random }, nowMs) => account.addRegion(pick(random, regions), nowMs)
const misfortune: Change = ({ account, random }) => {
  account.addFaultRule(randomFault(random))
}
const recreate: Change = ({ account, database, container }, nowMs) =>
  account.recreateContainer(database, container, nowMs)

/** Shares of the runs before which it happens. */
type Chances = readonly (readonly [share: number, change: Change])[]

const weatherBetweenRuns: Chances = [
  [0.1, pause],
  [0.15, resume],
  [0.03, goOffline],
  [0.12, comeOnline],
  [0.03, failOver],
  [0.07, misfortune],
]
const layoutBetweenRuns: Chances = [
  [0.02, split],
  [0.02, merge],
  [0.01, removeRegion],
  [0.02, addRegion],
  [0.005, recreate],
]
/**
 * A container made anew forgets everything; under a run that goes on, nothing could be said of it. Some worlds have one trouble over and
 * over: what takes several of a kind to come about shows in these.
 */
const amidRun = {
  anything: [
    [0.25, split],
    [0.05, merge],
    [0.1, pause],
    [0.1, resume],
    [0.05, goOffline],
    [0.15, comeOnline],
    [0.05, failOver],
    [0.15, failOverByForce],
    [0.02, removeRegion],
    [0.03, addRegion],
    [0.05, misfortune],
  ],
  splits: [
    [0.5, split],
    [0.1, merge],
    [0.2, pause],
    [0.1, resume],
  ],
  losses: [
    [0.2, pause],
    [0.1, resume],
    [0.3, failOverByForce],
    [0.3, comeOnline],
  ],
} satisfies Record<string, Chances>
export type Season = keyof typeof amidRun

function happen(chances: Chances, world: World): void {
  let roll = world.random.next()
  for (const [share, change] of chances) {
    if (roll < share) {
      whereAllowed(() => change(world, world.clock.nowMs()))
      return
    }
    roll -= share
  }
}

/** Before each run, something in the world may change. */
export function changeBetweenRuns(world: World): void {
  happen(weatherBetweenRuns, world)
  happen(layoutBetweenRuns, world)
}

/** In the middle of an operation, something does. */
export const changeAmidRun = (world: World, season: Season): void => happen(amidRun[season], world)

/** Not every change is possible in every state of the account, which then says so and stays as it is. */
function whereAllowed(change: () => void): void {
  try {
    change()
  } catch (error) {
    if (!(error instanceof RefusedChange)) throw error
  }
}

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

/**
 * After the commit only what leaves a client in doubt: a service that carries out a write and then says for certain that it
 * did not is lying, and no client can tell.
 */
function randomFault(random: Random): FaultRule {
  const when = pick(random, ['before', 'after'] as const)
  const misfortune = when === 'after' ? pick(random, doubtful) : pick(random, [...doubtful, ...certain])
  const share = pick(random, [0.2, 1])
  return { region: pick(random, regions), share, count: 1 + integerBelow(random, 4), when, ...misfortune }
}

const writes = ['createItem', 'upsertItem', 'replaceItem', 'patchItem', 'deleteItem', 'batchItems'] as const

/** Writes get stuck on their way, again and again; after a 503 a client tries again where there is another write region. */
export const stuckWrites: readonly FaultRule[] = [
  { operations: writes, share: 0.3, when: 'before', connection: 'reset' },
  { operations: writes, share: 0.2, when: 'before', status: 503 },
]
