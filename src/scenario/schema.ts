import { z } from 'zod'
import { consistencyLevels } from '../protocol/consistency-level.ts'
import { partitionKeyPath } from './partition-key.ts'
import { hopUrl } from './request-schema.ts'
import { choice, describe, isMapping, mapByName, mapOf } from './shape.ts'
import { pollTimes, step } from './step-schema.ts'
import * as values from './values.ts'

/**
 * What a scenario file may say: the one source of the parser's shape, of `schema/scenario.json` and of the reference in
 * `docs/scenario-file.md`. What needs a second look at another key is in `rules/`.
 */

const clientWords = ['own', 'per-operation'] as const

const client = choice(
  {
    word: values.oneOf('client', clientWords),
    shared: mapOf({ shared: values.name('gateway').describe('The hop whose SDK client this hop uses too.') }),
  },
  (value) => (isMapping(value) ? 'shared' : 'word'),
)

const hop = mapOf({
  region: values
    .text('region', 'West Europe')
    .describe('The region it prefers, as Azure prints it; case and spaces do not matter. Without it the SDK chooses.')
    .optional(),
  client: client
    .describe(
      'own: one long-lived SDK client. per-operation: a new one for each operation. { shared: hop }: the client of another hop.',
    )
    .prefault('own'),
  retries: values
    .oneOf('kind of retries', ['sdk', 'none'])
    .describe('sdk: as an application would. none: exactly one HTTP call an operation, nothing hidden.')
    .prefault('sdk'),
  consistency: values
    .oneOf('consistency level', consistencyLevels)
    .describe("The level that its reads ask for; not stronger than the account's.")
    .prefault('Session'),
  url: hopUrl('https://gateway.example/itinerary')
    .describe(
      'URL of a "hopwatch hop" of another process; it may lead through gateways of yours. Default: this process.',
    )
    .optional(),
  endpoint: hopUrl('http://portal.example:8080')
    .describe('URL of a service of yours: steps with "request" call it, and hopwatch knows nothing of its code.')
    .optional(),
}).nullable()

const arms = mapOf({
  propagated: mapOf({})
    .nullable()
    .describe('The token travels as the journey declares: the runs that the other arms leave.')
    .optional(),
  control: mapOf({
    share: values.share('10%').describe('In how many of the runs the token is withheld.'),
    token: values.oneOf('token of this arm', ['lost']).describe('lost: withheld on every carry.').prefault('lost'),
  })
    .describe('The token is withheld on purpose: it measures how much staleness there is to be protected from.')
    .optional(),
  canary: mapOf({
    share: values.share('1%').describe('In how many of the runs a canary travels.'),
    token: values
      .oneOf('token of this arm', ['unsatisfiable'])
      .describe('unsatisfiable: in place of the token every carry delivers one that is far ahead of any commit.')
      .prefault('unsatisfiable'),
  })
    .describe('A token that nothing can satisfy travels: a hop whose read is answered all the same has lost it.')
    .optional(),
  workaround: mapOf({
    share: values.share('5%').describe('In how many of the runs the token is withheld and something else done.'),
    reads: mapOf({
      poll: values.oneOf('poll', ['query']).describe('Each read becomes a query, repeated until the write shows.'),
      ...pollTimes,
    })
      .describe('What the reads do in place of bringing the token. Either this or consistency.')
      .optional(),
    consistency: values
      .oneOf('consistency level', consistencyLevels)
      .describe("The level that all reads ask for in its place; not stronger than the account's.")
      .optional(),
  })
    .describe('What teams do instead of carrying the token: it measures what that costs.')
    .optional(),
})

const objectives = mapOf({
  staleReads: values
    .share('0%')
    .describe(
      'Largest acceptable share of stale or missing reads where the token is carried. Without it check and the alarm take 0%.',
    )
    .optional(),
  tokenLoss: values
    .share('0%')
    .describe(
      'Largest acceptable share of reads without a covering token where it is carried. Without it check and the alarm take 0%.',
    )
    .optional(),
  p95: values.duration({ minMs: 1, example: '250ms' }).describe('95 of 100 reads take no longer.').optional(),
  retriesPerRead: values
    .number({ min: 0, example: 0.1 })
    .describe('Largest acceptable mean of retries a read.')
    .optional(),
})

export const scenarioFile = mapOf({
  scenario: values.name('travel-itinerary').describe('Its name, in every metric, log line and command.'),
  about: values
    .text('text', 'A change is written at the gateway; the redirect lands elsewhere.')
    .describe('What a stranger needs to know about the journey.')
    .optional(),
  target: values
    .name('default')
    .describe('The account it runs against, by its name in the configuration.')
    .prefault('default'),
  every: values
    .duration({ minMs: 10, example: '2s' })
    .describe('A run starts this often. Either this or cron.')
    .optional(),
  jitter: values.jitter
    .describe('How far a start may move at random: a share of the period or a time. Default: 10%.')
    .optional(),
  cron: values.cronExpression.describe('When runs start, in place of every.').optional(),
  timezone: values.timezone.describe("Where cron's clock hangs. Default: the process's time zone.").optional(),
  deadline: values
    .duration({ minMs: 100, example: '30s' })
    .describe('A run that takes longer is abandoned.')
    .prefault('30s'),
  container: values
    .patterned(
      'container',
      /^[^/\\#?]{1,255}\/[^/\\#?]{1,255}$/,
      'travel/itineraries',
      'its database, a slash and its name',
    )
    .describe('Where the probe documents live: database/container. Only a journey through endpoints needs none.')
    .optional(),
  partitionKey: choice({ one: partitionKeyPath, many: z.array(partitionKeyPath).min(1).max(3) }, (value) =>
    Array.isArray(value) ? 'many' : 'one',
  )
    .describe("The container's partition key path; a list of up to three for a hierarchical key.")
    .optional(),
  document: values
    .oneOf('kind of document', ['reused', 'fresh'])
    .describe('reused: one document a partition, of growing version. fresh: a new document each run.')
    .prefault('reused'),
  partitions: values
    .number({ min: 1, max: 10_000, whole: true, example: 8 })
    .describe('How many partition key values the runs spread over.')
    .prefault(8),
  ttl: values
    .duration({ minMs: 1000, example: '1h' })
    .describe('When Cosmos DB removes a probe document that was left behind; whole seconds.')
    .prefault('1h'),
  visibility: mapOf({
    within: values
      .duration({ example: '10s' })
      .describe('After a stale read, for how long to re-read until the write shows.')
      .prefault('10s'),
  })
    .describe('Re-reads after a stale read, which measure when the write shows.')
    .prefault({}),
  hops: mapByName(hop).describe('The services that take part, by name. A hop may be empty: {}.'),
  journey: z.array(step).min(1).describe('What happens in a run, in order.'),
  arms: arms
    .describe('How the runs are divided, so that each figure has its comparison. Default: only propagated.')
    .optional(),
  objectives: objectives.describe('What is promised; check and the alerts hold the scenario to it.').prefault({}),
  budget: mapOf({
    requestUnits: values.rate('50/s').describe('Runs beyond it are left out, and counted as missed.'),
  })
    .describe('The most that the scenario may spend.')
    .optional(),
}).describe('One journey that hopwatch keeps walking.')

export type ScenarioFile = z.output<typeof scenarioFile>
export type HopFile = NonNullable<ScenarioFile['hops'][string]>
export type StepFile = ScenarioFile['journey'][number]

/** The JSON Schema that `hopwatch schema` prints, for editors with a YAML language server. */
export const schemaText = (): string =>
  `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', title: 'A hopwatch scenario', ...describe(scenarioFile) }, null, 2)}\n`
