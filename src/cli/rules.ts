import { readFile, writeFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { defaultRunbookUrl, printRules } from '../publish/rules/print-rules.ts'
import { longestPeriodMs } from '../schedule/longest-period.ts'
import { chooseScenarios } from './choose-scenarios.ts'
import { CommandError, type ExitCode, exitCodes } from './command-error.ts'
import { configOption, drillsOption, scenariosOption } from './options.ts'
import { isTrue, readScenarioPaths, readScenarios, type SharedOptions } from './settings.ts'

interface RulesOptions extends SharedOptions {
  readonly output?: string
  readonly check?: boolean | string
  readonly runbookUrl: string
}

export function addRules(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('rules')
    .description("print Prometheus' recording and alert rules, made from the scenarios' objectives")
    .argument('[scenario...]', 'names of scenarios (default: all)')
    .addOption(
      new Option('--output <file>', 'write them there instead of to standard output').env('HOPWATCH_RULES_OUTPUT'),
    )
    .option('--check', 'write nothing: say whether the file of --output is up to date, by the exit code')
    .addOption(
      new Option('--runbook-url <url>', 'where the pages of docs/runbooks are served, for the links in the alerts')
        .env('HOPWATCH_RUNBOOK_URL')
        .default(defaultRunbookUrl),
    )
    .addOption(scenariosOption())
    .addOption(drillsOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExits with 0 when all is well, with 1 when --check finds the file out of date, with 2 when a scenario has problems.\n' +
        'docs/alerts.md tells what each alert means; dashboards/alerts.yaml is made for the shipped scenarios.',
    )
    .action(async (names: string[], options: RulesOptions) => {
      const { output } = options
      const check = isTrue(options.check) ?? false
      if (check && output === undefined)
        throw new CommandError(exitCodes.usage, '--check compares a file: name it with --output.')
      const paths = await readScenarioPaths(options, process.env)
      const scenarios = chooseScenarios(await readScenarios(paths, process.env), names)
      const ruled = scenarios.map((scenario) => ({ scenario, periodMs: longestPeriodMs(scenario.schedule) }))
      const text = printRules(ruled, { runbookUrl: options.runbookUrl.replace(/\/+$/, '') })
      if (output === undefined) process.stdout.write(text)
      else if (check) return done(await compare(output, text))
      else await write(output, text)
      done(exitCodes.ok)
    })
}

async function compare(file: string, text: string): Promise<ExitCode> {
  const current = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(exitCodes.usage, `${file}: cannot be read; name a file that "hopwatch rules" has written`)
  })
  if (current === text) return exitCodes.ok
  process.stderr.write(`${file} is out of date: make it anew with the same command without --check\n`)
  return exitCodes.found
}

const write = (file: string, text: string): Promise<void> =>
  writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      exitCodes.usage,
      `${file}: cannot be written (${error.code}); name a file in a folder that exists`,
    )
  })
