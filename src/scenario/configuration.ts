import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import { checkShape, type KeyAdvice, salvage } from './check-shape.ts'
import {
  type ConfigurationFile,
  configurationFile,
  credentialsOf,
  type Listen,
  type logLevels,
  type StoreFile,
  type TargetFile,
} from './configuration-schema.ts'
import { allProblems } from './parse-scenario.ts'
import type { Problem } from './problem.ts'
import { isMapping, nameForm, wrongNames } from './shape.ts'
import { quote } from './words.ts'
import { readYaml, type Source, type YamlFile } from './yaml-file.ts'

/** What `hopwatch.yaml` says. Undefined: it says nothing about it. */
export interface Configuration {
  readonly listen: Listen | undefined
  readonly graceMs: number | undefined
  readonly logLevel: LogLevel | undefined
  readonly scenarios: readonly string[] | undefined
  readonly dataDir: string | undefined
  readonly maxSeries: number | undefined
  /** What all scenarios may spend together on one account. */
  readonly budget: { readonly requestUnitsPerSecond: number } | undefined
  /** Mean time to a false alarm of a scenario. */
  readonly alarm: { readonly falseAlarmEveryMs: number } | undefined
  /** Where OpenTelemetry data goes. */
  readonly openTelemetry: { readonly endpoint: string } | undefined
  readonly provision: boolean | undefined
  readonly instance: string | undefined
  /** By name; empty when the file names none. */
  readonly targets: Readonly<Record<string, TargetConfiguration>>
  /** By name; empty when the file names none. */
  readonly stores: Readonly<Record<string, StoreConfiguration>>
  readonly simulator: SimulatorConfiguration | undefined
}

export type LogLevel = (typeof logLevels)[number]

/** Where an account is and where its secret is kept; never the secret. */
export type TargetConfiguration =
  | { readonly kind: 'key-variable'; readonly endpoint: string; readonly variable: string }
  | { readonly kind: 'key-file'; readonly endpoint: string; readonly path: string }
  | { readonly kind: 'connection-string-variable'; readonly variable: string }
  | { readonly kind: 'entra'; readonly endpoint: string }

/** Where a shared cache is, or which environment variable holds that, with the password. */
export type StoreConfiguration =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'url-variable'; readonly variable: string }

export interface SimulatorConfiguration {
  readonly regions: readonly string[] | undefined
  readonly consistency: ConsistencyLevel | undefined
  readonly partitionKeyRanges: number | undefined
  readonly replication: readonly ReplicationConfiguration[] | undefined
  readonly sessionWaitMs: number | undefined
  readonly throughput: number | undefined
  readonly seed: number | undefined
}

/** The delay of commits from one region to another: log-normal, or always the median when sigma is 0. */
export interface ReplicationConfiguration {
  readonly from: string
  readonly to: string
  readonly medianMs: number
  readonly sigma: number
}

export type ParsedConfiguration =
  | { readonly configuration: Configuration; readonly problems?: never }
  | { readonly configuration?: never; readonly problems: readonly Problem[] }

const secretKeys = [
  'key',
  'accountKey',
  'primaryKey',
  'secondaryKey',
  'masterKey',
  'connectionString',
  'secret',
  'password',
  'token',
]

const noSecretsHere = (key: string) => ({
  message: `${quote(key)} would hold a secret; secrets come from the environment or a file`,
  instead: 'write "keyFrom", "keyFile" or "connectionStringFrom"',
})

const advice: KeyAdvice = {
  keys: Object.fromEntries(
    secretKeys.flatMap((key) => [key, `targets.*.${key}`].map((path) => [path, noSecretsHere(key)])),
  ),
}

/**
 * What the configuration file `text` says, or everything that is wrong with it, in the order of the file. An empty file
 * says nothing, which is right. Pure; never throws.
 */
export function parseConfiguration(text: string, source: Source): ParsedConfiguration {
  const file = readYaml(text, source)
  if (!file.isReadable) return { problems: file.problems }
  const isEmpty = file.value === undefined || file.value === null
  const found = isEmpty
    ? []
    : [...checkShape(file, configurationFile, advice), ...checkNames(file), ...checkTargets(file), ...checkStores(file)]
  const problems = allProblems(file, found)
  return problems.length > 0
    ? { problems }
    : { configuration: buildConfiguration(configurationFile.parse(isEmpty ? {} : file.value)) }
}

const checkNames = (file: YamlFile): Problem[] =>
  ['targets', 'stores'].flatMap((map) =>
    wrongNames(isMapping(file.value) ? file.value[map] : undefined).map((name) =>
      file.problemAt([map, name], 'key', `${quote(name)} is not a name`, `write ${nameForm}`),
    ),
  )

/** Each store is one Redis server. */
function checkStores(file: YamlFile): Problem[] {
  const stores = isMapping(file.value) && isMapping(file.value.stores) ? file.value.stores : {}
  return Object.entries(stores).flatMap(([name, store]) => {
    if (!isMapping(store)) return []
    const named = ['url', 'urlFrom'].filter((key) => store[key] !== undefined)
    if (named.length === 1) return []
    const message = `the store ${quote(name)} names ${named.length === 0 ? 'no server' : '"url" and "urlFrom"'}`
    const instead = named.length === 0 ? 'add "url:" or "urlFrom:"' : 'keep one of them'
    return [file.problemAt(['stores', name], 'key', message, instead)]
  })
}

function checkTargets(file: YamlFile): Problem[] {
  const { targets } = (salvage(configurationFile, file.value) ?? {}) as Partial<ConfigurationFile>
  return Object.keys(targets ?? {}).flatMap((name) => {
    const written = targetAsWritten(file, name)
    const path = ['targets', name]
    const credentials = credentialsOf(written)
    const problem = (message: string, instead: string) => [file.problemAt(path, 'key', message, instead)]
    if (credentials.length > 1)
      return problem(`the target ${quote(name)} names ${credentials.map(quote).join(' and ')}`, 'keep one of them')
    const hasEndpoint = isMapping(written) && written.endpoint !== undefined
    const namesEndpoint = credentials[0] === 'connectionStringFrom'
    if (namesEndpoint && hasEndpoint)
      return problem('the connection string names the endpoint already', 'leave "endpoint" out, or write "keyFrom"')
    return namesEndpoint || hasEndpoint || !isMapping(written)
      ? []
      : problem(`the target ${quote(name)} has no endpoint`, 'add "endpoint:" with the URI of the account')
  })
}

const targetAsWritten = (file: YamlFile, name: string): unknown =>
  isMapping(file.value) && isMapping(file.value.targets) ? file.value.targets[name] : undefined

function buildConfiguration(file: ConfigurationFile): Configuration {
  return {
    listen: file.listen,
    graceMs: file.grace,
    logLevel: file.logLevel,
    scenarios: file.scenarios === undefined ? undefined : [file.scenarios].flat(),
    dataDir: file.dataDir,
    maxSeries: file.maxSeries,
    budget: file.budget && { requestUnitsPerSecond: file.budget.requestUnits },
    alarm: file.alarm && { falseAlarmEveryMs: file.alarm.falseAlarms },
    openTelemetry: file.openTelemetry,
    provision: file.provision,
    instance: file.instance,
    targets: Object.fromEntries(
      Object.entries(file.targets ?? {}).map(([name, target]) => [name, buildTarget(target)]),
    ),
    stores: Object.fromEntries(Object.entries(file.stores ?? {}).map(([name, store]) => [name, buildStore(store)])),
    simulator: file.simulator && buildSimulator(file.simulator),
  }
}

function buildTarget({ endpoint = '', keyFrom, keyFile, connectionStringFrom }: TargetFile): TargetConfiguration {
  if (connectionStringFrom !== undefined) return { kind: 'connection-string-variable', variable: connectionStringFrom }
  if (keyFrom !== undefined) return { kind: 'key-variable', endpoint, variable: keyFrom }
  return keyFile === undefined ? { kind: 'entra', endpoint } : { kind: 'key-file', endpoint, path: keyFile }
}

const buildStore = ({ url = '', urlFrom }: StoreFile): StoreConfiguration =>
  urlFrom === undefined ? { kind: 'url', url } : { kind: 'url-variable', variable: urlFrom }

const buildSimulator = (file: NonNullable<ConfigurationFile['simulator']>): SimulatorConfiguration => ({
  regions: file.regions,
  consistency: file.consistency,
  partitionKeyRanges: file.partitionKeyRanges,
  replication: file.replication?.map(({ from, to, median, sigma }) => ({ from, to, medianMs: median, sigma })),
  sessionWaitMs: file.sessionWait,
  throughput: file.throughput,
  seed: file.seed,
})
