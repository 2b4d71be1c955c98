import { Argument, type Command, type Option } from 'commander'
import { type ExitCode, exitCodes } from './command-error.ts'
import type { Completable, CompletedCommand, CompletedOption } from './completed-command.ts'
import { bashCompletion } from './completion-bash.ts'
import { zshCompletion } from './completion-zsh.ts'

const shells: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
}

/** The program must hold all other commands by now: the script is made from them. */
export function addCompletion(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and names of scenarios in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
bash:  source <(hopwatch completion bash)      # in ~/.bashrc
zsh:   source <(hopwatch completion zsh)       # in ~/.zshrc, after compinit; or as _hopwatch in a folder of $fpath
Names of scenarios are those in --scenarios, HOPWATCH_SCENARIOS or the folder "scenarios".`,
    )
    .action((shell: string) => {
      process.stdout.write(shells[shell]?.(program.commands.map(completedCommand)) ?? '')
      done(exitCodes.ok)
    })
}

const help: CompletedOption = { flag: '--help', description: 'display help for command', value: undefined }

function completedCommand(command: Command): CompletedCommand {
  const [argument] = command.registeredArguments
  return {
    name: command.name(),
    description: command.description(),
    options: [...command.options.flatMap(completedOption), help],
    argument: argument && { ...completable(argument.name(), argument.argChoices), name: argument.name() },
  }
}

function completedOption({ long, flags, description, argChoices }: Option): CompletedOption[] {
  if (!long) return []
  const name = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]
  return [
    { flag: long, description, value: name === undefined ? undefined : { ...completable(name, argChoices), name } },
  ]
}

/** By the name that the help gives to a value. */
function completable(name: string, choices: readonly string[] | undefined): Completable {
  if (choices !== undefined) return { kind: 'words', words: choices }
  if (name === 'scenario') return { kind: 'scenarios' }
  return { kind: /^(?:file|path|directory)$/.test(name) ? 'files' : 'none' }
}
