import { SyntaxError as LibrarySyntaxError, parse } from '@zeit/cosmosdb-query/lib/parser.js'

/** The parts of the library's syntax tree that the simulator evaluates. */
export type Expression =
  | { readonly type: 'identifier'; readonly name: string }
  | { readonly type: 'parameter_name'; readonly name: string }
  | {
      readonly type: 'number_constant' | 'string_constant' | 'boolean_constant'
      readonly value: number | string | boolean
    }
  | { readonly type: 'null_constant' | 'undefined_constant' }
  | { readonly type: 'array_constant' | 'scalar_array_expression'; readonly elements: readonly Expression[] }
  | {
      readonly type: 'object_constant' | 'scalar_object_expression'
      readonly properties: readonly { readonly key: PropertyKey; readonly value: Expression }[]
    }
  | {
      readonly type: 'scalar_member_expression' | 'collection_member_expression'
      readonly object: Expression
      readonly property: Expression
      readonly computed: boolean
    }
  | { readonly type: 'collection_expression'; readonly expression: Expression }
  | { readonly type: 'scalar_unary_expression'; readonly operator: string; readonly argument: Expression }
  | {
      readonly type: 'scalar_binary_expression'
      readonly left: Expression
      readonly operator: string
      readonly right: Expression
    }
  | {
      readonly type: 'scalar_conditional_expression'
      readonly test: Expression
      readonly consequent: Expression
      readonly alternate: Expression
    }
  | { readonly type: 'scalar_in_expression'; readonly value: Expression; readonly list: readonly Expression[] }
  | {
      readonly type: 'scalar_between_expression'
      readonly value: Expression
      readonly begin: Expression
      readonly end: Expression
    }
  | {
      readonly type: 'scalar_function_expression'
      readonly name: { readonly name: string }
      readonly arguments: readonly Expression[]
      readonly udf?: boolean
    }
  | {
      readonly type:
        | 'array_subquery_expression'
        | 'exists_subquery_expression'
        | 'scalar_subquery_expression'
        | 'collection_subquery_expression'
    }

type PropertyKey =
  | { readonly type: 'identifier'; readonly name: string }
  | { readonly type: 'string_constant'; readonly value: string }

export interface Source {
  readonly expression: Expression
  readonly alias: { readonly name: string } | null
  readonly iteration?: boolean
}

export interface SelectItem {
  readonly property: Expression
  readonly alias: { readonly name: string } | null
}

/** One query, with the clauses that the library's grammar lacks read off beforehand. */
export interface Query {
  readonly distinct: boolean
  readonly top: Expression | undefined
  readonly offset: Expression | undefined
  readonly limit: Expression | undefined
  /** `*`, `VALUE expression`, or a list. */
  readonly select:
    | { readonly kind: 'all' }
    | { readonly kind: 'value'; readonly expression: Expression }
    | { readonly kind: 'list'; readonly items: readonly SelectItem[] }
  readonly from: { readonly source: Source; readonly joins: readonly Source[] } | undefined
  readonly where: Expression | undefined
  readonly orderBy: readonly { readonly expression: Expression; readonly descending: boolean }[]
}

/** Why a query is not answered: `BadRequest`, it is wrong; `NotImplemented`, the simulator lacks the named feature. */
export class QueryProblem extends Error {
  readonly code: 'BadRequest' | 'NotImplemented'
  constructor(code: 'BadRequest' | 'NotImplemented', message: string) {
    super(message)
    this.code = code
  }
}

export const unsupported = (feature: string) =>
  new QueryProblem('NotImplemented', `The simulator does not support ${feature} in a query.`)

/** Clauses and operators that neither the grammar nor this room knows. Matched outside of literals only. */
const missing: readonly (readonly [RegExp, string])[] = [
  [/\bGROUP\s+BY\b/i, 'GROUP BY'],
  [/\bLIKE\b/i, 'LIKE'],
  [/\bNOT\s+IN\b/i, 'NOT IN'],
  [/\bORDER\s+BY\s+RANK\b/i, 'ORDER BY RANK'],
  [/\bNOT\s+BETWEEN\b/i, 'NOT BETWEEN'],
]

export function parseQuery(text: string): Query {
  const plain = blankLiterals(text)
  for (const [pattern, feature] of missing) if (pattern.test(plain)) throw unsupported(feature)
  const distinct = /^\s*SELECT\s+DISTINCT\b/i.exec(plain)
  const window = /\bOFFSET\s+(\d+|@\w+)\s+LIMIT\s+(\d+|@\w+)\s*;?\s*$/i.exec(plain)
  const end = window ? window.index : text.replace(/;\s*$/, '').length
  const core = distinct ? `SELECT ${text.slice(distinct[0].length, end)}` : text.slice(0, end)
  const { body } = parseCore(core)
  const { select } = body
  return {
    distinct: distinct !== null,
    top: body.top?.value,
    offset: window ? constantOrParameter(window[1]!) : undefined,
    limit: window ? constantOrParameter(window[2]!) : undefined,
    select: select['*']
      ? { kind: 'all' }
      : select.value
        ? { kind: 'value', expression: select.value }
        : { kind: 'list', items: select.properties?.properties ?? [] },
    from: body.from ?? undefined,
    where: body.where?.condition,
    orderBy: (body.orderBy?.expressions ?? []).map((sort) => ({
      expression: sort.expression,
      descending: sort.order?.toUpperCase() === 'DESC',
    })),
  }
}

interface CoreTree {
  readonly body: {
    readonly top: { readonly value: Expression } | null
    readonly select: {
      readonly '*'?: boolean
      readonly value?: Expression
      readonly properties?: { readonly properties: readonly SelectItem[] }
    }
    readonly from: Query['from'] | null
    readonly where: { readonly condition: Expression } | null
    readonly orderBy: {
      readonly expressions: readonly { readonly expression: Expression; readonly order: string | null }[]
    } | null
  }
}

function parseCore(text: string): CoreTree {
  try {
    return parse(text.trim()) as CoreTree
  } catch (error) {
    if (!(error instanceof LibrarySyntaxError)) throw error
    // The grammar's own message lists every token that could have come; what came is enough.
    const found = /but (.*) found\.$/.exec(error.message)?.[1] ?? 'the query'
    throw new QueryProblem('BadRequest', `Syntax error, or SQL that the simulator does not know, at ${found}.`)
  }
}

const constantOrParameter = (text: string): Expression =>
  text.startsWith('@') ? { type: 'parameter_name', name: text } : { type: 'number_constant', value: Number(text) }

/** The text with the inside of literals and comments blanked, at the same positions. */
function blankLiterals(text: string): string {
  const literal = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|--[^\n]*/g
  return text.replaceAll(literal, (found) => ' '.repeat(found.length))
}
