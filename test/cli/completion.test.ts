import { execFile, execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeScenario } from '../e2e/files.ts'
import { hopwatch, makeFolder, makeSuiteFolder, removeFolder, root, runHopwatch } from '../e2e/process.ts'

const run = promisify(execFile)

/** What bash offers for a line, of which the last word is being written. */
async function offered(script: string, line: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const asks = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hopwatch; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['--norc', '-c', asks, script, ...line], {
    cwd,
    env: { PATH: process.env.PATH!, ...env },
  })
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  let script: string
  let folder: string

  beforeAll(async () => {
    folder = await makeSuiteFolder()
    const printing = hopwatch(['completion', 'bash'])
    expect(await printing.ended).toMatchObject({ code: 0 })
    script = join(folder, 'hopwatch.bash')
    await writeFile(script, printing.printed.stdout)
    await writeScenario(folder, 'travel-first')
    await writeScenario(folder, 'travel-second', { scenario: '"travel-second"   # the name' })
    await mkdir(join(folder, 'others'))
    await writeFile(join(folder, 'others', 'one.yml'), 'scenario: elsewhere\n')
    await writeFile(join(folder, 'others', 'evil.yaml'), 'scenario: $(touch ran)\nabout: `touch ran`\n')
  })
  afterAll(() => removeFolder(folder))

  test.each<[string, string[], string[]]>([
    ['commands', ['hopwatch', 'sc'], ['schema']],
    ['the options of a command', ['hopwatch', 'check', '--f'], ['--for', '--format']],
    ['the options of serve, where no command is named', ['hopwatch', '--li'], ['--listen']],
    ['the values of an option', ['hopwatch', 'check', '--format', 'j'], ['json', 'junit']],
    ['the values after an equals sign', ['hopwatch', 'check', '--format', '=', 'ju'], ['junit']],
    ['nothing where nobody knows the value', ['hopwatch', 'check', '--runs', ''], []],
    ['scenarios of the usual folder', ['hopwatch', 'check', 'travel-'], ['travel-first', 'travel-second']],
    ['scenarios of --scenarios', ['hopwatch', 'plan', '--scenarios', 'others', 'e'], ['elsewhere']],
    ['files', ['hopwatch', 'validate', 'sc'], ['scenarios']],
    ['shells', ['hopwatch', 'completion', ''], ['bash', 'zsh']],
  ])('offers %s', async (_, line, words) => {
    expect((await offered(script, line, folder)).toSorted()).toEqual(words)
  })

  test('offers scenarios of HOPWATCH_SCENARIOS, and runs nothing that stands in a file', async () => {
    expect(await offered(script, ['hopwatch', 'check', ''], folder, { HOPWATCH_SCENARIOS: 'others' })).toEqual([
      'elsewhere',
    ])
    await expect(run('test', ['-e', join(folder, 'ran')])).rejects.toThrow()
  })
})

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const mustRun = process.env.HOPWATCH_REQUIRE_ALL_TESTS === '1'

/** Needs zsh (Debian package `zsh`). */
describe.skipIf(!isThere('zsh') && !mustRun)('completion in zsh', () => {
  test('the script is read without a mistake, and completes a real line', async () => {
    const folder = await makeFolder()
    const { code, stdout } = await runHopwatch(['completion', 'zsh'])
    expect(code).toBe(0)
    await writeFile(join(folder, '_hopwatch'), stdout)
    await writeScenario(folder, 'travel-first')
    expect(await run('zsh', ['-n', join(folder, '_hopwatch')])).toEqual({ stdout: '', stderr: '' })
    const { stdout: shown } = await run('zsh', ['-f', join(root, 'test/cli/complete.zsh'), 'hopwatch check travel-'], {
      cwd: folder,
    })
    expect(shown).toContain('hopwatch check travel-first')
  })
})
