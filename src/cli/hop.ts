import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { systemClock } from '../base/clock.ts'
import { openTelemetry } from '../compose/open-telemetry.ts'
import { startHop } from '../compose/serve-hop.ts'
import { createLogger, LineTap, type LogLevel } from '../publish/logger.ts'
import { CommandError, type ExitCode, exitCodes } from './command-error.ts'
import { drainOnDefect } from './drain-on-defect.ts'
import { configOption, duration, endpointOption, type Listen, listenAddress, logLevelOption } from './options.ts'
import { readSettings, type SharedOptions } from './settings.ts'
import { version } from './version.ts'

interface HopOptions extends SharedOptions {
  readonly listen: Listen
  readonly target: string
  readonly containers?: readonly string[]
  readonly grace: number
  readonly logLevel?: LogLevel
}

export function addHop(program: Command, done: (code: ExitCode) => void, stopped: () => Promise<void>): void {
  program
    .command('hop')
    .description('serve a hop to hopwatch in another process, region or cluster, until stopped')
    .option('--listen <host:port>', 'where to serve', listenAddress, { host: '127.0.0.1', port: 9470 })
    .option(
      '--containers <names>',
      'containers that it may touch, as database/container, separated by commas (needed beyond loopback)',
      containerNames,
    )
    .option('--target <name>', 'which account of the configuration it speaks to', 'default')
    .option('--grace <duration>', 'how long operations under way may take to end when stopping', duration, 10_000)
    .addOption(configOption())
    .addOption(endpointOption())
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      `
A scenario names it: hops: { itinerary: { url: "https://gateway.example/itinerary", region: North Europe } }
The URL may lead through gateways, meshes and ingresses of yours: what they do to the token is what this is for.
HOPWATCH_HOP_TOKEN holds the bearer token of both sides; it is needed beyond loopback.`,
    )
    .action(async (options: HopOptions) => {
      const settings = await readSettings(options, process.env)
      const target = settings.targets.find(({ name }) => name === options.target)
      if (target === undefined) {
        throw new CommandError(
          exitCodes.usage,
          `A hop needs the account of the hopwatch that calls it: set COSMOS_ENDPOINT${
            options.target === 'default' ? '' : `, or configure the target "${options.target}"`
          }. For a trial, "hopwatch simulate" prints one.`,
        )
      }
      const lines = new LineTap()
      const level = options.logLevel ?? settings.configuration.logLevel ?? 'info'
      const logger = createLogger({ level, isForPeople: process.stdout.isTTY, tap: lines })
      const telemetry = await openTelemetry({
        env: process.env,
        endpoint: settings.configuration.openTelemetry?.endpoint,
        clock: systemClock,
        logger,
        lines,
        serviceName: 'hopwatch-hop',
        offers: ['traces', 'logs'],
        version,
        instance: settings.instance,
      })
      const { listen, containers, grace } = options
      const hopToken = process.env.HOPWATCH_HOP_TOKEN || undefined
      const hop = await startHop(
        { listen, hopToken, containers, target, version },
        { clock: systemClock, logger, telemetry },
      )
      await drainOnDefect(hop, { clock: systemClock, logger, graceMs: () => grace }, async () => {
        process.stderr.write(
          `hopwatch ${version}: a hop at ${hop.address}/ for ${containers?.join(', ') ?? 'any container'}\n`,
        )
        await stopped()
      })
      const isOver = await hop.drain(grace)
      done(exitCodes.ok)
      if (!isOver) process.exit()
    })
}

function containerNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => /^[^/\\#?]+\/[^/\\#?]+$/.test(name))) return names
  throw new InvalidArgumentError('Write database/container, such as travel/itineraries; several with commas between.')
}
