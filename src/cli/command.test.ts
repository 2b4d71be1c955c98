import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { HopwatchCommand, SharedOption } from './command.ts'
import { commandNames, createProgram, loadCommands } from './program.ts'
import { isTrue } from './settings.ts'

function parsed(env: Readonly<Record<string, string>>, args: readonly string[] = []): Record<string, unknown> {
  for (const [name, value] of Object.entries(env)) process.env[name] = value
  onTestFinished(() => {
    for (const name of Object.keys(env)) delete process.env[name]
  })
  const command = new HopwatchCommand('sample')
    .option('--provision', 'make it')
    .option('--log-level <level>', 'how much')
  return command.parse(['node', 'sample', ...args]).opts()
}

test('every option has a variable, which a flag beats', () => {
  expect(parsed({ HOPWATCH_LOG_LEVEL: 'debug' })).toEqual({ logLevel: 'debug' })
  expect(parsed({ HOPWATCH_LOG_LEVEL: 'debug' }, ['--log-level', 'warn'])).toEqual({ logLevel: 'warn' })
})

test.each([
  ['false', false],
  ['0', false],
  ['', false],
  ['true', true],
  ['1', true],
])('a switch whose variable holds "%s" is %s', (word, on) => {
  const { provision } = parsed({ HOPWATCH_PROVISION: word })
  expect(isTrue(provision as string)).toBe(on)
})

test('a switch on the command line is on', () => {
  expect(parsed({ HOPWATCH_PROVISION: 'false' }, ['--provision'])).toEqual({ provision: true })
})

test('a variable means the same to every command that reads it', async () => {
  const program = createProgram()
  await loadCommands(program, commandNames, { done: () => {}, stopped: () => new Promise(() => {}) })
  const meanings = new Map<string, Set<string>>()
  for (const { envVar = '', flags } of program.commands.flatMap(({ options }) => options))
    meanings.set(envVar, (meanings.get(envVar) ?? new Set()).add(flags))
  expect([...meanings].filter(([, flags]) => flags.size > 1)).toEqual([])
})

describe('a variable that holds a word for another command', () => {
  afterEach(() => void vi.unstubAllEnvs())

  const shared = () => {
    const option = new SharedOption('--format <format>', 'how', ['table', 'json', 'junit'])
    return new HopwatchCommand('sample')
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .addOption(option.choices(['table', 'json']).default('table'))
  }

  test.each<[string, string[], string]>([
    ['junit', [], 'table'],
    ['junit', ['--format', 'json'], 'json'],
    ['json', [], 'json'],
  ])('%s with %j prints %s', (word, args, format) => {
    vi.stubEnv('HOPWATCH_FORMAT', word)
    expect(shared().parse(args, { from: 'user' }).opts()).toEqual({ format })
  })

  test.each<[string, string[]]>([
    ['xml', []],
    ['table', ['--format', 'junit']],
  ])('%s with %j is refused', (word, args) => {
    vi.stubEnv('HOPWATCH_FORMAT', word)
    expect(() => shared().parse(args, { from: 'user' })).toThrow(/Allowed choices are table, json/)
  })
})

test('what nobody names says nothing', () => expect(parsed({})).toEqual({}))
