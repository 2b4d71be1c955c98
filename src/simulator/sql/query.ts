import type { Json } from '../operation.ts'
import { aggregateCalls, compile, compileObject, type Evaluator, freeNames, type Scope } from './evaluate.ts'
import { aggregates } from './functions.ts'
import { parseQuery } from './parse.ts'
import {
  type Call,
  type Expression,
  type Query,
  QueryProblem,
  type SelectItem,
  type Source,
  unsupported,
} from './syntax.ts'
import { canonical, isObject, orderOf, type Value } from './values.ts'

/** A document as a query meets it. `place` is its position in the store, which orders rows that nothing else orders. */
export interface QueryInput {
  readonly item: Json
  readonly place: readonly [partition: number, item: number]
}

/** Where a page ended: the last row's sort values and place, and what TOP, OFFSET and LIMIT have used up. */
export interface ResumePoint {
  readonly sort: readonly (Json | { readonly undefined: true })[]
  readonly place: readonly [partition: number, item: number, row: number]
  readonly skipped: number
  readonly emitted: number
}

export interface QueryPage {
  readonly results: Json[]
  /** Absent: that was all. */
  readonly resume?: ResumePoint
}

interface Row {
  readonly sort: readonly Value[]
  readonly place: readonly [number, number, number]
  readonly value: Value
}

export type QueryParameters = readonly { readonly name: string; readonly value: Json }[]

export class CompiledQuery {
  readonly query: Query
  /** The aggregate calls of the SELECT clause. */
  readonly totals: readonly Call[]
  readonly #bind: (item: Value) => Iterable<Readonly<Record<string, Value>>>
  readonly #where: Evaluator | undefined
  readonly #select: Evaluator
  readonly #sort: readonly Evaluator[]
  readonly #arguments: readonly Evaluator[]

  constructor(text: string) {
    const query = parseQuery(text)
    this.query = query
    this.#bind = compileFrom(query)
    this.#where = query.where && compile(query.where)
    this.#select = compileSelect(query)
    this.#sort = query.orderBy.map(({ expression }) => {
      if (expression.type !== 'member') throw unsupported('ORDER BY of anything but a path')
      return compile(expression)
    })
    const selected = selectedExpressions(query)
    this.totals = selected.flatMap(aggregateCalls)
    this.#arguments = this.totals.map((call) => compile(call.arguments[0]!))
    if (this.totals.length > 0) {
      if (selected.some((expression) => freeNames(expression).length > 0)) {
        throw new QueryProblem('BadRequest', 'A property outside of an aggregate needs a GROUP BY clause.')
      }
      if (this.#sort.length > 0) throw unsupported('ORDER BY with an aggregate')
    }
  }

  /** True when the answers of several ranges, one after the other, are the answer of the whole. */
  get concatenates(): boolean {
    const { distinct, top, limit, orderBy } = this.query
    return !distinct && top === undefined && limit === undefined && orderBy.length === 0 && this.totals.length === 0
  }

  run(
    inputs: Iterable<QueryInput>,
    parameters: QueryParameters,
    page: { readonly maxItemCount: number; readonly resume?: ResumePoint | undefined },
  ): QueryPage {
    const bound: Record<string, Value> = {}
    for (const { name, value } of parameters) bound[name] = value
    if (this.totals.length > 0) return this.#runTotals(inputs, bound)
    const rows = this.#needsAllRows ? this.#collect(inputs, bound) : this.#rows(inputs, bound, page.resume)
    return this.#cut(rows, bound, page)
  }

  get #needsAllRows(): boolean {
    return this.query.distinct || this.#sort.length > 0
  }

  /** All rows, sorted and without duplicates. */
  #collect(inputs: Iterable<QueryInput>, parameters: Scope['parameters']): Row[] {
    let all = [...this.#rows(inputs, parameters, undefined)]
    // An index does not hold a path that a document lacks; only a composite one does.
    if (this.#sort.length === 1) all = all.filter((row) => row.sort[0] !== undefined)
    if (this.#sort.length > 0) all.sort((a, b) => this.#order(a, b))
    if (this.query.distinct) {
      const seen = new Set<string>()
      all = all.filter((row) => {
        const text = canonical(row.value)
        return !seen.has(text) && seen.add(text)
      })
    }
    return all
  }

  *#rows(
    inputs: Iterable<QueryInput>,
    parameters: Scope['parameters'],
    resume: ResumePoint | undefined,
  ): Generator<Row> {
    for (const { item, place } of inputs) {
      if (resume !== undefined && comparePlaces(place, resume.place) < 0) continue
      let row = 0
      for (const names of this.#bind(item)) {
        const scope = { names, parameters }
        if (this.#where !== undefined && this.#where(scope) !== true) continue
        const value = this.#select(scope)
        if (value === undefined) continue
        yield { sort: this.#sort.map((sort) => sort(scope)), place: [place[0], place[1], row++], value }
      }
    }
  }

  #cut(
    rows: Iterable<Row>,
    parameters: Scope['parameters'],
    { maxItemCount, resume }: { readonly maxItemCount: number; readonly resume?: ResumePoint | undefined },
  ): QueryPage {
    const offset = this.#count(this.query.offset, parameters) ?? 0
    const most = this.#count(this.query.limit, parameters) ?? this.#count(this.query.top, parameters) ?? Infinity
    const last = resume && { sort: resume.sort.map(fromResume), place: resume.place, value: undefined }
    let skipped = resume?.skipped ?? 0
    let emitted = resume?.emitted ?? 0
    const results: Json[] = []
    let end: Row | undefined
    for (const row of rows) {
      if (last !== undefined && this.#order(row, last) <= 0) continue
      if (skipped < offset) {
        skipped += 1
        continue
      }
      if (emitted >= most) break
      if (results.length >= maxItemCount) {
        const point = { sort: end!.sort.map(toResume), place: end!.place, skipped, emitted }
        return { results, resume: point }
      }
      results.push(row.value as Json)
      emitted += 1
      end = row
    }
    return { results }
  }

  #runTotals(inputs: Iterable<QueryInput>, parameters: Scope['parameters']): QueryPage {
    const columns: Value[][] = this.totals.map(() => [])
    for (const { item } of inputs) {
      for (const names of this.#bind(item)) {
        const scope = { names, parameters }
        if (this.#where !== undefined && this.#where(scope) !== true) continue
        for (const [i, argument] of this.#arguments.entries()) columns[i]!.push(argument(scope))
      }
    }
    const totals = new Map<Expression, Value>(this.totals.map((call, i) => [call, aggregates[call.name]!(columns[i]!)]))
    const value = this.#select({ names: {}, parameters, totals })
    return { results: value === undefined ? [] : [value] }
  }

  #order(left: Row, right: Row): number {
    for (const [i, { descending }] of this.query.orderBy.entries()) {
      const order = orderOf(left.sort[i], right.sort[i])
      if (order !== 0) return descending ? -order : order
    }
    return comparePlaces(left.place, right.place)
  }

  #count(expression: Expression | undefined, parameters: Scope['parameters']): number | undefined {
    if (expression === undefined) return undefined
    const value = compile(expression)({ names: {}, parameters })
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
    throw new QueryProblem('BadRequest', 'TOP, OFFSET and LIMIT take whole numbers from 0.')
  }
}

function selectedExpressions({ select }: Query): Expression[] {
  if (select.kind === 'all') return []
  return select.kind === 'value' ? [select.expression] : select.items.map((item) => item.expression)
}

function compileSelect(query: Query): Evaluator {
  const { select, from } = query
  if (select.kind === 'value') return compile(select.expression)
  if (select.kind === 'list') {
    return compileObject(nameItems(select.items).map(([name, expression]) => [name, compile(expression)]))
  }
  if (from === undefined) throw new QueryProblem('BadRequest', "'SELECT *' needs a FROM clause.")
  if (from.joins.length > 0) throw new QueryProblem('BadRequest', "'SELECT *' is only valid with a single input set.")
  return compile({ type: 'name', name: nameOf(from.source) })
}

/** `c.a.b` is called b; anything without a name $1, $2 … */
export function nameItems(items: readonly SelectItem[]): (readonly [string, Expression])[] {
  let unnamed = 0
  return items.map(({ expression, alias }) => [alias ?? ownName(expression) ?? `$${++unnamed}`, expression])
}

function ownName(expression: Expression): string | undefined {
  if (expression.type === 'name') return expression.name
  if (expression.type !== 'member' || expression.key.type !== 'constant') return undefined
  return typeof expression.key.value === 'string' ? expression.key.value : undefined
}

/** The name under which a FROM source is known. */
export function nameOf({ alias, path }: Source): string {
  const name = alias ?? ownName(path)
  if (name === undefined) throw unsupported('a FROM clause without a name')
  return name
}

/** FROM and its joins: each document → the names that it gives rise to, one set a row. */
function compileFrom(query: Query): (item: Value) => Iterable<Readonly<Record<string, Value>>> {
  const { from } = query
  if (from === undefined) return () => [{}]
  const root = rootName(from.source.path)
  if (from.source.path.type === 'name' && !from.source.iteration && from.joins.length === 0) {
    const name = nameOf(from.source)
    return (item) => [{ [name]: item }]
  }
  const [first, ...joins] = [from.source, ...from.joins].map((source) => ({
    name: nameOf(source),
    iteration: source.iteration,
    evaluate: compile(source.path),
  }))
  const spread = (source: NonNullable<typeof first>, names: Readonly<Record<string, Value>>) => {
    const value = source.evaluate({ names, parameters: {} })
    const values = source.iteration ? (Array.isArray(value) ? (value as Value[]) : []) : [value]
    return values.filter((each) => each !== undefined).map((each) => ({ ...names, [source.name]: each }))
  }
  return (item) => {
    // Under an alias the container's own name is not known any more.
    let rows = spread(first!, { [root]: item }).map((names) => ({ [first!.name]: names[first!.name] }))
    for (const join of joins) rows = rows.flatMap((names) => spread(join, names))
    return rows
  }
}

function rootName(path: Expression): string {
  if (path.type === 'name') return path.name
  if (path.type === 'member') return rootName(path.object)
  throw unsupported('a FROM clause that is no path')
}

const comparePlaces = (left: readonly number[], right: readonly number[]): number => {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i]! - right[i]!
  return 0
}

/** JSON has no undefined, but a sort value may be. */
const toResume = (value: Value) => (value === undefined ? { undefined: true as const } : value)
const fromResume = (value: ResumePoint['sort'][number]): Value =>
  isObject(value) && Object.hasOwn(value, 'undefined') ? undefined : value
