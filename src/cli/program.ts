import { HopwatchCommand } from './command.ts'
import type { ExitCode } from './command-error.ts'
import { version } from './version.ts'

/** What every command is given. */
export interface Surroundings {
  /** Tells the exit code. */
  readonly done: (code: ExitCode) => void
  /** Resolves when the command is asked to stop. */
  readonly stopped: () => Promise<void>
}

export const createProgram = (): HopwatchCommand =>
  new HopwatchCommand('hopwatch')
    .description(
      'Keeps proving that a user who has just written to Azure Cosmos DB can read it back, whichever service answers next.',
    )
    .version(version)
    .addHelpText(
      'after',
      `
Without a command it is serve; hopwatch serve --help lists its options, and each other command likewise. Without an account
(COSMOS_ENDPOINT) everything runs against the embedded simulator. --config, --scenarios and --log-level may stand before the command.
Exit codes: 0 as expected · 1 an objective is broken or a problem found · 2 wrong usage or configuration ·
3 the target cannot be reached · 70 a defect of hopwatch.`,
    )
    .showSuggestionAfterError()
    .showHelpAfterError('(hopwatch --help tells what can be written)')
    .exitOverride()

type Load = (program: HopwatchCommand, surroundings: Surroundings) => Promise<void>

/** Each command is loaded when it is asked for: together they take several times as long to start as any one of them. */
const commands: Readonly<Record<string, Load>> = {
  serve: async (program, { done, stopped }) => (await import('./serve.ts')).addServe(program, done, stopped),
  check: async (program, { done, stopped }) => (await import('./check.ts')).addCheck(program, done, stopped),
  validate: async (program, { done }) => (await import('./validate.ts')).addValidate(program, done),
  doctor: async (program, { done }) => (await import('./doctor.ts')).addDoctor(program, done),
  plan: async (program, { done, stopped }) => (await import('./plan.ts')).addPlan(program, done, stopped),
  rules: async (program, { done }) => (await import('./rules.ts')).addRules(program, done),
  simulate: async (program, { done, stopped }) => (await import('./simulate.ts')).addSimulate(program, done, stopped),
  hop: async (program, { done, stopped }) => (await import('./hop.ts')).addHop(program, done, stopped),
  explore: async (program, { done, stopped }) => (await import('./explore.ts')).addExplore(program, done, stopped),
  schema: async (program, { done }) => (await import('./schema.ts')).addSchema(program, done),
  completion: async (program, { done }) => (await import('./completion.ts')).addCompletion(program, done),
}

export const commandNames: readonly string[] = Object.keys(commands)

export async function loadCommands(
  program: HopwatchCommand,
  names: readonly string[],
  surroundings: Surroundings,
): Promise<void> {
  for (const name of names) await commands[name]?.(program, surroundings)
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError(`(hopwatch ${command.name()} --help tells what can be written)`)
}
