import { z } from 'zod'
import type { Problem } from './problem.ts'
import { isMapping, Refusal } from './shape.ts'
import { alternatives, nearest, quote } from './words.ts'
import type { Path, YamlFile } from './yaml-file.ts'

/** What a room knows of its keys beyond the schema: what a known stranger among them should be told. */
export interface KeyAdvice {
  /** A sentence of its own for a wrong key, by its path. */
  readonly keys?: Readonly<Record<string, { readonly message: string; readonly instead: string }>>
}

/** Everything about `file` that contradicts the shape that `schema` describes, in our words. */
export function checkShape(file: YamlFile, schema: z.ZodType, advice: KeyAdvice = {}): Problem[] {
  const result = schema.safeParse(file.value)
  if (result.success) return []
  const misspelt = result.error.issues.flatMap(meantKeys)
  return result.error.issues
    .filter((issue) => !misspelt.includes(JSON.stringify(issue.path)) || hasValue(file.value, pathOf(issue)))
    .flatMap((issue) => problemsOf(file, advice, issue))
}

/** The paths of the keys that strangers were meant to be: that they are missing goes without saying. */
const meantKeys = (issue: z.core.$ZodIssue): string[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => JSON.stringify([...issue.path, nearest(key, issue.message.split(' '))]))
    : []

const pathOf = (issue: z.core.$ZodIssue): Path =>
  issue.path.map((part) => (typeof part === 'number' ? part : String(part)))

function problemsOf(file: YamlFile, advice: KeyAdvice, issue: z.core.$ZodIssue): Problem[] {
  const path = pathOf(issue)
  const problem = (message: string, instead: string) => file.problemAt(path, 'value', message, instead)
  if (!hasValue(file.value, path)) return [missingKey(file, path)]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(file, [...path, key], issue.message.split(' '), advice))
  if (issue.code === 'custom' && issue.params?.refusal instanceof Refusal) {
    const refusal = issue.params.refusal
    return [problem(refusal.what(file.shownAt(path)), refusal.instead)]
  }
  const key = quote(String(path.at(-1) ?? 'file'))
  if (issue.code === 'too_small') return [problem(`${key} is empty`, 'write at least one entry')]
  if (issue.code === 'too_big') return [problem(`${key} has too many entries`, `write at most ${issue.maximum}`)]
  const isList = issue.code === 'invalid_type' && issue.expected === 'array'
  if (path.length === 0) return [problem(`the file holds ${file.shownAt(path)}`, 'write "key: value" lines')]
  const instead = isList ? 'write "- " before each entry' : 'write "key: value" lines below it, or braces'
  return [problem(`${file.shownAt(path)} stands where a ${isList ? 'list' : 'map'} belongs`, instead)]
}

function missingKey(file: YamlFile, path: Path): Problem {
  const key = String(path.at(-1))
  const parent = path.slice(0, -1)
  return file.problemAt(parent, 'key', `the key ${quote(key)} is missing`, `add ${quote(`${key}:`)}`)
}

function unknownKey(file: YamlFile, path: Path, known: readonly string[], advice: KeyAdvice): Problem {
  const key = String(path.at(-1))
  const place = path.slice(0, -1).map((part) => (typeof part === 'number' ? '#' : part))
  const own = Object.entries(advice.keys ?? {}).find(([pattern]) => matches(pattern, [...place, key]))?.[1]
  if (own) return file.problemAt(path, 'key', own.message, own.instead)
  const near = nearest(key, known)
  const choice =
    known.join('') === '' ? 'leave it out' : `the keys here are ${alternatives(known).replace(' or ', ' and ')}`
  return file.problemAt(path, 'key', `unknown key ${quote(key)}`, near ? `write ${quote(near)}` : choice)
}

const matches = (pattern: string, place: Path): boolean => {
  const parts = pattern.split('.')
  return parts.length === place.length && parts.every((part, index) => part === '*' || part === place[index])
}

/** What remains of `value` when everything is left out that its schema refuses: so that the rest can still be judged. */
export function salvage(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const inner = unwrap(schema)
  if (Array.isArray(value) && inner instanceof z.ZodArray)
    return value.map((each) => salvage(inner.element as z.ZodType, each))
  if (!isMapping(value) || !(inner instanceof z.ZodObject || inner instanceof z.ZodRecord)) return undefined
  const child = (key: string) => (inner instanceof z.ZodObject ? inner.shape[key] : inner.valueType) as z.ZodType
  const keys = Object.keys(inner instanceof z.ZodObject ? inner.shape : value)
  return Object.fromEntries(keys.map((key) => [key, salvage(child(key), value[key])]))
}

const unwrap = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodPrefault
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema

const hasValue = (value: unknown, path: Path): boolean =>
  path.every((part) => {
    const exists = (isMapping(value) || Array.isArray(value)) && Object.hasOwn(value, part)
    value = exists ? (value as Record<string | number, unknown>)[part] : undefined
    return exists
  })
