import { type Command, Option } from 'commander'
import { systemClock } from '../base/clock.ts'
import { formatDuration } from '../base/duration.ts'
import { seededRandom } from '../base/random.ts'
import { type Service, startService } from '../compose/serve.ts'
import { type HopDeclaration, needsTarget, regionLabel, type Scenario } from '../domain/scenario.ts'
import { createLogger, type LogLevel } from '../publish/logger.ts'
import { type ExitCode, exitCodes } from './command-error.ts'
import {
  budgetOption,
  configOption,
  dataDirOption,
  drillsOption,
  duration,
  endpointOption,
  falseAlarmsOption,
  instanceOption,
  type Listen,
  listenAddress,
  logLevelOption,
  positiveNumber,
  provisionOption,
  scenariosOption,
  seedOption,
} from './options.ts'
import { letsEverybodyRead } from './public-access.ts'
import { readScenarios, readSettings, type SharedOptions } from './settings.ts'
import { table } from './table.ts'
import { revision, version } from './version.ts'

interface ServeOptions extends SharedOptions {
  readonly listen?: Listen
  readonly grace?: number
  readonly logLevel?: LogLevel
  readonly maxSeries?: number
  readonly falseAlarms?: number
  readonly allowUnauthenticated?: boolean | string
}

const defaults = { listen: { host: '127.0.0.1', port: 9464 }, graceMs: 10_000, logLevel: 'info' } as const

export function addServe(program: Command, done: (code: ExitCode) => void, stopped: () => Promise<void>): void {
  program
    .command('serve', { isDefault: true })
    .description('run the scenarios on their schedules and serve metrics and the status page, until stopped (default)')
    .option('--listen <host:port>', 'where to serve (default: 127.0.0.1:9464)', listenAddress)
    .option('--grace <duration>', 'how long runs under way may take to end when stopping (default: 10s)', duration)
    .option('--max-series <n>', 'most series that metrics may have (default: 20000)', positiveNumber)
    .addOption(
      new Option('--allow-unauthenticated', 'serve beyond loopback although HOPWATCH_API_TOKEN is not set').env(
        'HOPWATCH_ALLOW_UNAUTHENTICATED',
      ),
    )
    .addOption(scenariosOption())
    .addOption(drillsOption())
    .addOption(configOption())
    .addOption(endpointOption())
    .addOption(provisionOption())
    .addOption(instanceOption())
    .addOption(logLevelOption())
    .addOption(budgetOption())
    .addOption(dataDirOption())
    .addOption(falseAlarmsOption())
    .addOption(seedOption())
    .addHelpText(
      'after',
      `
Without an account it runs against the embedded simulator, with nothing but Node.
Every option has an environment variable: --grace is HOPWATCH_GRACE. A flag beats the environment beats the file.`,
    )
    .action(async (options: ServeOptions) => {
      const settings = await readSettings(options, process.env)
      const { configuration } = settings
      const scenarios = await readScenarios(settings.scenarioPaths, process.env)
      const level = options.logLevel ?? configuration.logLevel ?? defaults.logLevel
      const logger = createLogger({ level })
      const service = await startService(
        {
          ...settings,
          scenarios,
          listen: options.listen ?? configuration.listen ?? defaults.listen,
          apiToken: process.env.HOPWATCH_API_TOKEN || undefined,
          allowUnauthenticated: letsEverybodyRead(options.allowUnauthenticated, { ...settings, scenarios }),
          maxSeries: options.maxSeries ?? configuration.maxSeries,
          falseAlarmEveryMs: options.falseAlarms ?? configuration.alarm?.falseAlarmEveryMs,
          version,
          revision,
        },
        { clock: systemClock, random: seededRandom(settings.seed), logger },
      )
      if (process.stderr.isTTY || level !== 'silent') process.stderr.write(welcome(service, scenarios))
      await stopped()
      const graceMs = options.grace ?? configuration.graceMs ?? defaults.graceMs
      logger.info({ graceMs }, 'stopping: no new runs; letting those under way end')
      await service.drain(graceMs)
      logger.info('stopped')
      done(exitCodes.ok)
    })
}

/** What runs, where, and where to look. On standard error, so that standard output stays JSON lines. */
function welcome({ address, simulatedRegions }: Service, scenarios: readonly Scenario[]): string {
  const where = simulatedRegions
    ? `the embedded simulator (${simulatedRegions.join(', ')}; writes go to the first)`
    : whereOf(scenarios)
  const rows = scenarios.map((scenario) => [
    `  ${scenario.name}`,
    when(scenario),
    scenario.hops.map(hopText).join(', '),
  ])
  return (
    `hopwatch ${version}: ${scenarios.length === 1 ? '1 journey' : `${scenarios.length} journeys`} against ${where}\n\n` +
    `${table(['  journey', 'when', 'hops'], rows, 3)}\n\n` +
    `Status page  ${address}/\nMetrics      ${address}/metrics\nStop with Ctrl-C.\n\n`
  )
}

function whereOf(scenarios: readonly Scenario[]): string {
  const targets = scenarios.filter(needsTarget).map(({ target }) => `target ${target}`)
  const services = scenarios.flatMap(({ hops }) => hops.flatMap(({ endpoint = [] }) => endpoint))
  return [...new Set([...targets, ...services])].join(', ')
}

const when = ({ schedule }: Scenario) =>
  schedule.kind === 'every' ? `every ${formatDuration(schedule.periodMs)}` : `cron ${schedule.expression}`

const hopText = (hop: HopDeclaration) => `${hop.name} (${hop.endpoint ?? regionLabel(hop)})`
