import { expect, test } from 'vitest'
import type { FinishedRun } from '../../src/domain/journey.ts'
import { createLogger } from '../../src/publish/logger.ts'
import { downgradeAttempts, rawToken, runOf, scenarioOf, serve } from './support.ts'

const key = Buffer.alloc(64, 'k3y/+').toString('base64')
const authorization = `type=master&ver=1.0&sig=${Buffer.alloc(32, 's').toString('base64')}`
const connectionString = `AccountEndpoint=https://example.documents.azure.com/;AccountKey=${key};`
/** What must be found nowhere: whole secrets, and the parts that would give a token away. */
const hunted = [
  rawToken,
  '4711',
  '3=4242',
  key,
  key.slice(0, 40),
  authorization,
  'sig=',
  connectionString,
  'AccountKey',
  'Bearer t0ps3cret',
  't0ps3cret',
]

const problem = `crashed: ${rawToken} ${key} ${authorization} ${connectionString} Bearer t0ps3cret`

/** Runs of every kind, with secrets wherever a careless hand could have left them. */
const runs: readonly FinishedRun[] = [
  runOf({ id: 'fresh' }),
  runOf({
    id: 'downgrade',
    token: 'dropped',
    judgement: { verdict: 'stale', versionsBehind: 1 },
    attempts: downgradeAttempts,
  }),
  runOf({ id: 'broken', judgement: { verdict: 'missing', detail: 'not-found' } }),
  { ...runOf({ id: 'crashed', problem }), result: 'crashed', finding: undefined },
  { ...runOf({ id: 'abandoned', problem }), result: 'abandoned', finding: undefined },
]

test('no raw token, key, authorization or connection string in any output', async () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } })
  const throwing = {
    record: () => {
      throw new Error(problem, { cause: new Error(problem) })
    },
    missed: () => {},
  }
  const readiness = () => ({
    scheduledScenarios: 1,
    loadedScenarios: 1,
    targets: [{ name: 'default', wasReached: true, isUp: false, problem }],
  })
  const served = await serve(
    [scenarioOf('travel-itinerary')],
    { logger, readiness },
    { logger, moreSinks: [{ name: 'throwing', sink: throwing }] },
  )
  for (const run of runs) served.publication.sink.record(run)
  logger.warn({ key, authorization, nested: { sessionToken: rawToken } }, problem)

  const outputs = new Map([['the log', lines.join('')]])
  const paths = [
    '/',
    '/metrics',
    '/readyz',
    '/api/v1/scenarios',
    '/api/v1/runs',
    ...runs.map(({ id }) => `/api/v1/runs/${id}`),
  ]
  for (const path of [...paths, `/api/v1/runs/${encodeURIComponent(rawToken)}`, `/${encodeURIComponent(rawToken)}`])
    outputs.set(path, await (await served.get(path)).text())
  outputs.set(
    'OpenMetrics',
    await (await served.get('/metrics', { headers: { accept: 'application/openmetrics-text' } })).text(),
  )
  served.publication.close()
  await served.close()

  expect(lines.length).toBeGreaterThan(4)
  for (const [name, text] of outputs) {
    expect(text.length, name).toBeGreaterThan(10)
    for (const secret of hunted) expect(text.includes(secret), `${secret} in ${name}`).toBe(false)
  }
})
