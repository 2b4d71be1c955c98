import type { RequestEntry } from '../simulator/journal.ts'
import { type Progress, withProgress } from './progress.ts'
import { told, toldByAll } from './true-answers.ts'

/** What a hop has the right to see, in true positions: a document version, and the log positions that it has been told. */
export interface Knowledge {
  readonly version: number | undefined
  readonly present: boolean
  readonly isClaimed: boolean
  /**
   * The range whose answer came with the version. A page that spoke for several does not tell which of them holds
   * the document; then what would cover it cannot be known.
   */
  readonly range: string | undefined
  readonly progress: Progress
}

export const knowsNothing: Knowledge = {
  version: undefined,
  present: false,
  isClaimed: false,
  range: undefined,
  progress: [],
}

/** Which of two ranges came from the other. */
export type Younger = (left: string, right: string) => string

export function afterWrite(
  before: Knowledge,
  written: { readonly version: number; readonly present: boolean },
  outcome: string,
  requests: readonly RequestEntry[],
): Knowledge {
  const answer = told(requests.at(-1))
  const progress = withProgress(before.progress, answer)
  if (outcome === 'refused') return { ...before, progress }
  if (outcome === 'indeterminate') return { ...before, progress, isClaimed: true }
  if (written.version < (before.version ?? 0)) return { ...before, progress }
  return { ...written, progress, isClaimed: true, range: answer[0]?.range }
}

/** What is seen is certain from then on. `seen` is undefined where nothing of this owner was found. */
export function afterRead(
  before: Knowledge,
  seen: number | undefined,
  requests: readonly RequestEntry[],
  younger: Younger,
): Knowledge {
  const answers = toldByAll(requests)
  const progress = withProgress(before.progress, answers)
  if (!before.isClaimed || seen === undefined || seen < (before.version ?? 0)) return { ...before, progress }
  const first = answers[0]?.range
  const isOne = answers.every((answer) => answer.range === first)
  const isKnown = answers.some((answer) => answer.range === before.range)
  const range = isOne ? first : isKnown ? before.range : undefined
  if (seen === before.version) return { ...before, progress, range: either(before.range, range, younger) }
  return { version: seen, present: true, isClaimed: true, range, progress }
}

export function join(left: Knowledge, right: Knowledge, younger: Younger): Knowledge {
  const order = (right.version ?? 0) - (left.version ?? 0)
  const newest = order > 0 ? right : left
  return {
    version: newest.version,
    present: newest.present,
    isClaimed: left.isClaimed || right.isClaimed,
    range: order === 0 ? either(left.range, right.range, younger) : newest.range,
    progress: withProgress(left.progress, right.progress),
  }
}

const either = (left: string | undefined, right: string | undefined, younger: Younger): string | undefined =>
  left === undefined || right === undefined || left === right ? (left ?? right) : younger(left, right)
