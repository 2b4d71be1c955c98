import type { Json } from '../operation.ts'
import { printExpression, printFrom } from './print.ts'
import { type CompiledQuery, nameItems, nameOf, type QueryParameters } from './query.ts'
import { type Expression, type Query, unsupported } from './syntax.ts'

const aggregateNames: Readonly<Record<string, string>> = {
  AVG: 'Average',
  COUNT: 'Count',
  MAX: 'Max',
  MIN: 'Min',
  SUM: 'Sum',
}

/**
 * What the gateway answers to a query plan request (`partitionedQueryExecutionInfoVersion` 2): how the client must merge
 * the ranges' answers, and the query that it has to send to each range instead of its own. The shapes are those that
 * `@azure/cosmos` 4.10.1 reads; they were not compared with plans of the service.
 */
export function queryPlan(compiled: CompiledQuery, parameters: QueryParameters): Json {
  const { query } = compiled
  const number = (expression: Expression | undefined) => constantNumber(expression, parameters)
  const aliases = compiled.totals.length > 0 ? aggregateAliases(query) : undefined
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: query.distinct ? 'Unordered' : 'None',
      top: number(query.top) ?? null,
      offset: number(query.offset) ?? null,
      limit: number(query.limit) ?? null,
      orderBy: query.orderBy.map((sort) => (sort.descending ? 'Descending' : 'Ascending')),
      orderByExpressions: query.orderBy.map((sort) => printExpression(sort.expression)),
      groupByExpressions: [],
      groupByAliases: aliases ? Object.keys(aliases) : [],
      aggregates: aliases ? [] : compiled.totals.map((call) => aggregateNames[call.name]!),
      groupByAliasToAggregateType: aliases ?? {},
      rewrittenQuery: rewrite(compiled, number),
      hasSelectValue: query.select.kind === 'value',
      hasNonStreamingOrderBy: false,
      dCountInfo: null,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  }
}

/** Empty when the ranges get the query as it is. */
function rewrite(compiled: CompiledQuery, number: (expression: Expression | undefined) => number | undefined): string {
  const { query } = compiled
  const tail = printFrom(query.from) + (query.where ? ` WHERE ${printExpression(query.where)}` : '')
  if (compiled.totals.length > 0) return `SELECT ${rewriteTotals(query)}${tail}`
  const limit = number(query.limit)
  // Any row of a range may be among the first offset + limit of the whole; the client does the skipping.
  const top = limit === undefined ? number(query.top) : (number(query.offset) ?? 0) + limit
  const head = `SELECT ${query.distinct ? 'DISTINCT ' : ''}${top === undefined ? '' : `TOP ${top} `}`
  if (query.orderBy.length > 0) return rewriteOrderBy(query, top)
  return limit === undefined ? '' : `${head}${printSelect(query)}${tail}`
}

/** Each row with its sort values, so that the client can merge the ranges. The client also removes duplicates. */
function rewriteOrderBy(query: Query, top: number | undefined): string {
  if (query.from === undefined || query.from.joins.length > 0)
    throw unsupported('ORDER BY with JOIN over several ranges')
  const root = nameOf(query.from.source)
  const sorts = query.orderBy.map(({ expression }) => `{"item": ${printExpression(expression)}}`)
  const payload = printPayload(query, root)
  const conditions = [query.where && printExpression(query.where)]
  if (query.select.kind === 'value') conditions.push(`IS_DEFINED(${payload})`)
  const where = conditions.filter((condition) => condition !== undefined).join(' AND ')
  const order = query.orderBy.map(
    ({ expression, descending }) => `${printExpression(expression)} ${descending ? 'DESC' : 'ASC'}`,
  )
  // Cutting a range's rows before the client has removed duplicates would lose some that count.
  const head = top === undefined || query.distinct ? '' : `TOP ${top} `
  return (
    `SELECT ${head}${root}._rid, [${sorts.join(', ')}] AS orderByItems, ${payload} AS payload${printFrom(query.from)}` +
    `${where === '' ? '' : ` WHERE ${where}`} ORDER BY ${order.join(', ')}`
  )
}

function rewriteTotals(query: Query): string {
  if (query.select.kind === 'value') return `VALUE [{"item": ${partial(query.select.expression)}}]`
  const items = query.select.kind === 'list' ? nameItems(query.select.items) : []
  const payload = items.map(([name, expression]) => `${JSON.stringify(name)}: {"item": ${partial(expression)}}`)
  return `{${payload.join(', ')}} AS payload`
}

/** What one range contributes to an aggregate over all. */
function partial(expression: Expression): string {
  const { name, argument } = singleAggregate(expression)
  if (name === 'AVG') return `{"sum": SUM(${argument}), "count": COUNT(${argument})}`
  if (name === 'MIN' || name === 'MAX') {
    return `{"${name.toLowerCase()}": ${name}(${argument}), "count": COUNT(${argument})}`
  }
  return `${name}(${argument})`
}

function aggregateAliases(query: Query): Record<string, string> | undefined {
  if (query.select.kind !== 'list') return undefined
  return Object.fromEntries(
    nameItems(query.select.items).map(([name, expression]) => [
      name,
      aggregateNames[singleAggregate(expression).name]!,
    ]),
  )
}

/** The client can only merge the plain results of aggregates. */
function singleAggregate(expression: Expression): { readonly name: string; readonly argument: string } {
  if (expression.type !== 'call' || !Object.hasOwn(aggregateNames, expression.name)) {
    throw unsupported('a calculation with an aggregate over several ranges')
  }
  return { name: expression.name, argument: printExpression(expression.arguments[0]!) }
}

function printSelect(query: Query): string {
  if (query.select.kind === 'all') return '*'
  if (query.select.kind === 'value') return `VALUE ${printExpression(query.select.expression)}`
  return nameItems(query.select.items)
    .map(([name, expression]) => `${printExpression(expression)}${name.startsWith('$') ? '' : ` AS ${name}`}`)
    .join(', ')
}

function printPayload(query: Query, root: string): string {
  if (query.select.kind === 'all') return root
  if (query.select.kind === 'value') return printExpression(query.select.expression)
  const properties = nameItems(query.select.items)
  return `{${properties.map(([name, expression]) => `${JSON.stringify(name)}: ${printExpression(expression)}`).join(', ')}}`
}

function constantNumber(expression: Expression | undefined, parameters: QueryParameters): number | undefined {
  if (expression === undefined) return undefined
  if (expression.type === 'constant' && typeof expression.value === 'number') return expression.value
  const value = parameters.find(
    (parameter) => expression.type === 'parameter' && parameter.name === expression.name,
  )?.value
  if (typeof value !== 'number')
    throw unsupported('TOP, OFFSET or LIMIT from anything but a number or a numeric parameter')
  return value
}
