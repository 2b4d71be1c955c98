import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Scenario } from '../domain/scenario.ts'
import { parseConfiguration } from '../scenario/configuration.ts'
import { loadScenarios } from '../scenario/load-scenarios.ts'
import { formatProblem, type Problem } from '../scenario/problem.ts'
import { isOnShard, printShard, type Shard } from '../schedule/shard.ts'
import { type ExitCode, exitCodes } from './command-error.ts'
import { configOption, scenariosOption, shardOption } from './options.ts'

export function addValidate(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('validate')
    .description('check scenario files and the configuration, without running anything')
    .argument('[path...]', 'scenario files or directories (default: as serve would take them)')
    .addOption(configOption())
    .addOption(scenariosOption())
    .addOption(shardOption())
    .addHelpText(
      'after',
      '\nExits with 0 when all is well, with 2 when there are problems; each is printed as file:line:column.',
    )
    .action(async (paths: string[], options: { config?: string; scenarios?: string; shard?: Shard }) => {
      const configured = await checkConfiguration(options.config)
      const chosen = options.scenarios === undefined ? (configured.scenarios ?? ['scenarios']) : [options.scenarios]
      const { scenarios, problems } = await loadScenarios(paths.length > 0 ? paths : chosen, process.env)
      const all = [...configured.problems, ...problems]
      for (const problem of all) process.stderr.write(`${formatProblem(problem)}\n`)
      if (all.length === 0)
        process.stdout.write(
          `${count(scenarios.length, 'scenario')}, no problems\n${onShard(scenarios, options.shard)}`,
        )
      else process.stderr.write(`${count(all.length, 'problem')}\n`)
      done(all.length === 0 ? exitCodes.ok : exitCodes.usage)
    })
}

/** The shard's scenarios, one a line. */
function onShard(scenarios: readonly Scenario[], shard: Shard | undefined): string {
  if (shard === undefined) return ''
  const own = scenarios.filter(({ name }) => isOnShard(name, shard))
  return `${own.length} on shard ${printShard(shard)}${own.length === 0 ? '' : ':'}\n${own.map(({ name }) => `  ${name}\n`).join('')}`
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

interface CheckedConfiguration {
  /** Where it says that the scenarios are. */
  readonly scenarios?: readonly string[] | undefined
  readonly problems: readonly Problem[]
}

async function checkConfiguration(path: string | undefined): Promise<CheckedConfiguration> {
  const file = path ?? 'hopwatch.yaml'
  try {
    const { configuration, problems } = parseConfiguration(await readFile(file, 'utf8'), { file, env: process.env })
    return { scenarios: configuration?.scenarios, problems: problems ?? [] }
  } catch {
    const unreadable = { file, message: 'it cannot be read', instead: 'name a configuration file that exists' }
    return { problems: path === undefined ? [] : [unreadable] }
  }
}
