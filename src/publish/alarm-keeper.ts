import { readFileSync, renameSync, statSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { stakeCount } from '../domain/alarm.ts'
import { carrierKinds } from '../domain/scenario.ts'
import type { Alarms, SavedAlarms } from './alarms.ts'
import type { Logger } from './logger.ts'
import { RateLimit } from './rate-limit.ts'

const count = z.number().min(0)
const suspect = z.union([
  z.strictObject({ from: z.string(), to: z.string(), carrier: z.enum(carrierKinds) }),
  z.strictObject({ hop: z.string(), region: z.string() }),
])
const savedWatch = z.strictObject({
  subject: z.string(),
  alarm: z.strictObject({
    capitals: z.array(count).length(stakeCount),
    isRaised: z.boolean(),
    mended: count,
    badRate: count.max(1),
    runs: count,
    wrong: count,
  }),
  raisedAtWallMs: count.optional(),
  places: z.array(z.strictObject({ suspect, runs: count })),
})
/** To be raised with whatever changes the meaning of a file: the stakes of the test, above all. */
const version = 1
const savedFile = z.strictObject({
  version: z.literal(version),
  scenario: z.string(),
  tokenLoss: savedWatch.optional(),
  staleReads: savedWatch.optional(),
})

const everyMs = 30_000
/** A file of ours has a few hundred bytes, and some for each carry. */
const mostBytes = 1024 * 1024

export interface AlarmKeeperOptions {
  /** Where the files go, one a scenario. */
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Keeps alarms on disk, so that a restart neither forgets the evidence nor raises an alarm anew. What changes notably is written
 * within half a minute, a raised alarm at once, all of it on close. A disk that fails costs the memory of it, never the alarm.
 */
export class AlarmKeeper {
  readonly #options: AlarmKeeperOptions
  readonly #limit: RateLimit
  readonly #written = new Map<string, string>()
  readonly #stop = new AbortController()
  #wake = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: AlarmKeeperOptions) {
    this.#options = options
    this.#limit = new RateLimit(options.clock, 1, 60_000)
  }

  /** What was kept of the scenario; a file that cannot be understood is put aside, with a warning, and nothing of it is lost. */
  recall(scenario: string): SavedAlarms | undefined {
    const path = this.#pathOf(scenario)
    try {
      if (statSync(path).size > mostBytes) throw new Error('too large')
      const { tokenLoss, staleReads } = savedFile.parse(JSON.parse(readFileSync(path, 'utf8')))
      return { tokenLoss, staleReads }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      this.#putAside(scenario, path, error)
      return undefined
    }
  }

  /** Keeps them from now on, until `close`; `onError` is told of each failure. */
  keep(alarms: Alarms, onError: () => void): void {
    this.#loop = this.#keep(alarms, onError)
  }

  /** An alarm was raised or has cleared. */
  wake(): void {
    this.#wake.abort()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.wake()
    await this.#loop
  }

  async #keep(alarms: Alarms, onError: () => void): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      await clock.sleep(everyMs, this.#wake.signal)
      if (!this.#stop.signal.aborted) this.#wake = new AbortController()
      const isLast = this.#stop.signal.aborted
      for (const [name, statuses] of alarms.statuses()) {
        // Hundredths of evidence: a healthy scenario, whose evidence rests at 0, is not written over and over.
        const gist = JSON.stringify(statuses.map(({ isRaised, evidence }) => [isRaised, Math.round(evidence * 100)]))
        const isDue = isLast || this.#written.get(name) !== gist
        if (isDue && !(await this.#save(name, alarms.save(name), gist))) onError()
      }
      if (isLast) return
    }
  }

  async #save(scenario: string, saved: SavedAlarms | undefined, gist: string): Promise<boolean> {
    const { directory, logger } = this.#options
    const path = this.#pathOf(scenario)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      // Whole or not at all: written beside its place, then renamed.
      await writeFile(`${path}.new`, `${JSON.stringify({ version, scenario, ...saved })}\n`, {
        mode: 0o600,
        flush: true,
      })
      await rename(`${path}.new`, path)
      this.#written.set(scenario, gist)
      return true
    } catch (error) {
      if (this.#limit.passes('save'))
        logger.error({ scenario, path, err: error }, 'the state of an alarm was not saved; a restart would forget it')
      return false
    }
  }

  #putAside(scenario: string, path: string, error: unknown): void {
    const { clock, logger } = this.#options
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : ''
    const aside = `${path}.unreadable-${clock.wallMs()}`
    try {
      renameSync(path, aside)
      logger.warn(
        { scenario, path, aside, problem },
        'the saved state of an alarm cannot be read: put aside, starting anew',
      )
    } catch (failure) {
      logger.warn(
        { scenario, path, problem, err: failure },
        'the saved state of an alarm can neither be read nor put aside',
      )
    }
  }

  #pathOf(scenario: string): string {
    return join(this.#options.directory, `${encodeURIComponent(scenario)}.json`)
  }
}
