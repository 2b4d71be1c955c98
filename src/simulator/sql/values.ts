import type { Json } from '../operation.ts'

/** A value in a query: JSON, or undefined where nothing is there. */
export type Value = Json | undefined

/** The order of types in ORDER BY; arrays and objects of one type are not ordered among themselves. */
const typeOrder = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'] as const

export function typeOf(value: Value): (typeof typeOrder)[number] {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as 'undefined' | 'boolean' | 'number' | 'string' | 'object'
}

export const isObject = (value: Value): value is { readonly [key: string]: Json } => typeOf(value) === 'object'

export function property(value: Value, key: Value): Value {
  if (Array.isArray(value)) return typeof key === 'number' ? (value[key] as Value) : undefined
  return isObject(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Undefined when a side is; false for different types. */
export function equal(left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined) return undefined
  return typeOf(left) === typeOf(right) && sameValue(left, right)
}

/** Defined only between two strings, two numbers, two booleans or two nulls. */
export function compare(operator: string, left: Value, right: Value): boolean | undefined {
  const type = typeOf(left)
  if (type !== typeOf(right) || type === 'undefined' || type === 'array' || type === 'object') return undefined
  const order = orderOf(left, right)
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

/** Total over types, for ORDER BY. */
export function orderOf(left: Value, right: Value): number {
  const type = typeOf(left)
  const byType = typeOrder.indexOf(type) - typeOrder.indexOf(typeOf(right))
  if (byType !== 0) return byType
  if (type === 'boolean' || type === 'number' || type === 'string') {
    const [a, b] = [left as string, right as string]
    return a < b ? -1 : a > b ? 1 : 0
  }
  return 0
}

/** Equal values have equal texts, whatever the order of their properties. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map((element: Json) => canonical(element)).join()}]`
  if (isObject(value)) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`
  }
  return value === undefined ? 'undefined' : JSON.stringify(value)
}

function sameValue(left: Json, right: Json): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object') return false
  return canonical(left) === canonical(right)
}
