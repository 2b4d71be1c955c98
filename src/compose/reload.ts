import type { Clock } from '../base/clock.ts'
import { ConfigurationProblem } from '../base/configuration-problem.ts'
import { TargetProblem } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import {
  type ReloadOutcome,
  type ReloadProblem,
  type ReloadState,
  reloadProblemText,
  type SetChange,
} from '../http/reload.ts'
import { RequestProblem } from '../http/routes.ts'
import type { Logger } from '../publish/logger.ts'

/** `signal`: SIGHUP. `request`: `POST /-/reload`. `files`: one of them has changed. */
export type ReloadTrigger = 'signal' | 'request' | 'files'

export interface LoadedFiles {
  readonly scenarios: readonly Scenario[]
  /** What all scenarios on one account may spend together; undefined: only their own budgets hold. */
  readonly requestUnitsPerSecond: number | undefined
  /** Told when it has taken effect. */
  onApplied?(): void
  readonly problems?: never
}

/** The files as they are now, or everything that is wrong with them. Never rejects for what they say. */
export type LoadFiles = () => Promise<
  LoadedFiles | { readonly scenarios?: never; readonly problems: readonly ReloadProblem[] }
>

export interface ReloadDeps {
  readonly load: LoadFiles
  /** Throws ConfigurationProblem or TargetProblem for scenarios that cannot run here, and then has done nothing. */
  readonly check: (scenarios: readonly Scenario[]) => void
  /** Resolves when the new scenarios run in place of the old ones. */
  readonly apply: (loaded: LoadedFiles) => Promise<SetChange>
  readonly onOutcome: (isSuccessful: boolean, atWallMs: number) => void
  readonly clock: Clock
  readonly logger: Logger
}

/** Reads the files anew and puts what they say in the place of what runs: all of it or nothing. One reload at a time. */
export class Reloader {
  readonly #deps: ReloadDeps
  #state: ReloadState
  #last: Promise<unknown> = Promise.resolve()
  /** A reload that has not begun to read: whoever asks meanwhile means the same files. */
  #waiting: Promise<ReloadOutcome> | undefined
  #told = ''
  #applying: Promise<unknown> | undefined
  #isStopping = false

  constructor(deps: ReloadDeps) {
    this.#deps = deps
    this.#state = { isSuccessful: true, lastSuccessWallMs: deps.clock.wallMs(), problems: [] }
    deps.onOutcome(true, this.#state.lastSuccessWallMs)
  }

  get state(): ReloadState {
    return this.#state
  }

  /** Never rejects for what the files say; once it stops, with 503. */
  reload(trigger: ReloadTrigger): Promise<ReloadOutcome> {
    if (this.#waiting) return this.#waiting
    const waiting = this.#last.then(() => {
      this.#waiting = undefined
      return this.#reload(trigger)
    })
    this.#waiting = waiting
    this.#last = waiting.catch(() => {})
    return waiting
  }

  /** Nothing new is put in place any more. Resolves when what is being put in place is. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#applying?.catch(() => {})
  }

  async #reload(trigger: ReloadTrigger): Promise<ReloadOutcome> {
    const { clock, onOutcome } = this.#deps
    const outcome = await this.#tryToLoad()
    const atWallMs = clock.wallMs()
    const isSuccessful = outcome.problems === undefined
    this.#log(trigger, outcome)
    this.#state = {
      isSuccessful,
      lastSuccessWallMs: isSuccessful ? atWallMs : this.#state.lastSuccessWallMs,
      problems: outcome.problems ?? [],
    }
    onOutcome(isSuccessful, atWallMs)
    return outcome
  }

  async #tryToLoad(): Promise<ReloadOutcome> {
    const { load, check, apply } = this.#deps
    const loaded = await load()
    if (this.#isStopping) throw new RequestProblem(503, 'hopwatch is stopping')
    if (loaded.problems) return { problems: loaded.problems }
    try {
      check(loaded.scenarios)
    } catch (error) {
      if (error instanceof ConfigurationProblem)
        return { problems: [{ message: error.message, instead: error.instead }] }
      if (error instanceof TargetProblem) return { problems: [{ message: error.message, instead: error.remedy }] }
      throw error
    }
    const applying = apply(loaded)
    this.#applying = applying
    const change = await applying
    loaded.onApplied?.()
    return { change }
  }

  /** A file that is saved again and again without a change that means anything is no news. */
  #log(trigger: ReloadTrigger, { change, problems }: ReloadOutcome): void {
    const { logger } = this.#deps
    if (problems) {
      const told = problems.map(reloadProblemText)
      if (trigger === 'files' && told.join('\n') === this.#told) return
      this.#told = told.join('\n')
      logger.error(
        { trigger, problems: told },
        'not reloaded: the files are not in order; what was loaded before goes on',
      )
      return
    }
    const wasBroken = this.#told !== ''
    this.#told = ''
    const { added, changed, removed, unchanged } = change
    if (trigger === 'files' && !wasBroken && added.length + changed.length + removed.length === 0) return
    logger.info({ trigger, added, changed, removed, unchanged: unchanged.length }, 'reloaded')
  }
}
