import { z } from 'zod'
import { consistencyLevels } from '../protocol/consistency-level.ts'
import { choice, isMapping, mapByName, mapOf, refuse, scalar } from './shape.ts'
import * as values from './values.ts'

/** What `hopwatch.yaml` may say. Everything may be left out: the command line knows the defaults. */

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export interface Listen {
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** `127.0.0.1:9464`, `localhost:0`, `[::1]:9464`; undefined for anything else. */
export function parseListen(text: string): Listen | undefined {
  const [, ipv6, host, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const name = ipv6 ?? host
  return name !== undefined && Number(port) <= 65_535 ? { host: name, port: Number(port) } : undefined
}

const listen = scalar(
  { title: 'host:port', type: 'string', examples: ['127.0.0.1:9464'] },
  (value) =>
    (typeof value === 'string' ? parseListen(value) : undefined) ??
    refuse((shown) => `${shown} is not host:port`, 'write for example "127.0.0.1:9464"'),
)

const endpoint = scalar(
  { title: 'URL', type: 'string', examples: ['https://my-account.documents.azure.com:443/'] },
  (value) =>
    typeof value === 'string' &&
    URL.canParse(value) &&
    /^https?:$/.test(new URL(value).protocol) &&
    !new URL(value).password
      ? value
      : refuse(
          (shown) => `${shown} is not a URL`,
          'write "https://", the name of the account and ".documents.azure.com"',
        ),
)

const target = mapOf({
  endpoint: endpoint.describe("The account's URI, as Azure prints it.").optional(),
  keyFrom: values.environmentVariable('COSMOS_KEY').describe('The environment variable that holds the key.').optional(),
  keyFile: values.text('path', '/run/secrets/cosmos-key').describe('The file that holds the key.').optional(),
  connectionStringFrom: values
    .environmentVariable('COSMOS_CONNECTION_STRING')
    .describe('The environment variable that holds the connection string, endpoint and all.')
    .optional(),
  entra: values.flag
    .describe('Microsoft Entra: workload or managed identity. What happens when no secret is named.')
    .optional(),
})

const redisUrl = scalar(
  { title: 'Redis URL', type: 'string', examples: ['redis://cache:6379'] },
  (value) =>
    (typeof value === 'string' && isRedisUrl(value) ? value : undefined) ??
    refuse(
      // The value is not shown: it may hold a password.
      () => 'this is not the URL of a Redis server, or it holds a password',
      'write for example "redis://cache:6379", or "urlFrom" with the environment variable that holds it all',
    ),
)

const isRedisUrl = (text: string): boolean =>
  URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && !new URL(text).password

const store = mapOf({
  url: redisUrl.describe('A Redis server: redis://host:port/database, or rediss:// for TLS.').optional(),
  urlFrom: values
    .environmentVariable('REDIS_URL')
    .describe('The environment variable that holds the URL, password and all.')
    .optional(),
})

const collector = scalar(
  { title: 'URL', type: 'string', examples: ['http://collector:4318'] },
  (value) =>
    (typeof value === 'string' && isCollectorUrl(value) ? value : undefined) ??
    refuse(
      // The value is not shown: it may hold a password.
      () => 'this is not the URL of an OpenTelemetry receiver, or it holds a user or a query',
      'write for example "http://collector:4318"; headers come from OTEL_EXPORTER_OTLP_HEADERS',
    ),
)

function isCollectorUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search } = new URL(text)
  return /^https?:$/.test(protocol) && `${username}${password}${search}` === ''
}

const path = values.text('path', 'scenarios')
const region = values.text('region', 'West Europe')

const replication = mapOf({
  from: region.describe('The region that takes the write.'),
  to: region.describe('The region that it reaches.'),
  median: values.duration({ example: '30ms' }).describe('Half of the commits arrive sooner.'),
  sigma: values
    .number({ min: 0, max: 5, example: 0.35 })
    .describe("Standard deviation of the delay's logarithm; 0 for a delay that is always the same.")
    .prefault(0.35),
})

const simulator = mapOf({
  regions: z.array(region).min(1).describe('The first takes the writes.').optional(),
  consistency: values.oneOf('consistency level', consistencyLevels).describe("The account's default level.").optional(),
  partitionKeyRanges: values
    .number({ min: 1, max: 1000, whole: true, example: 4 })
    .describe('Of each new container.')
    .optional(),
  replication: z.array(replication).describe('Delays between two regions that differ from the usual.').optional(),
  sessionWait: values
    .duration({ example: '500ms' })
    .describe('How long a read waits for the progress that its session token names, before 404/1002.')
    .optional(),
  throughput: values
    .number({ min: 1, max: 1_000_000_000, example: 10_000 })
    .describe('Request units a second of a new container.')
    .optional(),
  seed: values
    .number({ min: 0, max: Number.MAX_SAFE_INTEGER, whole: true, example: 1 })
    .describe('The same seed brings the same delays and faults.')
    .optional(),
})

export const configurationFile = mapOf({
  listen: listen.describe('Where serve answers HTTP.').optional(),
  grace: values.duration({ example: '10s' }).describe('How long runs may take to finish on the way out.').optional(),
  logLevel: values.oneOf('log level', logLevels).describe('The least that is logged.').optional(),
  scenarios: choice({ one: path, many: z.array(path).min(1) }, (value) => (Array.isArray(value) ? 'many' : 'one'))
    .describe('Scenario files and directories of them.')
    .optional(),
  dataDir: values
    .text('path', '.hopwatch')
    .describe('Where state is kept that outlives a restart: alarms, and the tokens of devices.')
    .optional(),
  maxSeries: values
    .number({ min: 100, whole: true, example: 20_000 })
    .describe('How many time series the metrics may have.')
    .optional(),
  budget: mapOf({
    requestUnits: values.rate('200/s').describe('Shared fairly. Runs beyond it are left out, and counted as missed.'),
  })
    .describe("What all scenarios may spend together on one account, besides each one's own budget.")
    .optional(),
  alarm: mapOf({
    falseAlarms: values
      .frequency('1 per 90d')
      .describe("How often a scenario's alarms may go off by chance, on average; the fewer, the later they are."),
  })
    .describe('The test of each scenario for lost tokens and stale reads.')
    .optional(),
  openTelemetry: mapOf({
    endpoint: collector.describe(
      'As OTEL_EXPORTER_OTLP_ENDPOINT, which beats it; the other OTEL_* variables hold besides.',
    ),
  })
    .describe('Where metrics, traces and logs are sent. Nothing is, unless this or an OTEL_* variable asks for it.')
    .optional(),
  provision: values.flag.describe('Whether missing databases and containers are created.').optional(),
  instance: values
    .name('probe-1')
    .describe('The name of this process; those of its documents begin with it.')
    .optional(),
  targets: mapByName(target).describe('The accounts, by the name that scenarios choose with "target:".').optional(),
  stores: mapByName(store).describe('Shared caches, by the name that a carry chooses with "store:".').optional(),
  simulator: simulator.describe('The simulated account that serves when there is no endpoint.').optional(),
})

export type ConfigurationFile = z.output<typeof configurationFile>
export type StoreFile = NonNullable<ConfigurationFile['stores']>[string]
export type TargetFile = NonNullable<ConfigurationFile['targets']>[string]

/** The secrets that a target names, by key; more than one cannot be meant. */
export const credentialsOf = (target: unknown): string[] =>
  isMapping(target)
    ? ['keyFrom', 'keyFile', 'connectionStringFrom', 'entra'].filter(
        (key) => target[key] !== undefined && target[key] !== false,
      )
    : []
