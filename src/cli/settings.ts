import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CarrierSettings } from '../compose/open-carriers.ts'
import type { TargetSettings } from '../compose/open-targets.ts'
import type { TargetOptions } from '../cosmos/target.ts'
import type { Scenario } from '../domain/scenario.ts'
import { type Configuration, parseConfiguration, type TargetConfiguration } from '../scenario/configuration.ts'
import { loadScenarios } from '../scenario/load-scenarios.ts'
import { formatProblem, type Problem } from '../scenario/problem.ts'
import type { StartOptions } from '../simulator/start.ts'
import { readCarrierSettings } from './carrier-settings.ts'
import { CommandError, exitCodes } from './command-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Options that commands share, as commander hands them over: given on the command line or in the environment. */
export interface SharedOptions {
  readonly config?: string
  readonly scenarios?: string
  readonly drills?: boolean | string
  readonly endpoint?: string
  readonly provision?: boolean | string
  readonly instance?: string
  readonly seed?: number
  readonly dataDir?: string
  readonly budget?: number
}

/** What several commands need, decided: a flag beats the environment beats the file beats the default. */
export interface SharedSettings extends Omit<TargetSettings, 'scenarios'> {
  readonly configuration: Configuration
  readonly scenarioPaths: readonly string[]
  readonly provision: boolean
  /** The name of this process among others, where telemetry tells them apart. */
  readonly instance: string
  /**
   * Of the documents: the instance, and what no other start has, seeded or not. Versions begin anew with each start, and would
   * else be counted against those of the process before.
   */
  readonly owner: string
  readonly seed: number
  readonly carriers: CarrierSettings
}

const defaultConfigFile = 'hopwatch.yaml'

export async function readSettings(options: SharedOptions, env: Environment): Promise<SharedSettings> {
  const configuration = await readConfiguration(options.config, env)
  const start = randomBytes(4).toString('hex')
  const named = options.instance ?? configuration.instance
  const seed = options.seed ?? configuration.simulator?.seed ?? randomBytes(4).readUInt32BE()
  return {
    configuration,
    scenarioPaths: scenarioPathsOf(options, configuration),
    provision: isTrue(options.provision) ?? configuration.provision ?? false,
    instance: named ?? `hw-${start}`,
    owner: `${named ?? 'hw'}-${start}`,
    seed,
    targets: await readTargets(options.endpoint, configuration, env),
    simulator: { ...simulatorOptions(configuration), seed },
    hopToken: env.HOPWATCH_HOP_TOKEN || undefined,
    requestUnitsPerSecond: options.budget ?? configuration.budget?.requestUnitsPerSecond,
    carriers: readCarrierSettings({ ...configuration, dataDir: options.dataDir ?? configuration.dataDir }, env),
  }
}

/** Where the scenarios are, for a command that needs no account and so none of its secrets. */
export const readScenarioPaths = async (options: SharedOptions, env: Environment): Promise<readonly string[]> =>
  scenarioPathsOf(options, await readConfiguration(options.config, env))

export function scenarioPathsOf(
  { scenarios, drills }: Pick<SharedOptions, 'scenarios' | 'drills'>,
  configuration: Pick<Configuration, 'scenarios'>,
): readonly string[] {
  const paths = scenarios === undefined ? (configuration.scenarios ?? ['scenarios']) : [scenarios]
  return isTrue(drills) ? [...paths, ...paths.map((path) => join(path, 'drills'))] : paths
}

/** The default file is optional; a file that somebody named is not. */
export const configurationFile = (path: string | undefined): { file: string; isOptional: boolean } => ({
  file: path ?? defaultConfigFile,
  isOptional: path === undefined,
})

/** All scenarios of the paths, or a `CommandError` that lists every problem. */
export async function readScenarios(paths: readonly string[], env: Environment): Promise<readonly Scenario[]> {
  const { scenarios, problems } = await loadScenarios(paths, env)
  if (problems.length > 0) throw problemsError(problems)
  return scenarios
}

export async function readConfiguration(path: string | undefined, env: Environment): Promise<Configuration> {
  const { file, isOptional } = configurationFile(path)
  let text = ''
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isOptional || !isMissing) {
      throw new CommandError(exitCodes.usage, `${file}: cannot be read; name a configuration file that exists`)
    }
  }
  const parsed = parseConfiguration(text, { file, env })
  if (parsed.problems) throw problemsError(parsed.problems)
  return parsed.configuration
}

export const problemsError = (problems: readonly Problem[]): CommandError =>
  new CommandError(exitCodes.usage, problems.map(formatProblem).join('\n'))

/** The account of the environment is the target `default`; the file may name more. */
async function readTargets(
  endpoint: string | undefined,
  { targets }: Configuration,
  env: Environment,
): Promise<readonly TargetOptions[]> {
  const named = await Promise.all(Object.entries(targets).map(([name, target]) => readTarget(name, target, env)))
  const connectionString = env.COSMOS_CONNECTION_STRING || undefined
  if (endpoint === undefined && connectionString === undefined) {
    // A key without an endpoint is a forgotten endpoint, not a wish for the simulator.
    if (env.COSMOS_KEY || env.COSMOS_KEY_FILE) {
      throw new CommandError(exitCodes.usage, 'There is a key but no account: set COSMOS_ENDPOINT, or unset the key.')
    }
    return named
  }
  if (named.some(({ name }) => name === 'default')) {
    throw new CommandError(
      exitCodes.usage,
      'The target "default" is both in the configuration file and in the environment: keep one of them.',
    )
  }
  return [{ name: 'default', ...(endpoint !== undefined && { endpoint }), ...(await credentialsIn(env)) }, ...named]
}

async function credentialsIn(env: Environment): Promise<Omit<TargetOptions, 'name'>> {
  if (env.COSMOS_CONNECTION_STRING)
    return { connectionString: env.COSMOS_CONNECTION_STRING, secretFrom: 'COSMOS_CONNECTION_STRING' }
  if (env.COSMOS_KEY) return { key: env.COSMOS_KEY, secretFrom: 'COSMOS_KEY' }
  if (env.COSMOS_KEY_FILE)
    return {
      ...(await keyIn(env.COSMOS_KEY_FILE)),
      secretFrom: `the file of COSMOS_KEY_FILE, ${env.COSMOS_KEY_FILE}`,
    }
  return { entra: true }
}

async function readTarget(name: string, target: TargetConfiguration, env: Environment): Promise<TargetOptions> {
  const fromVariable = (variable: string) => {
    const value = env[variable]
    if (value) return value
    throw new CommandError(exitCodes.usage, `The target "${name}" takes its secret from ${variable}, which is not set.`)
  }
  switch (target.kind) {
    case 'key-variable':
      return { name, endpoint: target.endpoint, key: fromVariable(target.variable), secretFrom: target.variable }
    case 'key-file':
      return { name, endpoint: target.endpoint, ...(await keyIn(target.path)), secretFrom: target.path }
    case 'connection-string-variable':
      return { name, connectionString: fromVariable(target.variable), secretFrom: target.variable }
    case 'entra':
      return { name, endpoint: target.endpoint, entra: true }
  }
}

const keyIn = async (path: string) => ({ key: await readSecret(path), readKey: () => readSecret(path) })

async function readSecret(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    throw new CommandError(
      exitCodes.usage,
      `The key file ${path} cannot be read: name one that is there and that you may read (COSMOS_KEY_FILE, or "keyFile" of the target).`,
    )
  }
}

export function simulatorOptions({ simulator }: Configuration): StartOptions {
  if (simulator === undefined) return {}
  const { regions, consistency, partitionKeyRanges, replication, sessionWaitMs, throughput } = simulator
  return {
    ...(regions && { regions }),
    ...(consistency && { consistency }),
    ...(partitionKeyRanges !== undefined && { partitionKeyRanges }),
    ...(sessionWaitMs !== undefined && { sessionWaitMs }),
    ...(throughput !== undefined && { throughput }),
    ...(replication && {
      replicationBetween: replication.map(({ from, to, medianMs, sigma }) => ({
        from,
        to,
        delay: { medianMs, sigma },
      })),
    }),
  }
}

/** A switch is true on the command line; in the environment it is a word. */
export function isTrue(value: boolean | string | undefined): boolean | undefined {
  return typeof value === 'string' ? ['1', 'true', 'yes', 'on'].includes(value.toLowerCase()) : value
}
