import { hostname } from 'node:os'
import { InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../base/duration.ts'
import { logLevels } from '../publish/logger.ts'
import { parseFrequency } from '../scenario/values.ts'
import { parseShard } from '../schedule/shard.ts'
import { SharedOption } from './command.ts'

/** Every option of more than one command, spelled once. Each has its environment variable. */
const option = (flags: string, description: string, variable: string) => new Option(flags, description).env(variable)

/** `--format`, of which each command has some words: `HOPWATCH_FORMAT` may hold one for another command. */
export const formatOption = (description: string, own: readonly string[]) =>
  new SharedOption('--format <format>', description, ['table', 'json', 'junit']).choices(own).default('table')

export const configOption = () =>
  option('--config <file>', 'configuration file (default: hopwatch.yaml, if there is one)', 'HOPWATCH_CONFIG')

export const scenariosOption = () =>
  option('--scenarios <path>', 'scenario file or directory (default: scenarios)', 'HOPWATCH_SCENARIOS')

export const drillsOption = () =>
  option(
    '--drills',
    'also the scenarios in the directory "drills" beside them, which do wrong on purpose and are expected to be found out',
    'HOPWATCH_DRILLS',
  )

export const logLevelOption = () =>
  option('--log-level <level>', 'how much the log says (default: info)', 'HOPWATCH_LOG_LEVEL').choices(logLevels)

export const endpointOption = () =>
  option(
    '--endpoint <url>',
    'the account to probe; its secret comes from COSMOS_KEY, COSMOS_KEY_FILE or COSMOS_CONNECTION_STRING, ' +
      'else from Microsoft Entra (default: the embedded simulator)',
    'COSMOS_ENDPOINT',
  )

export const provisionOption = () =>
  option('--provision', 'create databases and containers that are missing', 'HOPWATCH_PROVISION')

export const instanceOption = () =>
  option(
    '--instance <name>',
    'name of this instance, with which the names of its documents begin (default: a new one at each start)',
    'HOPWATCH_INSTANCE',
  ).argParser((text) => {
    if (/^[a-z0-9][a-z0-9-]{0,30}$/.test(text)) return text
    throw new InvalidArgumentError('Write lower-case letters, digits and hyphens, 31 at most.')
  })

export const budgetOption = () =>
  option(
    '--budget <rate>',
    'request units that all scenarios together may spend on an account, such as 200/s (default: no common limit)',
    'HOPWATCH_BUDGET',
  ).argParser(requestUnitRate)

export const dataDirOption = () =>
  option(
    '--data-dir <directory>',
    "where what must survive on disk is kept, such as devices' tokens (default: the system's temporary directory)",
    'HOPWATCH_DATA_DIR',
  )

export const falseAlarmsOption = () =>
  option(
    '--false-alarms <frequency>',
    "how often a scenario's alarms may go off by chance, on average (default: 1 per 90d)",
    'HOPWATCH_FALSE_ALARMS',
  ).argParser((text) => {
    const everyMs = parseFrequency(text)
    if (everyMs !== undefined) return everyMs
    throw new InvalidArgumentError('Write a number, "per" and hours or days, such as 1 per 90d.')
  })

export const shardOption = () =>
  option(
    '--shard <i/n>',
    'run part i (from 0) of n of the scenarios; auto/n takes i from the end of the host name, as in hopwatch-0',
    'HOPWATCH_SHARD',
  ).argParser((text) => {
    const shard = parseShard(text, hostname())
    if ('problem' in shard) throw new InvalidArgumentError(shard.problem)
    return shard
  })

export const seedOption = () =>
  option(
    '--seed <n>',
    'seeds all chance, so that a run can be replayed (default: a new one)',
    'HOPWATCH_SEED',
  ).argParser(wholeNumber)

export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('Write a duration such as 250ms, 10s or 5m.')
  return ms
}

export function requestUnitRate(text: string): number {
  const perSecond = Number(/^(\d+(?:\.\d+)?)\/s$/.exec(text)?.[1])
  if (perSecond > 0) return perSecond
  throw new InvalidArgumentError('Write request units a second, such as 200/s.')
}

const atLeast = (least: number) => (text: string) => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new InvalidArgumentError(`Write a whole number, ${least} or more.`)
}
export const wholeNumber = atLeast(0)
export const positiveNumber = atLeast(1)

export interface Listen {
  readonly host: string
  readonly port: number
}

export function listenAddress(text: string): Listen {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (!match || port > 65_535) throw new InvalidArgumentError('Write host:port, such as 127.0.0.1:9464.')
  return { host: match[1] ?? match[2]!, port }
}
