import {
  chooseState,
  fromRange,
  type ItemRequest,
  isReply,
  isWaiting,
  notAdmitted,
  visibleItem,
  type Waiting,
  withOwner,
} from './item-access.ts'
import { versionAt } from './item-store.ts'
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
  const { container, level } = request
  const compiled = compiledQuery(operation.query)
  const maxItemCount = pageItems(operation.maxItemCount)
  const results: Json[] = []
  const tokens: string[] = []
  let charge = 0
  let resume = start
  let lsn = 0
  for (const [index, range] of ranges.entries()) {
    const busy = notAdmitted(request, range)
    if (busy) return busy
    const state = chooseState(request, range)
    if (isWaiting(state) || isReply(state)) return state
    const inputs = documents(request, operation, range, state)
    const page = compiled.run(inputs, operation.parameters ?? [], {
      maxItemCount: maxItemCount - results.length,
      ...(resume === undefined ? {} : { resume }),
    })
    results.push(...page.results)
    const bytes = page.results.reduce<number>((sum, each) => sum + JSON.stringify(each).length, 0)
    const part = fromRange(request, range, state, {
      status: 200,
      requestCharge: requestCharge.query({ items: page.results.length, bytes }, level),
    })
    charge += part.requestCharge
    tokens.push(part.sessionToken!)
    lsn = state.lsn
    const next = page.resume
      ? { range: range.id, resume: page.resume }
      : results.length >= maxItemCount && ranges[index + 1]
        ? { range: ranges[index + 1]!.id }
        : undefined
    resume = undefined
    if (next !== undefined) return finish(writeContinuation(next))
  }
  return finish(undefined)

  function finish(continuation: string | undefined): Reply {
    const reply: Reply = {
      status: 200,
      body: { _rid: container.rid, Documents: results, _count: results.length },
      requestCharge: Math.round(charge * 100) / 100,
      itemCount: results.length,
      sessionToken: tokens.join(','),
      lsn,
      ...(continuation === undefined ? {} : { continuation }),
    }
    return withOwner(reply, container)
  }
}

/** The documents that the query is about, as the range has them in this state. */
function* documents(
  request: ItemRequest,
  operation: Query,
  range: PartitionKeyRange,
  state: LogState,
): Generator<QueryInput> {
  const id = wantedId(compiledQuery(operation.query).query, operation.parameters ?? [])
  for (const partition of targetPartitions(request, operation, range)) {
    for (const chain of id === undefined ? partition.chains() : partition.withId(id)) {
      const version = versionAt(chain, state)
      if (version === undefined || visibleItem(request.container, version, request.nowMs) === undefined) continue
      yield { item: wholeItem(request, chain, version), place: [partition.number, chain.number] }
    }
  }
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
