import { execFile, execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { writeScenario } from '../e2e/files.ts'
import { makeFolder, root, runHopwatch } from '../e2e/process.ts'

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const mustRun = process.env.HOPWATCH_REQUIRE_ALL_TESTS === '1'

/** Needs xmllint (Debian package `libxml2-utils`). */
test.skipIf(!isThere('xmllint') && !mustRun)(
  'check writes JUnit as its readers want it, and the table beside it',
  async () => {
    const cwd = await makeFolder()
    await writeScenario(cwd, 'good', { objectives: '{ staleReads: 0% }' })
    await writeScenario(cwd, 'bad', {
      objectives: '{ staleReads: 50%, tokenLoss: 0%, p95: 60s }',
      journey:
        '[{ write: upsert, at: writer }, { carry: header, to: reader, faults: [{ token: lost }] }, { read: point, at: reader }]',
      arms: '{ propagated: {}, canary: { share: 30%, token: unsatisfiable } }',
    })
    const { code, stdout } = await runHopwatch(['check', '--runs', '10', '--format', 'junit', '--output', 'out.xml'], {
      cwd,
    })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^pass {2}good$/m)
    expect(stdout).toMatch(/^FAIL {2}bad$/m)
    const file = join(cwd, 'out.xml')
    await promisify(execFile)('xmllint', ['--noout', '--schema', join(root, 'test/cli/junit.xsd'), file])
    const xml = await readFile(file, 'utf8')
    expect(xml).toMatch(/<testsuite name="good" tests="3" failures="0" errors="0" skipped="0" timestamp="[\dT:-]{19}">/)
    expect(xml).toContain('<failure type="broken" message="token loss: 100% ')
    expect(xml).toContain('<failure type="canary-lost" ')
  },
)

test('check of a scenario without objectives fails where its users see old data, and passes where they do not', async () => {
  const cwd = await makeFolder()
  await writeScenario(cwd, 'good')
  await writeScenario(cwd, 'bad', {
    journey: '[{ write: upsert, at: writer }, { carry: none, to: reader }, { read: point, at: reader }]',
  })
  await writeScenario(cwd, 'looking', {
    journey: '[{ write: upsert, at: writer }, { carry: none, to: reader }, { read: point, at: reader }]',
    objectives: '{ staleReads: 100%, tokenLoss: 100% }',
  })
  const { code, stdout } = await runHopwatch(['check', '--runs', '20', '--seed', '1'], { cwd })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^FAIL {2}bad$/m)
  expect(stdout).toMatch(/BROKEN {7}stale reads: .*, at most 0% by default$/m)
  expect(stdout).toContain('no objective for stale reads is declared')
  expect(stdout).toMatch(/^pass {2}good$/m)
  expect(stdout).toMatch(/^pass {2}looking$/m)
})
