#!/usr/bin/env node
import './cli/quiet-sdk.ts'
import { isatty } from 'node:tty'
import { CommanderError } from 'commander'
import { closest } from 'fastest-levenshtein'
import { ConfigurationProblem } from './base/configuration-problem.ts'
import { CommandError, type ExitCode, exitCodes } from './cli/command-error.ts'
import { placeOfDefect } from './cli/drain-on-defect.ts'
import { commandFirst } from './cli/global-options.ts'
import { commandNames, createProgram, loadCommands } from './cli/program.ts'
import { TargetProblem } from './cosmos/target-problem.ts'
import { scrub } from './publish/scrub.ts'

// Whoever reads only the first lines, as "| head" does, closes the pipe, or the terminal: that is no failure, and nobody needs the rest.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    if (stream === process.stdout) process.exit()
  })
}

// As the first process of a container nothing ends it by default; while it starts, and has nothing to drain yet, this does.
const endAtOnce = (signal: NodeJS.Signals) => process.exit(signal === 'SIGINT' ? 130 : 143)
if (process.pid === 1) process.on('SIGINT', endAtOnce).on('SIGTERM', endAtOnce)

/** Ctrl-C reaches every process of a terminal, and those that started this one, such as npm, hand it on: that is one signal still. */
const sameSignalMs = 500

/** Tells whoever waits for the end of a service of a defect outside of its own path; undefined: nobody waits. */
let tellDefect: ((error: unknown) => void) | undefined

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. Rejects with a defect that nobody else has caught. */
const stopped = () => {
  const waiting = new Promise<void>((resolve, reject) => {
    tellDefect = reject
    process.off('SIGINT', endAtOnce).off('SIGTERM', endAtOnce)
    let firstMs: number | undefined
    const stop = (signal: NodeJS.Signals) => {
      if (firstMs !== undefined && performance.now() - firstMs > sameSignalMs) endAtOnce(signal)
      firstMs ??= performance.now()
      resolve()
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
  // It may come before a service that has just started waits for it.
  waiting.catch(() => {})
  return waiting
}

// Node would print the message, which could quote anything, and end with 1. A service is told first, and once: what goes wrong while it stops,
// or where no service waits, ends the process here.
process.on('uncaughtException', (error) => {
  const tell = tellDefect
  tellDefect = undefined
  if (tell) return tell(error)
  done(report(error))
  process.exit()
})

/** A terminal that is closed sends the same signal; a service that lived on would hold the port, and nobody would see it. */
const hadTerminal = isatty(0)
const isTerminalGone = () => hadTerminal && !isatty(0)

/** For what is still being printed or sent when a command has failed. */
const lingerMs = 1000

const done = (code: ExitCode) => {
  process.exitCode = code
}

const program = createProgram()

/** The commands that these arguments may be about: help and completion tell of all, and no command at all means `serve`. */
function askedFor([word]: readonly string[]): readonly string[] {
  if (word === '--version' || word === '-V') return []
  if (word !== undefined && word !== 'completion' && commandNames.includes(word)) return [word]
  const isOptionOfServe = word?.startsWith('-') && word !== '--help' && word !== '-h'
  return word === undefined || isOptionOfServe ? ['serve'] : commandNames
}

/** Prints what went wrong for the person who started this, and decides the exit code. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`)
    return error.exitCode
  }
  if (error instanceof ConfigurationProblem) {
    process.stderr.write(scrub(`${error.message}\n${error.instead}\n`))
    return exitCodes.usage
  }
  if (error instanceof TargetProblem) {
    process.stderr.write(scrub(`${error.message}\n${error.remedy}\n`))
    return error.kind === 'misconfigured' ? exitCodes.usage : exitCodes.unreachable
  }
  process.stderr.write(`hopwatch failed by a defect of its own: ${placeOfDefect(error)}\n`)
  return exitCodes.internal
}

/** A word that is no command would otherwise be told to be one argument too many for the default command. */
function checkCommand(word: string | undefined): void {
  if (word === undefined || word.startsWith('-')) return
  const known = [...commandNames, 'help']
  if (known.includes(word)) return
  throw new CommandError(
    exitCodes.usage,
    `There is no command "${word}"; did you mean "${closest(word, known)}"? There are ${known.join(', ')}.`,
  )
}

try {
  const args = commandFirst(process.argv.slice(2), commandNames)
  checkCommand(args[0])
  const names = askedFor(args)
  // It asks `serve` to read its files anew, and by default would end it while it starts or stops. Nothing is lost: what was written
  // since the start is read once it is up.
  if (names.length === 1 && names[0] === 'serve') {
    process.on('SIGHUP', () => {
      if (isTerminalGone()) process.kill(process.pid, 'SIGTERM')
    })
  }
  await loadCommands(program, names, { done, stopped })
  await program.parseAsync(args, { from: 'user' })
} catch (error) {
  done(report(error))
  // What the error left open would keep a process that does nothing more, and that nobody would restart.
  setTimeout(() => process.exit(), lingerMs).unref()
}
