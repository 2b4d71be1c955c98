import { aggregates, builtIns } from './functions.ts'
import { type Expression, QueryProblem, unsupported } from './parse.ts'
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
    case 'identifier':
      return compileName(expression.name)
    case 'parameter_name': {
      const { name } = expression
      return ({ parameters }) => {
        if (!Object.hasOwn(parameters, name))
          throw new QueryProblem('BadRequest', `The query has no parameter ${name}.`)
        return parameters[name]
      }
    }
    case 'number_constant':
    case 'string_constant':
    case 'boolean_constant': {
      const { value } = expression
      return () => value
    }
    case 'null_constant':
      return () => null
    case 'undefined_constant':
      return () => undefined
    case 'array_constant':
    case 'scalar_array_expression': {
      const elements = expression.elements.map(compile)
      return (scope) => elements.map((element) => element(scope)).filter((value) => value !== undefined)
    }
    case 'object_constant':
    case 'scalar_object_expression':
      return compileObject(expression.properties.map(({ key, value }) => [keyText(key), compile(value)]))
    case 'collection_expression':
      return compile(expression.expression)
    case 'scalar_member_expression':
    case 'collection_member_expression': {
      const object = compile(expression.object)
      const key = expression.computed ? compile(expression.property) : constantKey(expression.property)
      return (scope) => property(object(scope), key(scope))
    }
    case 'scalar_unary_expression':
      return compileUnary(expression.operator, compile(expression.argument))
    case 'scalar_binary_expression':
      // The grammar binds NOT tighter than the service does: `NOT a = b` would be read as `(NOT a) = b`.
      if (isNot(expression.left) && !['AND', 'OR'].includes(expression.operator))
        throw unsupported('NOT without parentheses')
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right))
    case 'scalar_conditional_expression': {
      const [test, yes, no] = [expression.test, expression.consequent, expression.alternate].map(compile)
      return (scope) => (test!(scope) === true ? yes!(scope) : no!(scope))
    }
    case 'scalar_in_expression': {
      const value = compile(expression.value)
      const list = expression.list.map(compile)
      return (scope) => {
        const wanted = value(scope)
        return list.map((element) => equal(wanted, element(scope))).reduce(or, false)
      }
    }
    case 'scalar_between_expression': {
      const [value, begin, end] = [expression.value, expression.begin, expression.end].map(compile)
      return (scope) => and(compare('>=', value!(scope), begin!(scope)), compare('<=', value!(scope), end!(scope)))
    }
    case 'scalar_function_expression':
      return compileCall(expression)
    default:
      throw unsupported('a subquery')
  }
}

/** The aggregate calls in an expression, outermost only. */
export function aggregateCalls(expression: Expression): Extract<Expression, { type: 'scalar_function_expression' }>[] {
  if (expression.type === 'scalar_function_expression' && isAggregate(expression)) return [expression]
  return children(expression).flatMap(aggregateCalls)
}

/** Names that an expression reads outside of its aggregate calls. */
export function freeNames(expression: Expression): string[] {
  if (expression.type === 'identifier') return [expression.name]
  if (expression.type === 'scalar_function_expression' && isAggregate(expression)) return []
  return children(expression).flatMap(freeNames)
}

export const keyText = (key: { type: string; name?: string; value?: string }): string => key.name ?? key.value ?? ''

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

const isAggregate = (call: { name: { name: string }; udf?: boolean }) =>
  !call.udf && Object.hasOwn(aggregates, call.name.name.toUpperCase())

const isNot = (expression: Expression) =>
  expression.type === 'scalar_unary_expression' && expression.operator.toUpperCase() === 'NOT'

function compileName(name: string): Evaluator {
  if (name === 'undefined') return () => undefined
  return ({ names }) => {
    if (!Object.hasOwn(names, name)) {
      throw new QueryProblem('BadRequest', `Identifier '${name}' could not be resolved.`)
    }
    return names[name]
  }
}

function constantKey(key: Expression): Evaluator {
  if (key.type !== 'identifier') return compile(key)
  const { name } = key
  return () => name
}

function compileUnary(operator: string, argument: Evaluator): Evaluator {
  const asNumber =
    (apply: (value: number) => number): Evaluator =>
    (scope) => {
      const value = argument(scope)
      return typeof value === 'number' ? apply(value) : undefined
    }
  switch (operator.toUpperCase()) {
    case 'NOT':
      return (scope) => {
        const value = argument(scope)
        return typeof value === 'boolean' ? !value : undefined
      }
    case '-':
      return asNumber((value) => -value)
    case '+':
      return asNumber((value) => value)
    default:
      throw unsupported(`the operator ${operator}`)
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
  switch (operator.toUpperCase()) {
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

function compileCall(call: Extract<Expression, { type: 'scalar_function_expression' }>): Evaluator {
  const name = call.name.name.toUpperCase()
  if (call.udf) throw unsupported('a user-defined function')
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
    throw new QueryProblem(
      'BadRequest',
      `The function ${name} takes ${least}${most > least ? ` to ${most}` : ''} arguments.`,
    )
  }
  const args = call.arguments.map(compile)
  return (scope) => known.apply(args.map((argument) => argument(scope)))
}

function children(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'array_constant':
    case 'scalar_array_expression':
      return expression.elements
    case 'object_constant':
    case 'scalar_object_expression':
      return expression.properties.map(({ value }) => value)
    case 'collection_expression':
      return [expression.expression]
    case 'scalar_member_expression':
    case 'collection_member_expression':
      return expression.computed ? [expression.object, expression.property] : [expression.object]
    case 'scalar_unary_expression':
      return [expression.argument]
    case 'scalar_binary_expression':
      return [expression.left, expression.right]
    case 'scalar_conditional_expression':
      return [expression.test, expression.consequent, expression.alternate]
    case 'scalar_in_expression':
      return [expression.value, ...expression.list]
    case 'scalar_between_expression':
      return [expression.value, expression.begin, expression.end]
    case 'scalar_function_expression':
      return expression.arguments
    default:
      return []
  }
}
