import type { Expression, Query, Source } from './syntax.ts'

/** SQL text of an expression, fully parenthesised, so that no precedence can change its meaning. */
export function printExpression(expression: Expression): string {
  switch (expression.type) {
    case 'name':
    case 'parameter':
      return expression.name
    case 'constant':
      return JSON.stringify(expression.value)
    case 'undefined':
      return 'undefined'
    case 'array':
      return `[${printAll(expression.elements)}]`
    case 'object':
      return `{${expression.properties.map(({ key, value }) => `${JSON.stringify(key)}: ${printExpression(value)}`).join(', ')}}`
    case 'member':
      return printMember(expression)
    case 'unary':
      return `(${expression.operator} (${printExpression(expression.argument)}))`
    case 'binary':
      return `(${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)})`
    case 'conditional':
      return `(${printExpression(expression.test)} ? ${printExpression(expression.yes)} : ${printExpression(expression.no)})`
    case 'in':
      return `(${printExpression(expression.value)} IN (${printAll(expression.list)}))`
    case 'between': {
      const { value, begin, end } = expression
      return `(${printExpression(value)} BETWEEN ${printExpression(begin)} AND ${printExpression(end)})`
    }
    case 'call':
      return `${expression.name}(${printAll(expression.arguments)})`
  }
}

export function printFrom(from: Query['from']): string {
  return from === undefined ? '' : ` FROM ${[from.source, ...from.joins].map(printSource).join(' JOIN ')}`
}

const printAll = (expressions: readonly Expression[]): string => expressions.map(printExpression).join(', ')

function printMember({ object, key }: Extract<Expression, { type: 'member' }>): string {
  const isPlain = key.type === 'constant' && typeof key.value === 'string' && /^[A-Za-z_]\w*$/.test(key.value)
  return `${printExpression(object)}${isPlain ? `.${key.value}` : `[${printExpression(key)}]`}`
}

function printSource({ path, alias, iteration }: Source): string {
  const text = printExpression(path)
  if (iteration) return `${alias} IN ${text}`
  return alias === undefined ? text : `${text} AS ${alias}`
}
