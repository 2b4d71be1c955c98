import { type Command, InvalidArgumentError, Option } from 'commander'
import { consistencyLevels } from '../protocol/consistency-level.ts'
import { startSimulator } from '../simulator/start.ts'
import { CommandError, type ExitCode, exitCodes } from './command-error.ts'
import { configOption, positiveNumber, seedOption, wholeNumber } from './options.ts'
import { readConfiguration, simulatorOptions } from './settings.ts'

/**
 * The key that the official Cosmos DB emulator has published for years: no secret, and what application developers expect
 * of a local account. It holds on loopback only; COSMOS_KEY replaces it.
 * https://learn.microsoft.com/azure/cosmos-db/emulator#authentication
 */
const emulatorKey = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

interface SimulateOptions {
  readonly config?: string
  readonly port: number
  readonly regions?: readonly string[]
  readonly consistency?: (typeof consistencyLevels)[number]
  readonly throughput?: number
  readonly seed?: number
}

export function addSimulate(program: Command, done: (code: ExitCode) => void, stopped: () => Promise<void>): void {
  program
    .command('simulate')
    .description('run the Cosmos DB simulator alone, for application developers; prints endpoint and key')
    .addOption(
      new Option(
        '--port <n>',
        'port of the account endpoint on 127.0.0.1; the regions follow on the next ones, then control',
      )
        // HOPWATCH_PORT is what Kubernetes sets in every pod beside a service named hopwatch: an address.
        .env('HOPWATCH_SIMULATE_PORT')
        .argParser(port)
        .default(8081),
    )
    .option('--regions <names>', 'regions, separated by commas; the first takes the writes', regionNames)
    .option('--consistency <level>', `default consistency level: ${consistencyLevels.join(', ')}`, consistencyLevel)
    .option('--throughput <n>', 'request units a second of a new container', positiveNumber)
    .addOption(seedOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Any application that uses an Azure Cosmos DB SDK over HTTP in gateway mode can connect. Reads are stale where a real
account's could be: in a region that replication has not reached, and without a session token.
What can be switched while it runs (replication, regions, faults) is listed by the control endpoint; see docs/simulator.md.`,
    )
    .action(async (options: SimulateOptions) => {
      const configuration = await readConfiguration(options.config, process.env)
      const { regions, consistency, throughput, seed } = options
      const laidOut = simulatorOptions(configuration)
      const regionNames = regions ?? laidOut.regions ?? ['West Europe', 'North Europe', 'East US']
      const simulator = await startSimulator({
        ...laidOut,
        regions: regionNames,
        ...(consistency && { consistency }),
        ...(throughput && { throughput }),
        ...(seed !== undefined && { seed }),
        key: process.env.COSMOS_KEY || emulatorKey,
        ports: portsFrom(options.port, regionNames.length),
      }).catch((error: unknown) => {
        throw new CommandError(exitCodes.usage, startProblem(error, options.port))
      })
      process.stdout.write(welcome(simulator, !process.env.COSMOS_KEY))
      await stopped()
      await simulator.close()
      done(exitCodes.ok)
    })
}

function welcome(
  simulator: {
    endpoint: string
    regionalEndpoints: Readonly<Record<string, string>>
    controlEndpoint: string
    key: string
  },
  isEmulatorKey: boolean,
): string {
  const regions = Object.entries(simulator.regionalEndpoints).map(([name, url]) => `  ${name.padEnd(16)} ${url}\n`)
  return (
    `Cosmos DB simulator\n` +
    `Endpoint  ${simulator.endpoint}\n` +
    `Key       ${isEmulatorKey ? `${simulator.key}\n          (the well-known key of the Cosmos DB emulator)` : 'as COSMOS_KEY says'}\n` +
    `Control   ${simulator.controlEndpoint}\n` +
    `Regions\n${regions.join('')}` +
    `\nIn another terminal:\n` +
    `  export COSMOS_ENDPOINT=${simulator.endpoint}${isEmulatorKey ? ` COSMOS_KEY='${simulator.key}'` : ''}\n` +
    `  ${hopwatch} --provision\n` +
    `\nStop with Ctrl-C; what is stored is gone then.\n`
  )
}

/** How whoever started this one starts another. */
const hopwatch = process.env.npm_lifecycle_event === 'start' ? 'npm start --' : 'hopwatch'

const portsFrom = (first: number, regions: number) =>
  first === 0
    ? {}
    : {
        account: first,
        regions: Array.from({ length: regions }, (_, index) => first + 1 + index),
        control: first + 1 + regions,
      }

function startProblem(error: unknown, first: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `A port from ${first} on is taken; give another with --port, or 0 for any free ones.`
  return error instanceof Error ? error.message : 'The simulator did not start.'
}

const port = (text: string) => {
  const value = wholeNumber(text)
  if (value <= 65_000) return value
  throw new InvalidArgumentError('Write a port up to 65000.')
}

const regionNames = (text: string) => {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '') && new Set(names).size === names.length) return names
  throw new InvalidArgumentError('Write different region names, such as "West Europe,North Europe".')
}

const consistencyLevel = (text: string) => {
  const level = consistencyLevels.find((known) => known.toLowerCase() === text.toLowerCase())
  if (level) return level
  throw new InvalidArgumentError(`Write one of ${consistencyLevels.join(', ')}.`)
}
