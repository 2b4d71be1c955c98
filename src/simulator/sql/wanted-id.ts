import type { Json } from '../operation.ts'
import type { Expression, Query } from './syntax.ts'

/**
 * The one id that a document must have for the query's WHERE to be true, as an index would find it; undefined when the
 * query asks for more, or for none. Only conjunctions are looked into.
 */
export function wantedId(
  query: Query,
  parameters: readonly { readonly name: string; readonly value: Json }[],
): string | undefined {
  const { from, where } = query
  if (where === undefined || from === undefined || from.source.iteration) return undefined
  const { path, alias } = from.source
  const root = path.type === 'name' ? (alias ?? path.name) : undefined
  const expression = root === undefined ? undefined : idIn(where, root)
  if (expression === undefined) return undefined
  const value = expression.type === 'constant' ? expression.value : givenValue(expression.name, parameters)
  return typeof value === 'string' ? value : undefined
}

type Known = Extract<Expression, { type: 'constant' | 'parameter' }>

function idIn(where: Expression, root: string): Known | undefined {
  if (where.type !== 'binary') return undefined
  const { operator, left, right } = where
  if (operator === 'AND') return idIn(left, root) ?? idIn(right, root)
  if (operator !== '=') return undefined
  if (isId(left, root) && isKnown(right)) return right
  return isId(right, root) && isKnown(left) ? left : undefined
}

const isId = (expression: Expression, root: string): boolean =>
  expression.type === 'member' &&
  expression.object.type === 'name' &&
  expression.object.name === root &&
  expression.key.type === 'constant' &&
  expression.key.value === 'id'

const isKnown = (expression: Expression): expression is Known =>
  expression.type === 'constant' || expression.type === 'parameter'

const givenValue = (wanted: string, parameters: readonly { readonly name: string; readonly value: Json }[]) =>
  parameters.find(({ name }) => name === wanted)?.value
