import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeScenario } from '../e2e/files.ts'
import { makeFolder, root, runHopwatch, startHopwatch } from '../e2e/process.ts'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

describe('validate', () => {
  test('lists five mistakes of a file with their places and what to write instead', async () => {
    const folder = await makeFolder()
    const mistakes = {
      every: '2 seconds',
      container: 'itineraries',
      partitions: 'eigth',
      jorney: '[]',
      arms: '{ propagated: { shar: 3 } }',
    }
    await writeScenario(folder, 'five-mistakes', mistakes)
    const { code, stderr } = await runHopwatch(['validate'], { cwd: folder })
    const places = [...stderr.matchAll(/five-mistakes\.yaml:(\d+):(\d+): .+; \w+/g)].map((match) =>
      match.slice(1).map(Number),
    )
    expect(places).toEqual([
      [3, 8],
      [4, 12],
      [6, 13],
      [9, 23],
      [10, 1],
    ])
    expect(stderr).toContain('5 problems')
    expect(code).toBe(2)
  })

  test('is content with the shipped scenarios', async () => {
    expect(await runHopwatch(['validate', 'scenarios'])).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('wrong usage ends with 2 and says what to write', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['chek'], /no command "chek"; did you mean "check"\?/],
    ['an unknown option', ['check', '--rums', '3'], /unknown option '--rums'\n\(Did you mean --runs\?\)/],
    ['a bad duration', ['check', '--for', '3x'], /'3x' is invalid\. Write a duration such as 250ms, 10s or 5m\./],
    ['a bad number', ['check', '--runs', '0'], /Write a whole number, 1 or more\./],
    ['a bad address', ['--listen', 'here'], /Write host:port, such as 127\.0\.0\.1:9464\./],
    ['a bad log level', ['serve', '--log-level', 'loud'], /Allowed choices are trace, debug/],
    ['an unknown scenario', ['check', 'travel'], /There is no scenario travel; there are .*travel-itinerary/],
    ['a bad format', ['check', '--format', 'xml'], /Allowed choices are table, json, junit/],
    ['a configuration that is not there', ['serve', '--config', 'nowhere.yaml'], /nowhere\.yaml: cannot be read/],
    [
      'scenarios that are not there',
      ['serve', '--scenarios', 'nowhere'],
      /nowhere: there is no such file.* with --scenarios; to begin/,
    ],
    ['drills that are not there', ['check', '--scenarios', 'docs', '--drills'], /docs\/drills: there is no such file/],
    [
      'a drill that changes a real account',
      ['check', '--drills', '--endpoint', 'http://127.0.0.1:9', 'partition-split'],
      /scenario "partition-split" changes the account by steps with "simulate", which a real account does not let/,
    ],
  ])('%s', async (_, args, message) => {
    const { code, stderr, stdout } = await runHopwatch(args)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('a wrong variable of the environment, by the name of its option', async () => {
    const { code, stderr } = await runHopwatch(['serve'], { env: { HOPWATCH_GRACE: 'soon' } })
    expect(stderr).toMatch(/'--grace <duration>'.*HOPWATCH_GRACE/)
    expect(code).toBe(2)
  })
})

test('a file that cannot be written costs nobody the verdicts', async () => {
  const folder = await makeFolder()
  await writeScenario(folder, 'lively')
  const { code, stdout, stderr } = await runHopwatch(['check', '--runs', '2', '--output', 'nowhere/x.json'], {
    cwd: folder,
  })
  expect(stdout).toMatch(/^(?:pass|FAIL) {2}lively/m)
  expect(stderr).toContain('nowhere/x.json: cannot be written')
  expect(code).toBe(2)
})

describe('help', () => {
  const commands = ['serve', 'check', 'validate', 'simulate', 'schema']

  test.each(commands)('%s --help', async (command) => {
    const { code, stdout } = await runHopwatch([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: hopwatch ${command}`)
  })

  test('--help names every command, --version the version', async () => {
    const { code, stdout } = await runHopwatch(['--help'])
    expect(code).toBe(0)
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
    expect(await runHopwatch(['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` })
  })

  test('--help tells how to begin, and what the exit codes mean', async () => {
    const { stdout } = await runHopwatch(['--help'])
    expect(stdout).toContain('hopwatch serve --help')
    expect(stdout).toMatch(/3\s+the target cannot be reached/)
  })

  test('a reader that goes away early is no failure', async () => {
    const running = startHopwatch(['schema'])
    running.child.stdout?.destroy()
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.printed.stderr).toBe('')
  })

  test('schema prints the schema that editors use', async () => {
    const { code, stdout } = await runHopwatch(['schema'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: readFileSync(join(root, 'schema/scenario.json'), 'utf8') })
  })
})
