import type { RequestEntry } from '../simulator/journal.ts'
import type { Knowledge } from './knowledge.ts'
import { compareProgress, type Position, progressIn } from './progress.ts'
import { isAnswered, told } from './true-answers.ts'

/** Whether `younger` came from `elder`, or is it, for all that a client is told of splits. */
export type ComesFrom = (younger: string, elder: string) => boolean

/** What the journal saw on the wire against the log position that the hop was entitled to. */
export function trueToken(
  requests: readonly RequestEntry[],
  hop: Knowledge,
  comesFrom: ComesFrom,
  issuesTokens: boolean,
): string {
  if (hop.version === undefined || !hop.isClaimed) return 'unclaimed'
  if (!issuesTokens) return 'unsupported'
  const { range: claimed } = hop
  if (claimed === undefined) return 'unknown'
  const isOfClaimed = ({ range }: Position) => comesFrom(range, claimed)
  const answering =
    requests.findLast((each) => isAnswered(each) && each.status !== 404 && told(each).some(isOfClaimed)) ??
    requests.at(-1)
  if (answering === undefined) return 'unknown'
  const answered = told(answering)
  const stateIn = (range: string): string => {
    const stateOf = (request: RequestEntry) => stateOnWire(request, hop, (elder) => comesFrom(range, elder))
    const state = stateOf(answering)
    if (state === 'intact') return state
    const before = requests.slice(0, requests.indexOf(answering))
    return before.some((request) => stateOf(request) === 'intact') ? 'dropped' : state
  }
  if (answered.length === 0 || answered.some(({ range }) => range === claimed)) return stateIn(claimed)
  // No state at all: the answer spoke for other ranges. Several: a page of several children does not tell which of them has the
  // document.
  const states = new Set(answered.filter(isOfClaimed).map(({ range }) => stateIn(range)))
  return states.size === 1 ? [...states][0]! : 'unknown'
}

function stateOnWire({ token }: RequestEntry, hop: Knowledge, counts: (range: string) => boolean): string {
  if (token === undefined) return 'lost'
  if (token === 'malformed') return 'malformed'
  return compareProgress(progressIn(token, counts), progressIn(hop.progress, counts))
}

/** No log of a test gets there; the canary's progress is beyond it. */
const beyondAnyLsn = 5e11

const isCanary = (position: Position | undefined): boolean => position !== undefined && position.lsn > beyondAnyLsn

const hasCanary = ({ token }: RequestEntry): boolean =>
  token !== undefined && token !== 'malformed' && token.some(isCanary)

/** Of a range and of those that it came from, the newest configuration's progress is what binds. */
const hasCanaryFor = ({ token }: RequestEntry, counts: (range: string) => boolean): boolean =>
  token !== undefined && token !== 'malformed' && isCanary(progressIn(token, counts))

/**
 * A canary that arrived is refused with 404/1002, unless misfortune of another kind answers first. One that arrived for other
 * ranges than the document's is lost; yet a query over all ranges is refused for any. `range` holds the document; undefined: there
 * has never been one, and those that answered count.
 */
export function trueCanary(
  requests: readonly RequestEntry[],
  judged: string | undefined,
  range: string | undefined,
  comesFrom: ComesFrom,
): string {
  if (requests.length === 0) return 'unknown'
  if (!hasCanary(requests[0]!)) return 'lost'
  const ranges = range === undefined ? requests.flatMap(told).map((each) => each.range) : [range]
  const isForIt =
    ranges.length === 0 || ranges.some((each) => hasCanaryFor(requests[0]!, (elder) => comesFrom(each, elder)))
  if (!isForIt && judged === 'lost') return 'lost'
  const isRefused = (request: RequestEntry) =>
    hasCanary(request) && request.connection === undefined && request.status === 404 && request.substatus === 1002
  return requests.some(isRefused) ? 'answered' : 'unknown'
}
