import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { type DisagreeingRun, exploreShare, replayRun, type WorldReport } from '../explore/campaign.ts'
import { exploreWithWorkers } from '../explore/workers.ts'
import { CommandError, type ExitCode, exitCodes } from './command-error.ts'
import { positiveNumber, seedOption, wholeNumber } from './options.ts'
import { progressLine } from './progress.ts'
import { table } from './table.ts'

interface ExploreOptions {
  readonly seed?: number
  readonly runs: number
  readonly world?: number
  readonly run?: number
  readonly workers: number
  readonly verbose?: true
}

/** Whoever has seen so many knows enough. */
const mostTold = 5

export function addExplore(program: Command, done: (code: ExitCode) => void, stopped: () => Promise<void>): void {
  program
    .command('explore')
    .description(
      'judge random journeys under random faults in simulated worlds, and compare each judgement with what happened',
    )
    .addOption(seedOption())
    .option('--runs <n>', 'how many runs', positiveNumber, 100_000)
    .option('--world <n>', 'replay one run: the world that it was in', wholeNumber)
    .option('--run <n>', 'replay one run: its place in the world', wholeNumber)
    .option('--workers <n>', 'threads to explore on', positiveNumber, 1)
    .option('--verbose', 'show how often each judgement occurred')
    .addHelpText(
      'after',
      `
Nothing is connected to and nothing waits: time is simulated. The same seed makes the same runs.
Exit codes: 0 every judgement agrees with the truth · 1 one does not, or exploring was stopped · 2 wrong usage.`,
    )
    .action(async (options: ExploreOptions) => {
      const seed = options.seed ?? randomBytes(4).readUInt32BE()
      process.stdout.write(`seed ${seed}\n`)
      if (options.world !== undefined || options.run !== undefined) done(await replay(seed, options))
      else done(await explore(seed, options, stopped))
    })
}

async function replay(seed: number, { world, run }: ExploreOptions): Promise<ExitCode> {
  if (world === undefined || run === undefined) {
    throw new CommandError(exitCodes.usage, 'A replay needs both --world and --run.')
  }
  const replayed = await replayRun(String(seed), world, run)
  process.stdout.write(replayed.disagreements.length === 0 ? storyOf(replayed) : disagreementText(seed, replayed))
  return replayed.disagreements.length === 0 ? exitCodes.ok : exitCodes.found
}

async function explore(seed: number, options: ExploreOptions, stopped: () => Promise<void>): Promise<ExitCode> {
  const { runs, workers } = options
  const stop = new AbortController()
  void stopped().then(() => stop.abort())
  const progress = progressLine(process.stderr)
  const startedAtMs = systemClock.nowMs()
  const covered = new Map<string, number>()
  let explored = 0
  let disagreeing = 0
  const rate = () => Math.round((explored * 1000) / (systemClock.nowMs() - startedAtMs))
  const onWorld = (report: WorldReport) => {
    explored += report.runs
    for (const [what, count] of report.covered) covered.set(what, (covered.get(what) ?? 0) + count)
    for (const found of report.disagreeing) {
      if (disagreeing++ >= mostTold) continue
      progress.end()
      process.stdout.write(disagreementText(seed, found))
    }
    if (disagreeing >= mostTold) stop.abort()
    progress.show(`${number(explored)} of ${number(runs)} runs, ${number(rate())} a second`)
  }
  const share = { seed: String(seed), runs, counts: options.verbose === true }
  if (workers === 1) await exploreShare({ ...share, first: 0, stride: 1 }, onWorld, stop.signal)
  else await exploreWithWorkers({ ...share, workers }, onWorld, stop.signal)
  progress.end()
  if (options.verbose) process.stdout.write(`${coverage(covered)}\n`)
  const verdict = disagreeing === 0 ? 'no disagreement' : `${disagreeing} of them judged wrongly`
  const wasStopped = explored < runs ? `, stopped before the ${number(runs)} asked for` : ''
  process.stdout.write(`${number(explored)} runs, ${number(rate())} a second: ${verdict}${wasStopped}\n`)
  return disagreeing === 0 && explored === runs ? exitCodes.ok : exitCodes.found
}

const disagreementText = (seed: number, found: DisagreeingRun): string =>
  [
    ...found.disagreements.map(
      ({ step, what, judged, truth }) => `event ${step}, ${what}: judged ${judged}, in truth ${truth}`,
    ),
    `replay: hopwatch explore --seed ${seed} --world ${found.world} --run ${found.run}`,
    storyOf(found),
  ].join('\n')

const storyOf = ({ story }: DisagreeingRun): string => `${story}\n`

const coverage = (covered: ReadonlyMap<string, number>): string =>
  table(
    ['judged', 'times'],
    [...covered].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([what, count]) => [what, number(count)]),
    1,
  )

const number = (value: number): string => value.toLocaleString('en-GB')
