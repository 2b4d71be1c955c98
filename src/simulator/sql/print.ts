import { keyText } from './evaluate.ts'
import { type Expression, type Query, type Source, unsupported } from './parse.ts'

/** SQL text of an expression, fully parenthesised, so that no precedence can change its meaning. */
export function printExpression(expression: Expression): string {
  switch (expression.type) {
    case 'identifier':
    case 'parameter_name':
      return expression.name
    case 'number_constant':
    case 'string_constant':
    case 'boolean_constant':
      return JSON.stringify(expression.value)
    case 'null_constant':
      return 'null'
    case 'undefined_constant':
      return 'undefined'
    case 'array_constant':
    case 'scalar_array_expression':
      return `[${expression.elements.map(printExpression).join(', ')}]`
    case 'object_constant':
    case 'scalar_object_expression': {
      const print = ({ key, value }: (typeof expression.properties)[number]) =>
        `${JSON.stringify(keyText(key))}: ${printExpression(value)}`
      return `{${expression.properties.map(print).join(', ')}}`
    }
    case 'collection_expression':
      return printExpression(expression.expression)
    case 'scalar_member_expression':
    case 'collection_member_expression': {
      const object = printExpression(expression.object)
      const key = printExpression(expression.property)
      return expression.computed ? `${object}[${key}]` : `${object}.${key}`
    }
    case 'scalar_unary_expression':
      return `(${expression.operator} (${printExpression(expression.argument)}))`
    case 'scalar_binary_expression':
      return `(${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)})`
    case 'scalar_conditional_expression': {
      const parts = [expression.test, expression.consequent, expression.alternate].map(printExpression)
      return `(${parts[0]} ? ${parts[1]} : ${parts[2]})`
    }
    case 'scalar_in_expression':
      return `(${printExpression(expression.value)} IN (${expression.list.map(printExpression).join(', ')}))`
    case 'scalar_between_expression': {
      const parts = [expression.value, expression.begin, expression.end].map(printExpression)
      return `(${parts[0]} BETWEEN ${parts[1]} AND ${parts[2]})`
    }
    case 'scalar_function_expression':
      return `${expression.name.name}(${expression.arguments.map(printExpression).join(', ')})`
    default:
      throw unsupported('a subquery')
  }
}

export function printFrom(from: Query['from']): string {
  if (from === undefined) return ''
  return ` FROM ${[from.source, ...from.joins].map(printSource).join(' JOIN ')}`
}

function printSource(source: Source): string {
  const path = printExpression(source.expression)
  if (source.iteration) return `${source.alias?.name} IN ${path}`
  return source.alias ? `${path} AS ${source.alias.name}` : path
}
