import { type Command, Option } from 'commander'
import { systemClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { openTelemetry } from '../compose/open-telemetry.ts'
import { startService } from '../compose/serve.ts'
import { createLogger, LineTap, type LogLevel } from '../publish/logger.ts'
import { signals } from '../publish/otel/signals.ts'
import type { Shard } from '../schedule/shard.ts'
import { type ExitCode, exitCodes } from './command-error.ts'
import { drainOnDefect } from './drain-on-defect.ts'
import { followFiles } from './follow-files.ts'
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
  shardOption,
} from './options.ts'
import { letsEverybodyRead } from './public-access.ts'
import { reloadFiles } from './reload-files.ts'
import { configurationFile, readScenarios, readSettings, type SharedOptions, scenarioPathsOf } from './settings.ts'
import { revision, version } from './version.ts'
import { welcome } from './welcome.ts'

interface ServeOptions extends SharedOptions {
  readonly listen?: Listen
  readonly grace?: number
  readonly logLevel?: LogLevel
  readonly maxSeries?: number
  readonly falseAlarms?: number
  readonly shard?: Shard
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
    .addOption(shardOption())
    .addOption(seedOption())
    .addHelpText(
      'after',
      `
Without an account it runs against the embedded simulator, with nothing but Node.
Every option has an environment variable: --grace is HOPWATCH_GRACE. A flag beats the environment beats the file.`,
    )
    .action(async (options: ServeOptions) => {
      const { shard } = options
      const settings = await readSettings(options, process.env)
      let { configuration } = settings
      const scenarios = await readScenarios(settings.scenarioPaths, process.env)
      const levelOf = () => options.logLevel ?? configuration.logLevel ?? defaults.logLevel
      const lines = new LineTap()
      const logger = createLogger({ level: levelOf(), isForPeople: process.stdout.isTTY, tap: lines })
      const clock = systemClock
      const instance = shard === undefined ? settings.instance : `${settings.instance}-${shard.index}`
      const telemetry = await openTelemetry({
        env: process.env,
        endpoint: configuration.openTelemetry?.endpoint,
        clock,
        logger,
        lines,
        serviceName: 'hopwatch',
        offers: signals,
        version,
        instance,
      })
      const allowUnauthenticated = letsEverybodyRead(options.allowUnauthenticated, { ...settings, scenarios })
      const started = { configuration, targets: settings.targets, allowUnauthenticated }
      const service = await startService(
        {
          ...settings,
          scenarios,
          shard,
          load: reloadFiles(options, process.env, started, (loaded) => {
            configuration = loaded
            logger.level = levelOf()
          }),
          listen: options.listen ?? configuration.listen ?? defaults.listen,
          apiToken: process.env.HOPWATCH_API_TOKEN || undefined,
          allowUnauthenticated,
          maxSeries: options.maxSeries ?? configuration.maxSeries,
          falseAlarmEveryMs: options.falseAlarms ?? configuration.alarm?.falseAlarmEveryMs,
          version,
          revision,
        },
        { clock, random: seededRandom(settings.seed), logger, telemetry },
      )
      const isStopped = stopped()
      const graceMs = () => options.grace ?? configuration.graceMs ?? defaults.graceMs
      await drainOnDefect(service, { clock, logger, graceMs }, async () => {
        const files = await followFiles(
          service,
          () => ({
            scenarios: scenarioPathsOf(options, configuration),
            configuration: configurationFile(options.config).file,
          }),
          logger,
        )
        if (process.stderr.isTTY || levelOf() !== 'silent') process.stderr.write(welcome(service, scenarios, shard))
        await isStopped
        await files.close()
      })
      logger.info({ graceMs: graceMs() }, 'stopping: no new runs; letting those under way end')
      const isOver = await service.drain(graceMs())
      logger.info('stopped')
      done(exitCodes.ok)
      if (!isOver) process.exit()
    })
}
