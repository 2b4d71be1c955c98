import { count } from './coverage.ts'
import { exploreWorld } from './explore.ts'

/** Runs of one world: enough that its document grows old, few enough that many worlds are seen. A replay counts on it. */
const runsPerWorld = 50

/** A run that the oracle judges otherwise, and how to see it again. Plain data: it crosses from worker threads. */
export interface DisagreeingRun {
  readonly world: number
  /** Its place in the world, from 0. */
  readonly run: number
  readonly disagreements: readonly {
    readonly step: number
    readonly what: string
    readonly judged: string
    readonly truth: string
  }[]
  readonly story: string
}

export interface WorldReport {
  readonly world: number
  readonly runs: number
  /** How often each verdict and token state was judged; empty unless it was asked for. */
  readonly covered: ReadonlyMap<string, number>
  readonly disagreeing: readonly DisagreeingRun[]
}

const worldSeed = (seed: string, world: number): string => `${seed}/${world}`

/** The first `runs` runs of a world. */
async function reportWorld(seed: string, world: number, runs: number, counts: boolean): Promise<WorldReport> {
  const disagreeing: DisagreeingRun[] = []
  const covered = new Map<string, number>()
  await exploreWorld(worldSeed(seed, world), runs, ({ index, run, disagreements, tell }) => {
    if (counts) count(covered, run)
    if (disagreements.length > 0) disagreeing.push({ world, run: index, disagreements, story: tell() })
  })
  return { world, runs, covered, disagreeing }
}

/** The story of one run, whatever was found in it. */
export async function replayRun(seed: string, world: number, run: number): Promise<DisagreeingRun> {
  const replayed: DisagreeingRun[] = []
  await exploreWorld(worldSeed(seed, world), run + 1, ({ index, disagreements, tell }) => {
    if (index === run) replayed.push({ world, run, disagreements, story: tell() })
  })
  return replayed[0]!
}

/** How many worlds `runs` runs take, and how many runs each has: the last one may be cut short. */
const worldCount = (runs: number): number => Math.ceil(runs / runsPerWorld)
const runsOfWorld = (world: number, runs: number): number => Math.min(runsPerWorld, runs - world * runsPerWorld)

/** Every `stride`-th world from `first`. Plain data, for a worker thread. */
export interface Share {
  readonly seed: string
  readonly runs: number
  /** Whether to count what was judged. */
  readonly counts: boolean
  readonly first: number
  readonly stride: number
}

/**
 * Explores one world after the other until `signal` aborts. Between two worlds the event loop turns, so that signals and
 * messages are heard; within one nothing but microtasks runs.
 */
export async function exploreShare(
  { seed, runs, counts, first, stride }: Share,
  onWorld: (report: WorldReport) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (let world = first; world < worldCount(runs); world += stride) {
    if (signal?.aborted) return
    onWorld(await reportWorld(seed, world, runsOfWorld(world, runs), counts))
    await new Promise((resolve) => setImmediate(resolve))
  }
}
