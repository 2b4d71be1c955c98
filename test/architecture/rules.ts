import { posix } from 'node:path'
import { codeOf, importsOf, type SourceFile } from './source.ts'

/** Whom each room may import, besides itself: architecture.md's arrows, read backwards. */
const base = ['base', 'protocol']
const middle = ['scenario', 'schedule', 'run', 'cosmos', 'publish']
const belowCompose = [...base, 'domain', ...middle, 'http', 'simulator']
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  protocol: [],
  domain: base,
  simulator: base,
  ...Object.fromEntries(middle.map((room) => [room, [...base, 'domain']])),
  http: [...base, 'domain', ...middle],
  compose: belowCompose,
  explore: [...belowCompose, 'compose'],
  cli: [...belowCompose, 'compose', 'explore'],
  main: [...belowCompose, 'compose', 'explore', 'cli'],
}

/** `src/run/carry.ts` lives in `run`, `src/compose.ts` in `compose`. */
const roomOf = (path: string): string => /^src\/([^/.]+)/.exec(path)?.[1] ?? ''
const isTest = (path: string): boolean => path.endsWith('.test.ts')
const resolved = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier)

/** Imports against the arrows. Tests may look anywhere, what they test may not; anybody may read our own version. */
export function wrongDirections(files: readonly SourceFile[]): string[] {
  const problems: string[] = []
  for (const { path, text } of files.filter((file) => file.path.startsWith('src/') && !isTest(file.path))) {
    const room = roomOf(path)
    const allowed = mayImport[room]
    if (allowed === undefined) problems.push(`${path}: a room that architecture.md does not name`)
    for (const specifier of importsOf(text)) {
      if (!specifier.startsWith('.')) continue
      const target = resolved(path, specifier)
      const theirs = roomOf(target)
      if (target === 'package.json') continue
      if (!target.startsWith('src/')) problems.push(`${path}: imports ${target}, outside src`)
      else if (theirs !== room && !allowed?.includes(theirs)) problems.push(`${path}: ${room} imports ${theirs}`)
    }
  }
  return problems
}

/** Files that import each other in a circle, types included: one line a circle, from its first file back to it. */
export function circles(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map(({ path }) => path))
  const edges = new Map(
    files.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolved(path, specifier))
        .filter((target) => known.has(target)),
    ]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push([...trail.slice(start), path].join(' → '))
    if (start >= 0 || done.has(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of known) visit(path, [])
  return found
}

/** Packages that one room alone may import, types included. */
const onlyIn: Readonly<Record<string, string>> = { '@azure/cosmos': 'cosmos', '@opentelemetry': 'publish' }

export function strayPackages(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, text }) =>
      importsOf(text).flatMap((specifier) => {
        const owner = Object.entries(onlyIn).find(([name]) => specifier === name || specifier.startsWith(`${name}/`))
        return owner && owner[1] !== roomOf(path) ? [`${path}: only src/${owner[1]} imports ${owner[0]}`] : []
      }),
    )
}

/** Pure places, and the Node modules that each may import all the same. */
const pure: readonly (readonly [prefix: string, nodeModules: readonly string[]])[] = [
  ['src/domain/', []],
  ['src/protocol/', ['node:crypto', 'node:util']],
  ['src/schedule/plan-tick', []],
  ['src/simulator/replica', []],
]

const ambient: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Date.now', /\bDate\.now\b/],
  ['new Date()', /\bnew Date\(\s*\)/],
  ['Date()', /(?<!new )\bDate\(\s*\)/],
  ['Math.random', /\bMath\.random\b/],
  ['crypto.getRandomValues', /\b(?:randomUUID|randomBytes|randomInt|getRandomValues)\b/],
  ['performance', /\bperformance\b/],
  ['a timer', /\bset(?:Timeout|Interval|Immediate)\b/],
  ['process', /\bprocess\./],
  ['fetch', /(?<![\w.])fetch\(/],
  ['console', /\bconsole\./],
]

/** Time, chance and I/O that do not come through the door. */
export function impurities(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const place = pure.find(([prefix]) => path.startsWith(prefix) && !isTest(path))
    if (place === undefined) return []
    const code = codeOf(text)
    const imported = importsOf(text).filter((specifier) => isNodeModule(specifier) && !place[1].includes(specifier))
    const used = ambient.filter(([, pattern]) => pattern.test(code)).map(([name]) => name)
    return [...imported, ...used].map((what) => `${path}: ${what} in a pure place`)
  })
}

const isNodeModule = (specifier: string): boolean =>
  /^(?:node:|(?:fs|net|http|https|os|child_process|timers)\b)/.test(specifier)
