import { aggregates, builtIns } from './functions.ts'
import { type Call, type Expression, QueryProblem, unsupported } from './syntax.ts'
import { compare, equal, property, type Value } from './values.ts'

/** What names mean while a row is evaluated. */
export interface Scope {
  readonly names: Readonly<Record<string, Value>>
  readonly parameters: Readonly<Record<string, Value>>
  /** Set once all rows are seen: each aggregate call's result, by its place in the query. */
  readonly totals?: ReadonlyMap<Expression, Value>
}

export type Evaluator = (scope: Scope) => Value

/** Compiles an expression to a function of the scope. Throws QueryProblem for what is wrong or not supported. */
export function compile(expression: Expression): Evaluator {
  switch (expression.type) {
    case 'name':
      return compileName(expression.name)
    case 'parameter': {
      const { name } = expression
      return ({ parameters }) => {
        if (!Object.hasOwn(parameters, name))
          throw new QueryProblem('BadRequest', `The query has no parameter ${name}.`)
        return parameters[name]
      }
    }
    case 'constant': {
      const { value } = expression
      return () => value
    }
    case 'undefined':
      return () => undefined
    case 'array': {
      const elements = expression.elements.map(compile)
      return (scope) => elements.map((element) => element(scope)).filter((value) => value !== undefined)
    }
    case 'object':
      return compileObject(expression.properties.map(({ key, value }) => [key, compile(value)]))
    case 'member': {
      const object = compile(expression.object)
      const key = compile(expression.key)
      return (scope) => property(object(scope), key(scope))
    }
    case 'unary':
      return compileUnary(expression.operator, compile(expression.argument))
    case 'binary':
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right))
    case 'conditional': {
      const [test, yes, no] = [expression.test, expression.yes, expression.no].map(compile)
      return (scope) => (test!(scope) === true ? yes!(scope) : no!(scope))
    }
    case 'in': {
      const value = compile(expression.value)
      const list = expression.list.map(compile)
      return (scope) => {
        const wanted = value(scope)
        return list.map((element) => equal(wanted, element(scope))).reduce<Value>(or, false)
      }
    }
    case 'between': {
      const [value, begin, end] = [expression.value, expression.begin, expression.end].map(compile)
      return (scope) => and(compare('>=', value!(scope), begin!(scope)), compare('<=', value!(scope), end!(scope)))
    }
    case 'call':
      return compileCall(expression)
  }
}

/** The aggregate calls in an expression, outermost only. */
export function aggregateCalls(expression: Expression): Call[] {
  if (expression.type === 'call' && isAggregate(expression)) return [expression]
  return children(expression).flatMap(aggregateCalls)
}

/** Names that an expression reads outside of its aggregate calls. */
export function freeNames(expression: Expression): string[] {
  if (expression.type === 'name') return [expression.name]
  if (expression.type === 'call' && isAggregate(expression)) return []
  return children(expression).flatMap(freeNames)
}

export function compileObject(properties: readonly (readonly [string, Evaluator])[]): Evaluator {
  return (scope) => {
    const object: Record<string, Value> = {}
    for (const [key, evaluate] of properties) {
      const value = evaluate(scope)
      if (value !== undefined) object[key] = value
    }
    return object as Value
  }
}

export const and = (left: Value, right: Value): Value =>
  left === false || right === false ? false : left === true && right === true ? true : undefined

const or = (left: Value, right: Value): Value =>
  left === true || right === true ? true : left === false && right === false ? false : undefined

const isAggregate = (call: Call) => Object.hasOwn(aggregates, call.name)

function compileName(name: string): Evaluator {
  return ({ names }) => {
    if (!Object.hasOwn(names, name)) {
      throw new QueryProblem('BadRequest', `Identifier '${name}' could not be resolved.`)
    }
    return names[name]
  }
}

function compileUnary(operator: 'NOT' | '-' | '+', argument: Evaluator): Evaluator {
  if (operator === 'NOT') {
    return (scope) => {
      const value = argument(scope)
      return typeof value === 'boolean' ? !value : undefined
    }
  }
  const sign = operator === '-' ? -1 : 1
  return (scope) => {
    const value = argument(scope)
    return typeof value === 'number' ? sign * value : undefined
  }
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
}

function compileBinary(operator: string, left: Evaluator, right: Evaluator): Evaluator {
  const calculate = arithmetic[operator]
  if (calculate) {
    return (scope) => {
      const [a, b] = [left(scope), right(scope)]
      if (typeof a !== 'number' || typeof b !== 'number') return undefined
      const result = calculate(a, b)
      return Number.isFinite(result) ? result : undefined
    }
  }
  switch (operator) {
    case 'AND':
      return (scope) => {
        const first = left(scope)
        return first === false ? false : and(first, right(scope))
      }
    case 'OR':
      return (scope) => {
        const first = left(scope)
        return first === true ? true : or(first, right(scope))
      }
    case '=':
      return (scope) => equal(left(scope), right(scope))
    case '!=':
    case '<>':
      return (scope) => {
        const same = equal(left(scope), right(scope))
        return same === undefined ? undefined : !same
      }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (scope) => compare(operator, left(scope), right(scope))
    case '??':
      // Null is a value here; only undefined gives way.
      return (scope) => {
        const first = left(scope)
        return first === undefined ? right(scope) : first
      }
    case '||':
      return (scope) => {
        const [a, b] = [left(scope), right(scope)]
        return typeof a === 'string' && typeof b === 'string' ? a + b : undefined
      }
    default:
      throw unsupported(`the operator ${operator}`)
  }
}

function compileCall(call: Call): Evaluator {
  const { name } = call
  if (isAggregate(call)) {
    if (call.arguments.length !== 1) throw new QueryProblem('BadRequest', `${name} takes one argument.`)
    return ({ totals }) => {
      if (totals === undefined) throw new QueryProblem('BadRequest', `${name} is not allowed here.`)
      return totals.get(call)
    }
  }
  const known = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined
  if (known === undefined) throw unsupported(`the function ${name}`)
  const [least, most] = known.arity
  if (call.arguments.length < least || call.arguments.length > most) {
    const count = most > least ? `${least} to ${most}` : least
    throw new QueryProblem('BadRequest', `The function ${name} takes ${count} arguments.`)
  }
  const args = call.arguments.map(compile)
  return (scope) => known.apply(args.map((argument) => argument(scope)))
}

function children(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'array':
      return expression.elements
    case 'object':
      return expression.properties.map(({ value }) => value)
    case 'member':
      return [expression.object, expression.key]
    case 'unary':
      return [expression.argument]
    case 'binary':
      return [expression.left, expression.right]
    case 'conditional':
      return [expression.test, expression.yes, expression.no]
    case 'in':
      return [expression.value, ...expression.list]
    case 'between':
      return [expression.value, expression.begin, expression.end]
    case 'call':
      return expression.arguments
    default:
      return []
  }
}
