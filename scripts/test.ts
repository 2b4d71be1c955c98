/**
 * `npm test`: types, lint, format, dead code, then unit and end-to-end tests. Every check is run even when an earlier one
 * failed, so that one look shows everything. The last line, `N passed, N failed`, counts checks and tests together.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', bin('tsc'), '-p', root],
  ['format and lint', bin('biome'), 'check', '--error-on-warnings', root],
  ['typed lint', bin('oxlint'), '--type-aware', '--deny-warnings', root],
  ['unused code and dependencies', bin('knip')],
]

const isSound = ([name, command, ...args]: (typeof checks)[number]): boolean => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'}  ${name}\n`)
  if (status !== 0) process.stdout.write(`${stdout}${stderr}\n`)
  return status === 0
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

/** Runs the tests and returns their counts; a test file that could not even be loaded counts as one failure. */
function runTests(files: readonly string[]): { passed: number; failed: number; skipped: number } {
  const folder = mkdtempSync(join(tmpdir(), 'hopwatch-test-'))
  const outputFile = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`]
  const { status } = spawnSync(bin('vitest'), ['run', ...reporters, ...files], { cwd: root, stdio: ['ignore', 1, 2] })
  try {
    const report = JSON.parse(readFileSync(outputFile, 'utf8')) as VitestReport
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length
    const failed = report.numFailedTests + unloaded
    // An unhandled error fails the run without failing a test.
    return {
      passed: report.numPassedTests,
      failed: failed === 0 && status !== 0 ? 1 : failed,
      skipped: report.numPendingTests,
    }
  } catch {
    process.stdout.write('vitest left no report\n')
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const sound = checks.map(isSound)
const tests = runTests(process.argv.slice(2))
const passed = sound.filter(Boolean).length + tests.passed
const failed = sound.filter((ok) => !ok).length + tests.failed
process.stdout.write(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}\n`)
process.exitCode = failed === 0 ? 0 : 1
