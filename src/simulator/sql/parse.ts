import { type Expression, type Query, QueryProblem, type SelectItem, type Source, unsupported } from './syntax.ts'
import { type Token, tokenize } from './tokens.ts'

/** Parses one query. Linear in its length; throws QueryProblem for what is wrong or not supported. */
export function parseQuery(text: string): Query {
  return new Parser(tokenize(text)).query()
}

/** Deeper nesting would only exhaust the stack. */
const depthMax = 200

/** Binary operators, those that bind loosest first. */
const levels: readonly (readonly string[])[] = [
  ['??'],
  ['OR'],
  ['AND'],
  ['=', '!=', '<>', '<', '<=', '>', '>='],
  ['||'],
  ['+', '-'],
  ['*', '/', '%'],
]
const comparisonLevel = 3

const reserved = new Set(
  'AND AS ASC BETWEEN BY DESC DISTINCT EXISTS FROM GROUP IN JOIN LIKE LIMIT NOT OFFSET OR ORDER SELECT TOP VALUE WHERE'.split(
    ' ',
  ),
)

const constants: Readonly<Record<string, Expression>> = {
  true: { type: 'constant', value: true },
  false: { type: 'constant', value: false },
  null: { type: 'constant', value: null },
  undefined: { type: 'undefined' },
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  query(): Query {
    this.#expect('SELECT')
    const distinct = this.#take('DISTINCT')
    const top = this.#take('TOP') ? this.#primary() : undefined
    const select = this.#select()
    const from = this.#take('FROM') ? this.#from() : undefined
    const where = this.#take('WHERE') ? this.#expression() : undefined
    if (this.#sees('GROUP')) throw unsupported('GROUP BY')
    const orderBy = this.#take('ORDER') ? this.#orderBy() : []
    const offset = this.#take('OFFSET') ? this.#primary() : undefined
    if (offset) this.#expect('LIMIT')
    const limit = offset && this.#primary()
    this.#take(';')
    if (this.#next.kind !== 'end') throw this.#unexpected()
    return { distinct, top, offset, limit, select, from, where, orderBy }
  }

  #select(): Query['select'] {
    if (this.#take('*')) return { kind: 'all' }
    if (this.#take('VALUE')) return { kind: 'value', expression: this.#expression() }
    return { kind: 'list', items: this.#list(() => this.#selectItem()) }
  }

  #selectItem(): SelectItem {
    return { expression: this.#expression(), alias: this.#alias() }
  }

  #from(): NonNullable<Query['from']> {
    const source = this.#source()
    const joins: Source[] = []
    while (this.#take('JOIN')) joins.push(this.#source())
    return { source, joins }
  }

  #source(): Source {
    const path = this.#postfix()
    if (path.type === 'name' && this.#take('IN')) {
      return { path: this.#postfix(), alias: path.name, iteration: true }
    }
    return { path, alias: this.#alias(), iteration: false }
  }

  #orderBy(): Query['orderBy'] {
    this.#expect('BY')
    return this.#list(() => {
      const expression = this.#expression()
      const descending = this.#take('DESC')
      if (!descending) this.#take('ASC')
      return { expression, descending }
    })
  }

  #alias(): string | undefined {
    if (this.#take('AS')) return this.#name()
    const { kind, text } = this.#next
    return kind === 'name' && !reserved.has(text.toUpperCase()) ? this.#name() : undefined
  }

  #expression(): Expression {
    this.#depth += 1
    if (this.#depth > depthMax) throw new QueryProblem('BadRequest', `The query nests deeper than ${depthMax} levels.`)
    const test = this.#binary(0)
    const whole = this.#take('?') ? this.#conditional(test) : test
    this.#depth -= 1
    return whole
  }

  #conditional(test: Expression): Expression {
    const yes = this.#expression()
    this.#expect(':')
    return { type: 'conditional', test, yes, no: this.#expression() }
  }

  #binary(level: number): Expression {
    const operators = levels[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      if (level === comparisonLevel) left = this.#membership(left)
      const operator = operators.find((each) => this.#take(each))
      if (operator === undefined) return left
      left = { type: 'binary', operator, left, right: this.#binary(level + 1) }
    }
  }

  /** `[NOT] IN (…)`, `[NOT] BETWEEN … AND …` */
  #membership(value: Expression): Expression {
    const negated = this.#sees('NOT') && this.#take('NOT')
    if (this.#sees('LIKE')) throw unsupported('LIKE')
    let test: Expression
    if (this.#take('IN')) {
      this.#expect('(')
      test = { type: 'in', value, list: this.#list(() => this.#expression()) }
      this.#expect(')')
    } else if (this.#take('BETWEEN')) {
      const begin = this.#binary(comparisonLevel + 1)
      this.#expect('AND')
      test = { type: 'between', value, begin, end: this.#binary(comparisonLevel + 1) }
    } else if (negated) throw this.#unexpected()
    else return value
    return negated ? { type: 'unary', operator: 'NOT', argument: test } : test
  }

  #unary(): Expression {
    if (this.#take('NOT')) {
      const argument = this.#unary()
      // Whether the service reads `NOT a = b` as `NOT (a = b)` was not checked; a guess could be a wrong answer.
      if ([...levels[comparisonLevel]!, 'IN', 'BETWEEN'].some((operator) => this.#sees(operator))) {
        throw unsupported('NOT before a comparison without parentheses')
      }
      return { type: 'unary', operator: 'NOT', argument }
    }
    const sign = (['-', '+'] as const).find((each) => this.#take(each))
    return sign ? { type: 'unary', operator: sign, argument: this.#unary() } : this.#postfix()
  }

  #postfix(): Expression {
    let value = this.#primary()
    for (;;) {
      if (this.#take('.')) {
        value = { type: 'member', object: value, key: { type: 'constant', value: this.#name() } }
      } else if (this.#take('[')) {
        value = { type: 'member', object: value, key: this.#expression() }
        this.#expect(']')
      } else return value
    }
  }

  #primary(): Expression {
    const { kind, text } = this.#next
    if (kind === 'end') throw this.#unexpected()
    this.#at += 1
    if (kind === 'number') return { type: 'constant', value: Number(text) }
    if (kind === 'string') return { type: 'constant', value: text }
    if (kind === 'parameter') return { type: 'parameter', name: text }
    if (kind === 'name') return this.#named(text)
    if (text === '(') return this.#parenthesis()
    if (text === '[') return { type: 'array', elements: this.#listUntil(']', () => this.#expression()) }
    if (text === '{') return { type: 'object', properties: this.#listUntil('}', () => this.#property()) }
    this.#at -= 1
    throw this.#unexpected()
  }

  #named(text: string): Expression {
    const upper = text.toUpperCase()
    if (Object.hasOwn(constants, text.toLowerCase())) return constants[text.toLowerCase()]!
    if (upper === 'UDF' && this.#sees('.')) throw unsupported('a user-defined function')
    if (upper === 'EXISTS' || upper === 'ARRAY') throw unsupported('a subquery')
    if (this.#take('(')) {
      return { type: 'call', name: upper, arguments: this.#listUntil(')', () => this.#expression()) }
    }
    if (!reserved.has(upper)) return { type: 'name', name: text }
    this.#at -= 1
    throw this.#unexpected()
  }

  #parenthesis(): Expression {
    if (this.#sees('SELECT')) throw unsupported('a subquery')
    const inner = this.#expression()
    this.#expect(')')
    return inner
  }

  #property(): { key: string; value: Expression } {
    const key = this.#next.kind === 'string' ? this.#advance().text : this.#name()
    this.#expect(':')
    return { key, value: this.#expression() }
  }

  #list<T>(member: () => T): T[] {
    const members = [member()]
    while (this.#take(',')) members.push(member())
    return members
  }

  #listUntil<T>(end: string, member: () => T): T[] {
    if (this.#take(end)) return []
    const members = this.#list(member)
    this.#expect(end)
    return members
  }

  #name(): string {
    if (this.#next.kind !== 'name') throw this.#unexpected()
    return this.#advance().text
  }

  get #next(): Token {
    return this.#tokens[this.#at]!
  }

  #advance(): Token {
    return this.#tokens[this.#at++]!
  }

  /** Keywords without regard to case. */
  #sees(text: string): boolean {
    const next = this.#next
    return (next.kind === 'punctuation' || next.kind === 'name') && next.text.toUpperCase() === text
  }

  #take(text: string): boolean {
    const seen = this.#sees(text)
    if (seen) this.#at += 1
    return seen
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected()
  }

  #unexpected(): QueryProblem {
    const { kind, text } = this.#next
    return new QueryProblem(
      'BadRequest',
      `Syntax error: unexpected ${kind === 'end' ? text : `'${text}'`} in the query.`,
    )
  }
}
