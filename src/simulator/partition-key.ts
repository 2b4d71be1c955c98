import { effectivePartitionKey } from '../protocol/partition-key-hash.ts'
import { remember } from '../protocol/remember.ts'
import type { Json, KeyRange, PartitionKeyValue } from './operation.ts'

/** Splits `/a/"b c"/d` into its property names; quotes protect what would not be a plain name. */
export function parsePath(path: string): string[] {
  const names: string[] = []
  for (const match of path.matchAll(/\/(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([^/]*))/g)) {
    names.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  return names
}

/** The partition key of a document; undefined levels where it has no value. `problem`: a value that no key can have. */
export function extractPartitionKey(
  document: Json,
  paths: readonly (readonly string[])[],
): { readonly key: PartitionKeyValue } | { readonly problem: string } {
  const key: PartitionKeyValue[number][] = []
  for (const names of paths) {
    const value = valueAt(document, names)
    if (value !== null && typeof value === 'object') {
      return { problem: `The partition key at /${names.join('/')} is not a string, number, boolean or null.` }
    }
    key.push(value)
  }
  return { key }
}

function valueAt(document: Json, names: readonly string[]): Json | undefined {
  let inner: Json | undefined = document
  for (const name of names) {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner) || !Object.hasOwn(inner, name))
      return undefined
    inner = (inner as { readonly [key: string]: Json })[name]!
  }
  return inner
}

/** Equal keys have equal texts. An absent level prints as `{}`, as on the wire. */
export function printPartitionKey(key: PartitionKeyValue): string {
  const only = key[0]
  if (key.length === 1 && typeof only === 'string') return printName(only)
  return JSON.stringify(key.map((level) => (level === undefined ? {} : level)))
}

/** The same few partitions are asked for again and again; a text made anew would be hashed anew at each look-up, too. */
const printName = remember((name) => `[${JSON.stringify(name)}]`, { entries: 1024, longestText: 128 })

/** The key that `printPartitionKey` printed. */
export const readPartitionKey = (printed: string): PartitionKeyValue =>
  (JSON.parse(printed) as Json[]).map((level) =>
    level !== null && typeof level === 'object' ? undefined : (level as PartitionKeyValue[number]),
  )

/** Whether a printed key lies in a part of the hash space. */
export function isInKeyRange(printed: string, { minInclusive, maxExclusive }: KeyRange): boolean {
  const effective = effectivePartitionKey(readPartitionKey(printed))
  return minInclusive <= effective && effective < maxExclusive
}

/** Where every key that begins with these levels lies. */
export function keyRangeOfPrefix(prefix: PartitionKeyValue): KeyRange {
  const minInclusive = effectivePartitionKey(prefix)
  return { minInclusive, maxExclusive: `${minInclusive}FF` }
}

/** Whether a printed hierarchical key begins with these levels. */
export function beginsWith(printed: string, prefix: PartitionKeyValue): boolean {
  const key = readPartitionKey(printed)
  return prefix.every((level, i) => level === key[i])
}
