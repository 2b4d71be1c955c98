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
  const speaking = requests.filter((each) => isAnswered(each) && each.status !== 404 && told(each).some(isOfClaimed))
  const answering = speaking.at(-1) ?? requests.at(-1)
  if (answering === undefined) return 'unknown'
  const answered = told(answering)
  const stateIn = (range: string, answer: RequestEntry): string => {
    const stateOf = (request: RequestEntry) => stateOnWire(request, hop, (elder) => comesFrom(range, elder))
    const state = stateOf(answer)
    if (state === 'intact') return state
    const before = requests.slice(0, requests.indexOf(answer))
    return before.some((request) => stateOf(request) === 'intact') ? 'dropped' : state
  }
  if (answered.length === 0 || answered.some(({ range }) => range === claimed)) return stateIn(claimed, answering)
  // No state at all: the answer spoke for other ranges. Several: children that answer, together or each for itself, do not tell which
  // of them has the document.
  const children = new Map<string, RequestEntry>()
  for (const each of speaking.length === 0 ? [answering] : speaking)
    for (const { range } of told(each).filter(isOfClaimed)) if (range !== claimed) children.set(range, each)
  const states = new Set([...children].map(([range, answer]) => stateIn(range, answer)))
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
