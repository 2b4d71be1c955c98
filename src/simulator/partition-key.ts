import { effectivePartitionKey } from '../protocol/partition-key-hash.ts'
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
  const key: (string | number | boolean | null | undefined)[] = []
  for (const names of paths) {
    const value = names.reduce<Json | undefined>(
      (inner, name) =>
        inner !== null && typeof inner === 'object' && !Array.isArray(inner) && Object.hasOwn(inner, name)
          ? (inner as { readonly [key: string]: Json })[name]
          : undefined,
      document,
    )
    if (value !== null && typeof value === 'object') {
      return { problem: `The partition key at /${names.join('/')} is not a string, number, boolean or null.` }
    }
    key.push(value)
  }
  return { key }
}

/** Equal keys have equal texts. An absent level prints as `{}`, as on the wire. */
export function printPartitionKey(key: PartitionKeyValue): string {
  const only = key[0]
  if (key.length === 1 && typeof only === 'string') return `[${JSON.stringify(only)}]`
  return JSON.stringify(key.map((level) => (level === undefined ? {} : level)))
}

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
