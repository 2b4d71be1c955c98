import { expect, onTestFinished, test } from 'vitest'
import { HopwatchCommand } from './command.ts'
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

test('what nobody names says nothing', () => expect(parsed({})).toEqual({}))
