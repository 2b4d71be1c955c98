/**
 * Whether `hopwatch explore` notices a broken rule. Takes the mutants that `npm run mutants` wrote to reports/mutants.json, applies
 * each one alone to a copy of the sources, and explores there until a run is judged wrongly, 10,000 runs at most. Prints a
 * Markdown table, and exits with 1 when a mutant went unnoticed that docs/mutation-testing.md does not explain.
 *
 * node scripts/explore-mutants.ts [file[:line] …]     default: src/domain/verdict.ts src/domain/token-state.ts
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Place {
  readonly line: number
  readonly column: number
}

interface Mutant {
  readonly mutatorName: string
  readonly replacement: string
  readonly status: string
  readonly location: { readonly start: Place; readonly end: Place }
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
}

const root = join(import.meta.dirname, '..')
const mostRuns = 10_000
/** A mutant may make a loop endless. */
const patienceMs = 180_000
const files = process.argv.length > 2 ? process.argv.slice(2) : ['src/domain/verdict.ts', 'src/domain/token-state.ts']
const report = JSON.parse(readFileSync(join(root, 'reports', 'mutants.json'), 'utf8')) as Report
const explained = readFileSync(join(root, 'docs', 'mutation-testing.md'), 'utf8')

const copy = mkdtempSync(join(tmpdir(), 'hopwatch-mutants-'))
for (const part of ['src', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true })
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

/** Stryker counts lines and columns from 1. */
function offsetOf(source: string, { line, column }: Place): number {
  return (
    source
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, text) => sum + text.length + 1, 0) +
    column -
    1
  )
}

const place = ({ location: { start } }: Mutant): string => `${start.line}:${start.column}`

/** Without the rest of hopwatch, which takes longer to load than most mutants take to be noticed. */
const untilWrong = `
import { exploreShare } from './src/explore/campaign.ts'
const enough = new AbortController()
await exploreShare({ seed: '1', runs: ${mostRuns}, counts: false, first: 0, stride: 1 }, ({ disagreeing: [first] }) => {
  if (first === undefined || enough.signal.aborted) return
  process.stdout.write(String(first.world * 50 + first.run + 1))
  enough.abort()
}, enough.signal)
`
writeFileSync(join(copy, 'until-wrong.ts'), untilWrong)

/** In how many runs it was noticed, or `undefined`: in none. */
function explore(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['until-wrong.ts'], { cwd: copy, timeout: patienceMs }, (error, stdout) => {
      if (error !== null) return resolve(error.killed ? 'never ended' : 'failed')
      resolve(stdout || undefined)
    })
  })
}

const inLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim()

let unexplained = 0
try {
  process.stdout.write('| where | mutant | what it becomes | noticed in run |\n|---|---|---|---|\n')
  for (const [file, line] of files.map((each) => each.split(':') as [string, string?])) {
    const { source, mutants } = report.files[file]!
    if (source !== readFileSync(join(root, file), 'utf8')) throw new Error(`${file} has changed since npm run mutants`)
    for (const mutant of mutants) {
      if (line !== undefined && mutant.location.start.line !== Number(line)) continue
      if (['CompileError', 'Ignored', 'RuntimeError'].includes(mutant.status)) continue
      const [from, to] = [mutant.location.start, mutant.location.end].map((each) => offsetOf(source, each)) as [
        number,
        number,
      ]
      writeFileSync(join(copy, file), source.slice(0, from) + mutant.replacement + source.slice(to))
      const noticed = await explore()
      const name = `${file.split('/').at(-1)}:${place(mutant)}`
      const isExplained = explained.includes(`\`${inLine(mutant.replacement)}\``)
      if (noticed === undefined && !isExplained) unexplained++
      const what = `\`${inLine(source.slice(from, to)).slice(0, 60)}\` → \`${inLine(mutant.replacement).slice(0, 60)}\``
      process.stdout.write(`| ${name} | ${mutant.mutatorName} | ${what} | ${noticed ?? '**never**'} |\n`)
    }
    writeFileSync(join(copy, file), source)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
process.exitCode = unexplained === 0 ? 0 : 1
