import type { Json } from '../operation.ts'

export type Expression =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'parameter'; readonly name: string }
  | { readonly type: 'constant'; readonly value: Json }
  | { readonly type: 'undefined' }
  | { readonly type: 'array'; readonly elements: readonly Expression[] }
  | { readonly type: 'object'; readonly properties: readonly { readonly key: string; readonly value: Expression }[] }
  /** `c.a` is `c["a"]`. */
  | { readonly type: 'member'; readonly object: Expression; readonly key: Expression }
  | { readonly type: 'unary'; readonly operator: 'NOT' | '-' | '+'; readonly argument: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly type: 'in'; readonly value: Expression; readonly list: readonly Expression[] }
  | { readonly type: 'between'; readonly value: Expression; readonly begin: Expression; readonly end: Expression }
  | Call

export interface Call {
  readonly type: 'call'
  /** Upper case. */
  readonly name: string
  readonly arguments: readonly Expression[]
}

/** `path AS alias`, or `alias IN path`, which goes through an array. */
export interface Source {
  readonly path: Expression
  readonly alias: string | undefined
  readonly iteration: boolean
}

export interface SelectItem {
  readonly expression: Expression
  readonly alias: string | undefined
}

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

export const unsupported = (feature: string): QueryProblem =>
  new QueryProblem('NotImplemented', `The simulator does not support ${feature} in a query.`)
