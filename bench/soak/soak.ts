import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { accounted, type Figures, type Holdings, Life, total } from './life.ts'
import { lastMoments, type Phase, phases } from './phases.ts'
import { openWorld, type World } from './world.ts'

export interface SoakOptions {
  readonly seed: number
  readonly periodMs: number
  readonly phaseMs: number
  /** Leaves phases out; undefined: none. */
  readonly includes?: (phase: string) => boolean
}

export interface PhaseReport {
  readonly name: string
  readonly runs: number
  readonly missed: number
  /** Ticks that came due by the time that passed, less those that became a run or a missed one; the farthest off of all scenarios. */
  readonly unaccounted: number
  /** What of that the moments of the scrapes and a run under way explain. */
  readonly allowed: number
  readonly holdings: Holdings
}

export interface SoakReport extends SoakOptions {
  readonly phases: readonly PhaseReport[]
  readonly scenarioCount: number
  readonly disk: string
  readonly hasRedis: boolean
  readonly exits: readonly { readonly code: number | null; readonly tookMs: number }[]
  readonly scrapes: number
  /** Everything that should not have been; empty: the soak has passed. */
  readonly problems: readonly string[]
}

/** Two lives of one service through everything that can go wrong; `tell` hears of each phase. */
export async function soak(options: SoakOptions, tell: (report: PhaseReport) => void): Promise<SoakReport> {
  const world = await openWorld(options.seed, options.periodMs)
  const journal: Journal = { problems: [], scrapes: 0 }
  const reports: PhaseReport[] = []
  const exits: SoakReport['exits'][number][] = []
  let scenarioCount = 0
  const live = async (through: readonly Phase[], atTheEnd: Phase | undefined) => {
    const life = await Life.begin(world, options.seed)
    try {
      for (const phase of through) {
        const report = await pass(phase, life, world, options, journal)
        reports.push(report)
        tell(report)
      }
      compareHoldings(reports.slice(-through.length), journal.problems)
      scenarioCount = accounted(await life.figures()).size
      await atTheEnd?.begin(world, life)
      if (atTheEnd) await passTime(options.phaseMs / 2)
      exits.push(checkEnd(await life.stop(), life, journal.problems))
      await atTheEnd?.end(world, life)
    } finally {
      life.kill()
    }
  }
  try {
    const all = phases(options.periodMs).filter(({ name }) => options.includes?.(name) ?? true)
    await live(all, lastMoments)
    // What the first life has left behind is met by the second.
    await live([all[0]!, all.at(-1)!], undefined)
    const left = (await readdir(join(world.disk.directory, 'devices'))).length
    if (left > 0) journal.problems.push(`${left} files of devices were left behind`)
  } finally {
    await world.close()
  }
  const { disk, redis } = world
  const { problems, scrapes } = journal
  return {
    ...options,
    phases: reports,
    scenarioCount,
    disk: disk.means,
    hasRedis: redis !== undefined,
    exits,
    scrapes,
    problems,
  }
}

interface Journal {
  readonly problems: string[]
  scrapes: number
}

const passTime = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const scrapeEveryMs = 500

async function pass(
  phase: Phase,
  life: Life,
  world: World,
  { periodMs, phaseMs }: SoakOptions,
  journal: Journal,
): Promise<PhaseReport> {
  const problem = (what: string) => void journal.problems.push(`${phase.name}: ${what}`)
  const first = await life.figures()
  await phase.begin(world, life)
  let before = first
  const endMs = performance.now() + phaseMs
  while (performance.now() < endMs) {
    await passTime(Math.min(scrapeEveryMs, phaseMs / 4))
    if (!life.isAlive) throw new Error(`${phase.name}: the process has ended`)
    if (!(await life.isHealthy())) problem('/healthz does not answer 200')
    const now = await life.figures()
    journal.scrapes++
    for (const series of wentBack(before, now)) problem(`${series} went back`)
    before = now
  }
  await phase.end(world, life)
  const crashed = total(before, /^hopwatch_runs_total\{.*result="crashed"/)
  if (crashed > 0) problem(`${crashed} runs have crashed`)
  if (life.logged('fatal') > 0) problem('the log holds something fatal')
  const { unaccounted, allowed } = account(first, before, periodMs)
  if (unaccounted > allowed) problem(`${unaccounted.toFixed(1)} planned runs are not accounted for`)
  const since = (pattern: RegExp) => total(before, pattern) - total(first, pattern)
  if (phase.says !== undefined && !life.hasSaid(phase.says)) problem(`the log does not say "${phase.says}"`)
  if (since(phase.shows) === 0) problem(`it did not strike: no ${phase.shows.source}`)
  return {
    name: phase.name,
    runs: since(/^hopwatch_runs_total/),
    missed: since(/^hopwatch_runs_missed_total/),
    unaccounted,
    allowed,
    holdings: await life.holdings(),
  }
}

/** Counters that are smaller now. A series that is gone belongs to a scenario that is. */
export const wentBack = (before: Figures, now: Figures): string[] =>
  [...before.counters].flatMap(([series, value]) => ((now.counters.get(series) ?? value) < value ? [series] : []))

/** Every tick becomes a run or a missed one, so both together grow by one a period. */
export function account(from: Figures, to: Figures, periodMs: number) {
  const planned = (to.atMs - from.atMs) / periodMs
  const before = accounted(from)
  const off = [...accounted(to)].map(([scenario, count]) => Math.abs(planned - (count - (before.get(scenario) ?? 0))))
  // A tick at either end, and a run that is under way at either end.
  return { unaccounted: Math.max(...off), allowed: 3 + (from.doubtMs + to.doubtMs) / periodMs }
}

const megabyte = 1024 * 1024

/** The first phase and the last are alike: what the process holds in them should be, too. */
export function compareHoldings(reports: readonly PhaseReport[], problems: string[]): void {
  const first = reports[0]!.holdings
  const last = reports.at(-1)!.holdings
  // The figures of the last five minutes fill up; beyond them nothing may grow.
  if (last.heapBytes > first.heapBytes * 1.5 + 16 * megabyte)
    problems.push(`the heap grew from ${first.heapBytes} to ${last.heapBytes} bytes`)
  if (last.timers > first.timers + 64) problems.push(`timers grew from ${first.timers} to ${last.timers}`)
  if (last.sockets > first.sockets + 64) problems.push(`sockets grew from ${first.sockets} to ${last.sockets}`)
}

/** A grace of two seconds, and what a busy machine adds. */
const stopWithinMs = 20_000

function checkEnd(exit: SoakReport['exits'][number], life: Life, problems: string[]): SoakReport['exits'][number] {
  if (exit.code !== 0) problems.push(`SIGTERM ended it with ${exit.code}`)
  if (exit.tookMs > stopWithinMs) problems.push(`it took ${exit.tookMs} ms to stop`)
  if (life.logged('fatal') > 0) problems.push('the log holds something fatal')
  return exit
}
