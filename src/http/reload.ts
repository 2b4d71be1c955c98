import { scrub } from '../publish/scrub.ts'

/** What keeps files from being loaded. The place is there where a file names it. */
export interface ReloadProblem {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly message: string
  /** What to write or do instead, as an imperative. */
  readonly instead: string
}

/** Names of the scenarios, by what the reload meant for each. */
export interface SetChange {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly unchanged: readonly string[]
}

export type ReloadOutcome =
  | { readonly change: SetChange; readonly problems?: never }
  | { readonly change?: never; readonly problems: readonly ReloadProblem[] }

/** How the files were found when they were last read; the start counts as the first time. */
export interface ReloadState {
  readonly isSuccessful: boolean
  readonly lastSuccessWallMs: number
  /** What is wrong with the files as they are; what was loaded before goes on. */
  readonly problems: readonly ReloadProblem[]
}

/** As a compiler would say it: `scenarios/x.yaml:12:7: unknown key "jorney"; write "journey"`. */
export function reloadProblemText({ file, line, column, message, instead }: ReloadProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return scrub(`${place === '' ? '' : `${place}: `}${message}; ${instead}`)
}

/** For whoever asked over HTTP. */
export const reloadAnswer = (outcome: ReloadOutcome): { status: number; body: unknown } =>
  outcome.problems === undefined
    ? { status: 200, body: { status: 'reloaded', ...outcome.change } }
    : {
        status: 400,
        body: {
          status: 'refused',
          message: 'the files are not in order; what was loaded before goes on running',
          problems: outcome.problems.map(scrubbed),
        },
      }

export const scrubbedState = (state: ReloadState): ReloadState => ({ ...state, problems: state.problems.map(scrubbed) })

const scrubbed = (problem: ReloadProblem): ReloadProblem => ({
  ...problem,
  message: scrub(problem.message),
  instead: scrub(problem.instead),
})
