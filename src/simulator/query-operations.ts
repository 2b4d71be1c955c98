import {
  chooseState,
  type ItemRequest,
  isReply,
  isWaiting,
  notAdmitted,
  visibleItem,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { type ItemChain, type LogicalPartition, versionAt } from './item-store.ts'
import { wholeItem } from './item-view.ts'
import type { LogState } from './log-state.ts'
import type { ItemOperation, Json, Reply } from './operation.ts'
import type { PartitionKeyRange } from './partition-range.ts'
import { refusal } from './replies.ts'
import { requestCharge } from './request-charge.ts'
import { compiledQuery } from './sql/cache.ts'
import { queryPlan } from './sql/plan.ts'
import type { QueryInput, QueryParameters, ResumePoint } from './sql/query.ts'
import { QueryProblem } from './sql/syntax.ts'
import { wantedId } from './sql/wanted-id.ts'
import { rangeGone, targetPartitions, targetRanges } from './target-ranges.ts'

type Query = Extract<ItemOperation, { kind: 'queryItems' }>

const defaultPageItems = 100
const dynamicPageItems = 1000

/** Where the next page begins: the range, and the row within it. */
interface Continuation {
  readonly range: string
  readonly resume?: ResumePoint
}

export function queryItems(request: ItemRequest, operation: Query): Reply | Waiting {
  try {
    return query(request, operation)
  } catch (error) {
    if (error instanceof QueryProblem) return withOwner(refuseQuery(error), request.container)
    throw error
  }
}

/** The body of an answer to a query plan request. */
export function planQuery(text: string, parameters: QueryParameters): { status: number; body: Json } {
  try {
    return { status: 200, body: queryPlan(compiledQuery(text), parameters) }
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error
    const { status, body } = refuseQuery(error)
    return { status, body: body! }
  }
}

const refuseQuery = (problem: QueryProblem): Reply =>
  refusal(problem.code === 'BadRequest' ? 400 : 501, problem.message)

function query(request: ItemRequest, operation: Query): Reply | Waiting {
  const { container } = request
  const compiled = compiledQuery(operation.query)
  const ranges = targetRanges(request, operation)
  if (isReply(ranges)) return ranges
  if (ranges.length > 1 && !compiled.concatenates) return needsPlan(request, operation)
  const start = readContinuation(operation.continuation)
  if (start === 'malformed')
    return withOwner(refusal(400, 'The continuation token is not one of this simulator.'), container)
  const from = start === undefined ? 0 : ranges.findIndex((range) => range.id === start.range)
  if (from < 0) {
    const isGone = container.ranges.some(({ ancestors }) => ancestors.includes(start!.range))
    return withOwner(isGone ? rangeGone() : refusal(400, 'The continuation token belongs to another query.'), container)
  }
  return queryRanges(request, operation, ranges.slice(from), start?.resume)
}

function queryRanges(
  request: ItemRequest,
  operation: Query,
  ranges: readonly PartitionKeyRange[],
  start: ResumePoint | undefined,
): Reply | Waiting {
  const { container, level, region } = request
  const compiled = compiledQuery(operation.query)
  const maxItemCount = pageItems(operation.maxItemCount)
  let results: readonly Json[] = []
  let sessionToken: string | undefined
  let charge = 0
  let resume = start
  let lsn = 0
  let next: Continuation | undefined
  for (let i = 0; i < ranges.length && next === undefined; i++) {
    const range = ranges[i]!
    const busy = notAdmitted(request, range)
    if (busy) return busy
    const state = chooseState(request, range)
    if (isWaiting(state) || isReply(state)) return state
    const inputs = documents(request, operation, range, state)
    const asked = { maxItemCount: maxItemCount - results.length, resume }
    const page = compiled.run(inputs, operation.parameters ?? [], asked)
    if (page.results.length > 0) results = results.length === 0 ? page.results : [...results, ...page.results]
    const requestUnits = requestCharge.query({ items: page.results.length, bytes: bytesOf(page.results) }, level)
    range.spend(region, requestUnits)
    charge += requestUnits
    const token = range.tokenAt(state).text
    sessionToken = sessionToken === undefined ? token : `${sessionToken},${token}`
    lsn = state.lsn
    resume = undefined
    if (page.resume !== undefined) next = { range: range.id, resume: page.resume }
    else if (results.length >= maxItemCount && ranges[i + 1]) next = { range: ranges[i + 1]!.id }
  }
  const reply: Reply = {
    status: 200,
    body: { _rid: container.rid, Documents: results, _count: results.length },
    requestCharge: Math.round(charge * 100) / 100,
    itemCount: results.length,
    sessionToken: sessionToken ?? '',
    lsn,
    continuation: next && writeContinuation(next),
  }
  return withOwner(reply, container)
}

function bytesOf(results: readonly Json[]): number {
  let bytes = 0
  for (const each of results) bytes += JSON.stringify(each).length
  return bytes
}

/** The documents that the query is about, as the range has them in this state. */
function documents(
  request: ItemRequest,
  operation: Query,
  range: PartitionKeyRange,
  state: LogState,
): Iterable<QueryInput> {
  const partitions = targetPartitions(request, operation, range)
  const id = wantedId(compiledQuery(operation.query).query, operation.parameters ?? [])
  if (id === undefined) return scan(request, partitions, state)
  const found: QueryInput[] = []
  for (const partition of partitions) {
    const chain = partition.get(id)
    const input = chain && inputOf(request, chain, state)
    if (input !== undefined) found.push(input)
  }
  return found
}

/** One document after the other: a page may be full long before the last. */
function* scan(request: ItemRequest, partitions: Iterable<LogicalPartition>, state: LogState): Generator<QueryInput> {
  for (const partition of partitions) {
    for (const chain of partition.chains()) {
      const input = inputOf(request, chain, state)
      if (input !== undefined) yield input
    }
  }
}

function inputOf(request: ItemRequest, chain: ItemChain, state: LogState): QueryInput | undefined {
  const version = versionAt(chain, state)
  if (version === undefined || visibleItem(request.container, version, request.nowMs) === undefined) return undefined
  return { item: wholeItem(request, chain, version), place: [chain.partition.number, chain.number] }
}

/** As the gateway does: the client then merges the ranges itself, along the plan. */
function needsPlan({ container }: ItemRequest, operation: Query): Reply {
  const message =
    'Cross partition query only supports queries that need no merging; use the query plan in additionalErrorInfo.'
  const plan = queryPlan(compiledQuery(operation.query), operation.parameters ?? [])
  const body = { code: 'BadRequest', message, additionalErrorInfo: JSON.stringify(plan) }
  return withOwner({ status: 400, substatus: 1004, body, requestCharge: 0 }, container)
}

/** -1 leaves the size of a page to the service. */
const pageItems = (asked: number | undefined): number =>
  asked === undefined ? defaultPageItems : asked > 0 ? asked : dynamicPageItems

const writeContinuation = (continuation: Continuation): string =>
  Buffer.from(JSON.stringify(continuation)).toString('base64url')

function readContinuation(text: string | undefined): Continuation | 'malformed' | undefined {
  if (text === undefined || text === '') return undefined
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Continuation> | null
    const resume = value?.resume
    const isWhole =
      typeof value?.range === 'string' &&
      (resume === undefined ||
        (Array.isArray(resume.sort) &&
          Array.isArray(resume.place) &&
          resume.place.length === 3 &&
          [...resume.place, resume.skipped, resume.emitted].every(Number.isFinite)))
    return isWhole ? (value as Continuation) : 'malformed'
  } catch {
    return 'malformed'
  }
}
