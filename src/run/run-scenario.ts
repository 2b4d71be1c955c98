import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { type Finding, worstFinding } from '../domain/finding.ts'
import type { FinishedRun, JourneyEvent, RunResult } from '../domain/journey.ts'
import { deletesDocument, type HopDeclaration, type Scenario } from '../domain/scenario.ts'
import { judgeHistory } from '../domain/session-history.ts'
import { isJudged } from '../domain/verdict.ts'
import type { CarrierResources } from './carriers/carrier.ts'
import { resourcesInMemory } from './carriers/resources.ts'
import { openCarriers } from './carriers/table.ts'
import type { ChangeAccount } from './change-account.ts'
import { DocumentPool } from './document-pool.ts'
import type { Hop, OpenStore } from './hop.ts'
import { openHop } from './hops/open-hop.ts'
import { JourneyWalk } from './journey-walk.ts'
import type { RunPlan } from './plan-run.ts'
import { andThen, type Soon } from './soon.ts'
import { TokenMemory } from './token-memory.ts'
import type { SampleTrace } from './trace-context.ts'

export interface RunnerOptions {
  readonly scenario: Scenario
  readonly openStore: OpenStore
  readonly clock: Clock
  readonly random: Random
  /** Owner of the documents; unique among everything that writes to the container. */
  readonly owner: string
  /** How often this process has loaded a scenario of this name before: its documents are not those of an earlier load. */
  readonly generation?: number | undefined
  /** False where the container keeps documents for ever: then each run deletes its own. */
  readonly ttlIsOn: boolean
  /** What carriers use outside the process; undefined: nothing outside it. */
  readonly resources?: CarrierResources | undefined
  /** For steps that change the account; undefined: it is not simulated. */
  readonly changeAccount?: ChangeAccount | undefined
  /** Bearer token of hops elsewhere. */
  readonly hopToken?: string | undefined
  /** Told of what keeps a hop elsewhere from answering, without secrets; undefined: it answers again. */
  /** Undefined: nobody records traces. */
  readonly sampleTrace?: SampleTrace | undefined
  readonly onHopProblem?: ((hop: string, problem: string | undefined) => void) | undefined
  /** Fingerprints of the account under test; empty: not known yet. */
  readonly account?: (() => readonly string[]) | undefined
}

/** Runs one scenario, one run at a time. */
export interface Runner {
  /** At once where no step waits, as in most simulated worlds. */
  run(plan: RunPlan, scheduleLagMs: number, signal?: AbortSignal): Soon<FinishedRun>
}

/** Never rejects: whatever goes wrong becomes the run's result. */
export function createRunner(options: RunnerOptions): Runner {
  const { scenario, clock, random, owner, generation = 0 } = options
  const hops = new Map<string, { hop: Hop; declaration: HopDeclaration }>(
    scenario.hops.map((declaration) => [declaration.name, { hop: openHop(declaration, options), declaration }]),
  )
  // No scenario's name holds a tilde.
  const pool = new DocumentPool(`${owner}-${scenario.name}${generation === 0 ? '' : `~${generation}`}`)
  const memory = new TokenMemory()
  const runIds = random.fork('run-ids')
  const faults = random.fork('faults')
  const carriers = openCarriers()
  const resources = options.resources ?? resourcesInMemory(clock)
  const runsDelete = !options.ttlIsOn || deletesDocument(scenario)
  const partitionKeys = Array.from({ length: scenario.partitions }, (_, partition) =>
    scenario.partitionKey.map((_path, level) =>
      level === 0 ? `${owner}-${scenario.name}-${partition}` : `level-${level}`,
    ),
  )
  /** What all runs have in common. */
  const common = { ...options, hops, pool, memory, faults, carriers, resources, runsDelete, partitionKeys }
  let firstRunAtMs: number | undefined

  /** How the journey ends: by itself, or because `signal` aborts or the deadline has passed. */
  async function inTime(
    journey: Promise<WalkOutcome>,
    deadline: AbortController,
    signal: AbortSignal | undefined,
  ): Promise<WalkOutcome> {
    const abandon = () => deadline.abort(over)
    signal?.addEventListener('abort', abandon)
    const outcome = await Promise.race([
      journey,
      clock
        .sleep(scenario.deadlineMs, deadline.signal)
        .then((): WalkOutcome => ({ kind: deadline.signal.aborted ? 'stopped' : 'late' })),
    ])
    deadline.abort(over)
    // What was in flight comes back as a timeout, and is counted; but nothing may hold a run beyond this.
    if (outcome.kind === 'late' || outcome.kind === 'stopped')
      await Promise.race([journey, clock.sleep(abandonedGraceMs)])
    signal?.removeEventListener('abort', abandon)
    return outcome
  }

  return {
    run(plan, scheduleLagMs, signal) {
      const id = newRunId(runIds)
      const startedAtMs = clock.nowMs()
      const startedAtWallMs = clock.wallMs()
      firstRunAtMs ??= startedAtMs
      const deadline = new AbortController()
      const walk = new JourneyWalk({
        ...common,
        id,
        plan,
        sinceStartMs: startedAtMs - firstRunAtMs,
        signal: deadline.signal,
      })
      const journey: Soon<WalkOutcome> = signal?.aborted ? { kind: 'stopped' } : walked(walk)
      return andThen(journey instanceof Promise ? inTime(journey, deadline, signal) : journey, (outcome) => {
        const events = walk.eventsSoFar()
        if (outcome.kind !== 'ended') pool.retire(plan.partition)
        const finding = worstFinding(events.flatMap(findingsOf))
        return {
          id,
          scenario: scenario.name,
          arm: plan.arm.name,
          carriesToken: plan.arm.token === 'carried',
          startedAtWallMs,
          durationMs: clock.nowMs() - startedAtMs,
          scheduleLagMs,
          result: resultOf(outcome.kind, finding, events),
          finding,
          events,
          // What was in flight when a run was given up may never be told, and could explain what was read.
          violations: outcome.kind === 'ended' ? judgeHistory(events) : [],
          problem: problemOf(outcome, scenario.deadlineMs),
        }
      })
    },
  }
}

/** Why a run's signals abort: nobody reads it, and the default reason is an error with a stack, made anew for each run. */
const over = 'the run is over'

/** How long an abandoned run waits for its cancelled request to come back. */
const abandonedGraceMs = 1000

type WalkOutcome =
  | { readonly kind: 'ended' | 'late' | 'stopped' }
  | { readonly kind: 'crashed'; readonly error: unknown }

/** How a walk ends that nothing ends before. */
function walked(walk: JourneyWalk): Soon<WalkOutcome> {
  const crashed = (error: unknown): WalkOutcome => ({ kind: 'crashed', error })
  try {
    const journey = walk.toTheEnd()
    return journey instanceof Promise ? journey.then(() => ended, crashed) : ended
  } catch (error) {
    return crashed(error)
  }
}

const ended: WalkOutcome = { kind: 'ended' }

const findingsOf = (event: JourneyEvent): Finding[] =>
  (event.kind === 'read' || event.kind === 'poll') && event.finding !== undefined ? [event.finding] : []

function resultOf(
  outcome: WalkOutcome['kind'],
  finding: Finding | undefined,
  events: readonly JourneyEvent[],
): RunResult {
  if (outcome === 'crashed') return 'crashed'
  if (outcome !== 'ended') return 'abandoned'
  if (finding !== undefined && finding !== 'kept') return 'found'
  if (events.some(isFailure)) return 'failed'
  return events.some(isKept) ? 'kept' : 'undetermined'
}

const isFailure = (event: JourneyEvent): boolean =>
  (event.kind === 'write' && event.outcome !== 'succeeded') ||
  (event.kind === 'poll' && event.outcome === 'failed') ||
  (event.kind === 'simulate' && event.problem !== undefined) ||
  // To fail is what a canary's read is for.
  (event.kind === 'read' && event.judgement.verdict === 'failed' && event.canary !== 'answered')

const isKept = (event: JourneyEvent): boolean =>
  (event.kind === 'poll' && event.outcome === 'shown') ||
  (event.kind === 'read' && (event.canary === 'answered' || isJudged(event.judgement.verdict)))

function problemOf(outcome: WalkOutcome, deadlineMs: number): string | undefined {
  if (outcome.kind === 'late') return `not finished within its deadline of ${deadlineMs} ms`
  if (outcome.kind === 'stopped') return 'stopped before its end'
  // Only our own defects throw here, so the name and the place help; the message could quote anything and stays out.
  if (outcome.kind === 'crashed') return outcome.error instanceof Error ? placeOf(outcome.error) : 'threw no error'
  return undefined
}

function placeOf(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => line.includes('/src/')) ?? ''
  return `${error.name} at ${frame.slice(frame.lastIndexOf('/src/') + 1).replace(/\)$/, '') || 'an unknown place'}`
}

function newRunId(random: Random): string {
  const word = () => Math.floor(random.next() * 0x1_0000_0000)
  return `${hex8(word())}${hex8(word())}`
}

/** Numbers beyond 30 bits are dear to print in another base, so it goes by bytes. */
const hex8 = (word: number) =>
  `${hexOf[word >>> 24]}${hexOf[(word >>> 16) & 0xff]}${hexOf[(word >>> 8) & 0xff]}${hexOf[word & 0xff]}`
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
