#!/usr/bin/env node
import './cli/quiet-sdk.ts'
import { CommanderError } from 'commander'
import { closest } from 'fastest-levenshtein'
import { ConfigurationProblem } from './base/configuration-problem.ts'
import { addCheck } from './cli/check.ts'
import { HopwatchCommand } from './cli/command.ts'
import { CommandError, type ExitCode, exitCodes } from './cli/command-error.ts'
import { addExplore } from './cli/explore.ts'
import { addHop } from './cli/hop.ts'
import { addSchema } from './cli/schema.ts'
import { addServe } from './cli/serve.ts'
import { addSimulate } from './cli/simulate.ts'
import { addValidate } from './cli/validate.ts'
import { version } from './cli/version.ts'
import { TargetProblem } from './cosmos/target.ts'

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
const stopped = () =>
  new Promise<void>((resolve) => {
    const stop = () => {
      process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
      resolve()
    }
    process.once('SIGINT', stop).once('SIGTERM', stop)
  })

const done = (code: ExitCode) => {
  process.exitCode = code
}

const program = new HopwatchCommand('hopwatch')
  .description(
    'Keeps proving that a user who has just written to Azure Cosmos DB can read it back, whichever service answers next.',
  )
  .version(version)
  .showSuggestionAfterError()
  .showHelpAfterError('(hopwatch --help tells what can be written)')
  .exitOverride()

addServe(program, done, stopped)
addCheck(program, done, stopped)
addValidate(program, done)
addSimulate(program, done, stopped)
addHop(program, done, stopped)
addExplore(program, done, stopped)
addSchema(program, done)
for (const command of program.commands) {
  command.exitOverride().showHelpAfterError(`(hopwatch ${command.name()} --help tells what can be written)`)
}

/** Prints what went wrong for the person who started this, and decides the exit code. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`)
    return error.exitCode
  }
  if (error instanceof ConfigurationProblem) {
    process.stderr.write(`${error.message}\n${error.instead}\n`)
    return exitCodes.usage
  }
  if (error instanceof TargetProblem) {
    process.stderr.write(`${error.message}\n${error.remedy}\n`)
    return error.kind === 'misconfigured' ? exitCodes.usage : exitCodes.unreachable
  }
  // The stack shows our own places; the message could quote anything, and the name says enough to search for.
  const place = error instanceof Error ? `${error.name}\n${error.stack?.split('\n').slice(1).join('\n')}` : ''
  process.stderr.write(`hopwatch failed by a defect of its own: ${place}\n`)
  return exitCodes.internal
}

/** A word that is no command would otherwise be told to be one argument too many for the default command. */
function checkCommand(word: string | undefined): void {
  if (word === undefined || word.startsWith('-')) return
  const known = [...program.commands.map((command) => command.name()), 'help']
  if (known.includes(word)) return
  throw new CommandError(
    exitCodes.usage,
    `There is no command "${word}"; did you mean "${closest(word, known)}"? There are ${known.join(', ')}.`,
  )
}

try {
  checkCommand(process.argv[2])
  await program.parseAsync()
} catch (error) {
  done(report(error))
}
