import { remember } from '../protocol/remember.ts'
import type { Item, Json, PatchSpecification } from './operation.ts'

type Container = Record<string, Json> | Json[]

export const patchOperationsMax = 10

/**
 * The document after a partial update (https://learn.microsoft.com/azure/cosmos-db/partial-document-update), or what is
 * wrong with the operations. `fixed` names the top-level properties that must not change.
 */
export function applyPatch(
  document: Item,
  operations: PatchSpecification['operations'],
  fixed: readonly string[],
): { readonly item: Item } | { readonly problem: string } {
  if (operations.length === 0) return { problem: 'A patch needs at least one operation.' }
  if (operations.length > patchOperationsMax)
    return { problem: `A patch takes at most ${patchOperationsMax} operations.` }
  const item = copyOf(document) as Record<string, Json>
  for (const { op, path, value, from } of operations) {
    const names = pathNames(path)
    if (names === undefined) return { problem: `The path ${path} is not a JSON pointer.` }
    if (fixed.includes(names[0]!)) return { problem: `A patch cannot change /${names[0]}.` }
    const target = parentOf(item, names)
    const name = names.at(-1)!
    if (target === undefined) return { problem: `The parent of ${path} does not exist.` }
    const problem = op === 'move' ? move(item, target, name, from, fixed) : editors[op](target, name, value)
    if (problem !== undefined) return { problem: `${op} ${path}: ${problem}` }
  }
  return { item: item as Item }
}

type Editor = (target: Container, name: string, value: Json | undefined) => string | undefined

const editors: Readonly<Record<Exclude<PatchSpecification['operations'][number]['op'], 'move'>, Editor>> = {
  add: (target, name, value) => {
    if (value === undefined) return 'needs a value'
    if (!Array.isArray(target)) return assign(target, name, value)
    const index = name === '-' ? target.length : arrayIndex(name)
    if (index === undefined || index > target.length) return 'the index is outside of the array'
    target.splice(index, 0, value)
    return undefined
  },
  set: (target, name, value) => {
    if (value === undefined) return 'needs a value'
    if (!Array.isArray(target)) return assign(target, name, value)
    const index = name === '-' ? target.length : arrayIndex(name)
    if (index === undefined || index > target.length) return 'the index is outside of the array'
    target[index] = value
    return undefined
  },
  replace: (target, name, value) => {
    if (value === undefined) return 'needs a value'
    return has(target, name) ? assign(target, name, value) : 'there is nothing to replace'
  },
  remove: (target, name) => {
    if (!has(target, name)) return 'there is nothing to remove'
    if (Array.isArray(target)) target.splice(Number(name), 1)
    else delete target[name]
    return undefined
  },
  incr: (target, name, value) => {
    if (typeof value !== 'number') return 'needs a number'
    const before = has(target, name) ? get(target, name) : 0
    return typeof before === 'number' ? assign(target, name, before + value) : 'the value is not a number'
  },
}

function move(
  item: Record<string, Json>,
  target: Container,
  name: string,
  from: string | undefined,
  fixed: readonly string[],
): string | undefined {
  const names = from === undefined ? undefined : pathNames(from)
  if (names === undefined) return 'needs the path from which to move'
  if (fixed.includes(names[0]!)) return `cannot take /${names[0]} away`
  const source = parentOf(item, names)
  const sourceName = names.at(-1)!
  if (source === undefined || !has(source, sourceName)) return `there is nothing at ${from}`
  const value = get(source, sourceName)
  return editors.remove(source, sourceName, undefined) ?? editors.add(target, name, value)
}

/** Down to the last value: what lies within a stored item is frozen. */
function copyOf(value: Json): Json {
  if (!isContainer(value)) return value
  if (Array.isArray(value)) return value.map((element: Json) => copyOf(element))
  const copy: Record<string, Json> = { ...value }
  for (const name in copy) if (isContainer(copy[name])) assign(copy, name, copyOf(copy[name]))
  return copy
}

/** An application patches the same few paths. */
const pathNames = remember(
  (path): readonly string[] | undefined => {
    if (!path.startsWith('/') || path === '/') return undefined
    return path
      .slice(1)
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  },
  { entries: 256, longestText: 256 },
)

function parentOf(item: Record<string, Json>, names: readonly string[]): Container | undefined {
  let inner: Json | undefined = item
  for (let i = 0; i < names.length - 1; i++) inner = isContainer(inner) ? get(inner, names[i]!) : undefined
  return isContainer(inner) ? inner : undefined
}

const isContainer = (value: Json | undefined): value is Container => typeof value === 'object' && value !== null

const arrayIndex = (name: string): number | undefined => (/^\d+$/.test(name) ? Number(name) : undefined)

function has(target: Container, name: string): boolean {
  if (!Array.isArray(target)) return Object.hasOwn(target, name)
  const index = arrayIndex(name)
  return index !== undefined && index < target.length
}

const get = (target: Container, name: string): Json | undefined =>
  has(target, name) ? (target as Record<string, Json>)[name] : undefined

function assign(target: Container, name: string, value: Json): undefined {
  // defineProperty, so that a property called __proto__ is data like any other.
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
