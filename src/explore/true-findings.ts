import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import type { RequestEntry } from '../simulator/journal.ts'

/** What became of a write, for all that its client was told. */
export function trueOutcome(requests: readonly RequestEntry[]): 'succeeded' | 'refused' | 'indeterminate' {
  const last = requests.at(-1)
  if (last && last.connection === undefined && last.status < 300 && last.status !== 207) return 'succeeded'
  return requests.some(isInDoubt) ? 'indeterminate' : 'refused'
}

/** Of an answer that never came or that blames the server, a client cannot know what became of the write. */
const isInDoubt = ({ status, substatus, connection }: RequestEntry): boolean =>
  connection !== undefined || status >= 500 || status === 408 || (status === 410 && !substatus)

/** Whether several requests of a write may have been carried out. */
export const mayBeTwice = (requests: readonly RequestEntry[]): boolean =>
  requests.filter((request) => isInDoubt(request) || request.status < 300).length > 1

export const truePoll = (verdict: string): string =>
  ({ fresh: 'shown', stale: 'not-shown', missing: 'not-shown', unordered: 'undetermined' })[verdict] ?? verdict

/** The table of verdicts.md. */
export function trueFinding(verdict: string, token: string, level: ConsistencyLevel): string | undefined {
  const seen = verdict === 'stale' || verdict === 'missing'
  if (!seen && verdict !== 'fresh') return undefined
  if (level !== 'Session' && level !== 'Strong') return seen ? 'unpromised' : undefined
  if (token === 'intact' || level === 'Strong') return seen ? 'broken-promise' : 'kept'
  if (token === 'dropped') return seen ? 'silent-downgrade-seen' : 'silent-downgrade-lucky'
  if (['lost', 'behind', 'foreign', 'malformed'].includes(token)) return seen ? 'token-loss-seen' : 'token-loss-latent'
  return seen ? 'unexplained' : undefined
}
