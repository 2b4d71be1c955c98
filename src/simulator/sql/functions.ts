import { equal, isObject, typeOf, type Value } from './values.ts'

/** A built-in function: how many arguments it takes, and its value; undefined where an argument has the wrong type. */
export interface BuiltIn {
  readonly arity: readonly [least: number, most: number]
  readonly apply: (args: readonly Value[]) => Value
}

const typed =
  <T extends Value>(type: string, apply: (args: readonly T[]) => Value) =>
  (args: readonly Value[]): Value =>
    args.every((arg) => typeOf(arg) === type) ? apply(args as readonly T[]) : undefined

const text = (least: number, apply: (args: readonly string[]) => Value, most = least): BuiltIn => ({
  arity: [least, most],
  apply: typed<string>('string', apply),
})

const number = (apply: (value: number) => number): BuiltIn => ({
  arity: [1, 1],
  apply: typed<number>('number', ([value]) => finite(apply(value!))),
})

const check = (holds: (value: Value) => boolean): BuiltIn => ({ arity: [1, 1], apply: ([value]) => holds(value) })

/** Two strings, and optionally whether to ignore case. */
const match = (holds: (whole: string, part: string) => boolean): BuiltIn => ({
  arity: [2, 3],
  apply: ([whole, part, ignoreCase]) => {
    if (typeof whole !== 'string' || typeof part !== 'string') return undefined
    if (ignoreCase !== undefined && typeof ignoreCase !== 'boolean') return undefined
    return ignoreCase ? holds(whole.toLowerCase(), part.toLowerCase()) : holds(whole, part)
  },
})

const finite = (value: number) => (Number.isFinite(value) ? value : undefined)
const isPrimitive = (value: Value) => ['null', 'boolean', 'number', 'string'].includes(typeOf(value))

export const builtIns: Readonly<Record<string, BuiltIn>> = {
  ABS: number(Math.abs),
  CEILING: number(Math.ceil),
  FLOOR: number(Math.floor),
  SIGN: number(Math.sign),
  SQRT: number(Math.sqrt),
  TRUNC: number(Math.trunc),
  IS_ARRAY: check((value) => Array.isArray(value)),
  IS_BOOL: check((value) => typeof value === 'boolean'),
  IS_DEFINED: check((value) => value !== undefined),
  IS_NULL: check((value) => value === null),
  IS_NUMBER: check((value) => typeof value === 'number'),
  IS_OBJECT: check(isObject),
  IS_PRIMITIVE: check(isPrimitive),
  IS_STRING: check((value) => typeof value === 'string'),
  CONCAT: text(2, (parts) => parts.join(''), 100),
  CONTAINS: match((whole, part) => whole.includes(part)),
  ENDSWITH: match((whole, part) => whole.endsWith(part)),
  STARTSWITH: match((whole, part) => whole.startsWith(part)),
  STRINGEQUALS: match((whole, part) => whole === part),
  LENGTH: text(1, ([value]) => value!.length),
  LOWER: text(1, ([value]) => value!.toLowerCase()),
  UPPER: text(1, ([value]) => value!.toUpperCase()),
  TRIM: text(1, ([value]) => value!.trim()),
  LTRIM: text(1, ([value]) => value!.trimStart()),
  RTRIM: text(1, ([value]) => value!.trimEnd()),
  REPLACE: text(3, ([value, from, to]) => (from === '' ? value : value!.replaceAll(from!, () => to!))),
  SUBSTRING: {
    arity: [3, 3],
    apply: ([value, start, length]) =>
      typeof value === 'string' && typeof start === 'number' && typeof length === 'number'
        ? value.slice(Math.max(0, start), Math.max(0, start) + Math.max(0, length))
        : undefined,
  },
  ARRAY_LENGTH: { arity: [1, 1], apply: ([array]) => (Array.isArray(array) ? array.length : undefined) },
  ARRAY_CONTAINS: {
    arity: [2, 2],
    apply: ([array, wanted]) =>
      Array.isArray(array) && wanted !== undefined
        ? array.some((element: Value) => equal(element, wanted) === true)
        : undefined,
  },
  TOSTRING: {
    arity: [1, 1],
    apply: ([value]) => (value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value)),
  },
}

/** Folds all rows into one value. `undefined` values do not count; a value of the wrong type makes the result undefined. */
export const aggregates: Readonly<Record<string, (values: readonly Value[]) => Value>> = {
  COUNT: (values) => values.filter((value) => value !== undefined).length,
  SUM: (values) => sum(values.filter((value) => value !== undefined)),
  AVG: (values) => {
    const defined = values.filter((value) => value !== undefined)
    const total = sum(defined)
    return total === undefined || defined.length === 0 ? undefined : total / defined.length
  },
  MIN: (values) => extreme(values, -1),
  MAX: (values) => extreme(values, 1),
}

const sum = (values: readonly Value[]): number | undefined =>
  values.every((value) => typeof value === 'number') ? values.reduce((a, b) => a + b, 0) : undefined

function extreme(values: readonly Value[], direction: 1 | -1): Value {
  const defined = values.filter((value) => value !== undefined)
  if (!defined.every((value) => isPrimitive(value))) return undefined
  return defined.reduce<Value>((best, value) => {
    if (best === undefined) return value
    return orderSign(value, best) === direction ? value : best
  }, undefined)
}

const ranks = ['null', 'boolean', 'number', 'string']
function orderSign(left: Value, right: Value): number {
  const byType = ranks.indexOf(typeOf(left)) - ranks.indexOf(typeOf(right))
  if (byType !== 0) return Math.sign(byType)
  return left === right ? 0 : (left as number) > (right as number) ? 1 : -1
}
