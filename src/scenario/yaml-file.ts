import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
} from 'yaml'
import { type Environment, interpolate } from './interpolate.ts'
import type { Problem } from './problem.ts'
import { hidesSecret, secretProblem } from './secrets.ts'
import { describeYamlError, isHarmless } from './yaml-errors.ts'

export type Path = readonly (string | number)[]

export interface Source {
  /** As people name it; the first part of every problem. */
  readonly file: string
  readonly env: Environment
}

/** A value out of a file, and the way back to where it stands. */
export interface YamlFile {
  readonly value: unknown
  /** What stands in the way of understanding the file at all, or of trusting one of its scalars. */
  readonly problems: readonly Problem[]
  /** False after a syntax error or beyond all measure: then `value` is undefined and there is nothing more to say about it. */
  readonly isReadable: boolean
  /** A problem at the key or the value that `path` leads to, or at the nearest thing above it that exists. */
  problemAt(path: Path, part: 'key' | 'value', message: string, instead: string): Problem
  /** The value as the file spells it, shortened; never what a variable was replaced with. */
  shownAt(path: Path): string
}

interface Place {
  readonly keyOffset: number | undefined
  readonly valueOffset: number
  readonly shown: string
}

/** Beyond this a file is no scenario any more: aliases can make a few lines expand without end. */
const nodesMax = 20_000
const depthMax = 32
const shownMax = 60
const saidMax = 800

/** Reads YAML 1.2 with `${VAR}` in its scalars. Never throws: whatever the text, the answer is a value or problems. */
export function readYaml(text: string, source: Source): YamlFile {
  const lines = new LineCounter()
  const problems: Problem[] = []
  const places = new Map<string, Place>()
  const at = (offset: number, message: string, instead: string): Problem => {
    const { line, col } = lines.linePos(Math.min(Math.max(0, offset), text.length))
    const place = { file: source.file, line: Math.max(1, line), column: Math.max(1, col) }
    return { ...place, message: oneLine(message), instead: oneLine(instead) }
  }
  const document = parseNested(text, lines)
  if (document === undefined) {
    const nothing = { value: undefined, isReadable: false, shownAt: () => 'nothing' }
    return { ...nothing, problems: [at(0, ...tooLarge)], problemAt: (_path, _part, ...words) => at(0, ...words) }
  }
  for (const error of [...document.errors, ...document.warnings]) {
    const { message, instead } = describeYamlError(error, text)
    problems.push(at(error.pos[0], message, instead))
  }
  const parses = document.errors.every(isHarmless)
  // After a syntax error the rest is guesswork: one error, once mended, usually takes the others with it.
  if (!parses) problems.splice(1)
  const reader: Reader = {
    document,
    env: source.env,
    places,
    text,
    nodes: 0,
    isTooLarge: false,
    entryOffset: 0,
    report: (...args) => problems.push(at(...args)),
  }
  const value = parses && document.contents ? readNode(reader, document.contents, [], undefined) : undefined
  if (reader.isTooLarge) problems.splice(0, Infinity, at(reader.entryOffset, ...tooLarge))

  const placeOf = (path: Path): { place: Place | undefined; exact: boolean } => {
    for (let length = path.length; length >= 0; length--) {
      const place = places.get(JSON.stringify(path.slice(0, length)))
      if (place) return { place, exact: length === path.length }
    }
    return { place: undefined, exact: false }
  }
  return {
    value,
    problems,
    isReadable: parses && !reader.isTooLarge,
    problemAt: (path, part, message, instead) => {
      const { place, exact } = placeOf(path)
      const useKey = (part === 'key' || !exact) && place?.keyOffset !== undefined
      return at((useKey ? place.keyOffset : place?.valueOffset) ?? 0, message, instead)
    },
    shownAt: (path) => places.get(JSON.stringify(path))?.shown ?? 'nothing',
  }
}

const tooLarge = ['this goes too deep or grows too large', 'use fewer levels, entries and aliases'] as const

/** Undefined for levels that go beyond the parser's own stack. */
function parseNested(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A file may hold what a terminal would act upon, and words without end. */
function oneLine(words: string): string {
  const printable = words.replaceAll(/\p{Cc}+/gu, ' ')
  return printable.length > saidMax ? `${printable.slice(0, saidMax)}…` : printable
}

interface Reader {
  readonly document: Document.Parsed
  readonly env: Environment
  readonly places: Map<string, Place>
  readonly text: string
  nodes: number
  isTooLarge: boolean
  /** Where the entry of the outermost map begins that is being read. */
  entryOffset: number
  report(offset: number, message: string, instead: string): void
}

function readNode(reader: Reader, node: ParsedNode, path: Path, keyOffset: number | undefined): unknown {
  const valueOffset = node.range[0]
  reader.nodes += 1
  if (reader.isTooLarge) return undefined
  if (path.length === 1) reader.entryOffset = keyOffset ?? valueOffset
  if (reader.nodes > nodesMax || path.length > depthMax) {
    reader.isTooLarge = true
    return undefined
  }
  if (isAlias(node)) {
    const target = node.resolve(reader.document) as ParsedNode | undefined
    if (target) return readNode(reader, target, path, keyOffset)
    reader.report(valueOffset, `no anchor "&${node.source}" stands before this alias`, 'write the value itself')
    reader.places.set(JSON.stringify(path), { keyOffset, valueOffset, shown: 'nothing' })
    return null
  }
  const place = { keyOffset, valueOffset }
  const key = JSON.stringify(path)
  if (isScalar(node)) {
    reader.places.set(key, { ...place, shown: showScalar(node, reader.text) })
    return readScalar(reader, node)
  }
  if (isSeq(node)) {
    reader.places.set(key, { ...place, shown: 'a list' })
    return node.items.map((item, index) => readNode(reader, item, [...path, index], undefined))
  }
  reader.places.set(key, { ...place, shown: 'a map' })
  // Without a prototype no key of a file can mean something to JavaScript.
  const value: Record<string, unknown> = Object.create(null)
  if (!isMap(node)) return value
  for (const pair of node.items) {
    if (!isScalar(pair.key) || pair.key.value === '__proto__') {
      reader.report(pair.key.range[0], 'this cannot be a key', 'write a plain word')
      continue
    }
    const name = pair.key.source ?? ''
    const childPath = [...path, name]
    const start = pair.key.range[0]
    if (pair.value) value[name] = readNode(reader, pair.value, childPath, start)
    else {
      reader.places.set(JSON.stringify(childPath), { keyOffset: start, valueOffset: start, shown: 'nothing' })
      value[name] = null
    }
  }
  return value
}

function readScalar(reader: Reader, node: Scalar.Parsed): unknown {
  const offset = node.range[0]
  if (typeof node.value !== 'string') return node.value
  const result = interpolate(node.value, reader.env)
  if (result.kind === 'refused') {
    reader.report(offset, result.message, result.instead)
    return node.value
  }
  if (hidesSecret(result.text)) reader.report(offset, secretProblem.message, secretProblem.instead)
  if (!result.replaced || node.type !== 'PLAIN') return result.text
  // What replaces a plain scalar is typed as if it had been written there: `${PARTITIONS:-8}` is a number.
  const tag = reader.document.schema.tags.find(
    (each) => each.default === true && 'test' in each && each.test?.test(result.text),
  )
  return tag && 'resolve' in tag && !tag.collection ? tag.resolve(result.text, () => undefined, {}) : result.text
}

function showScalar(node: Scalar.Parsed, text: string): string {
  const source = text.slice(node.range[0], node.range[1]).trim()
  if (source === '') return 'nothing'
  const bare = typeof node.value === 'string' ? (node.source ?? node.value) : source
  if (hidesSecret(bare)) return 'a secret'
  // A password in a URL has no shape of its own, but a place.
  const line = bare.replaceAll(/\s+/g, ' ').replaceAll(/:\/\/[^/@]*@/g, '://…@')
  return JSON.stringify(line.length > shownMax ? `${line.slice(0, shownMax)}…` : line)
}
