import { pino } from 'pino'
import { type Clock, ManualClock } from '../../src/base/clock.ts'
import { type Random, seededRandom } from '../../src/base/random.ts'
import { findingOf } from '../../src/domain/finding.ts'
import type { CarriedToken, FinishedRun, ReadEvent, WriteEvent } from '../../src/domain/journey.ts'
import type { Attempt, Observation, OperationKind } from '../../src/domain/observation.ts'
import { retriesOf } from '../../src/domain/retries.ts'
import type { Scenario } from '../../src/domain/scenario.ts'
import type { TokenState } from '../../src/domain/token-state.ts'
import type { Judgement } from '../../src/domain/verdict.ts'
import { type HttpServerOptions, startHttpServer } from '../../src/http/server.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'
import { createPublication, type PublicationOptions } from '../../src/publish/publication.ts'

/** A token of the real shape, which no output may ever contain. */
export const rawToken = '0:-1#4711#3=4242#8=4243'
export const wallStartMs = Date.UTC(2026, 10, 22, 9, 30)
const silentLogger = pino({ level: 'silent' })

export function scenarioOf(name: string, changes: Partial<Scenario> = {}): Scenario {
  return {
    name,
    about: 'A flight change is written behind the gateway; the redirect lands on another instance in another region.',
    target: 'default',
    schedule: { kind: 'every', periodMs: 2000, jitterMs: 0 },
    deadlineMs: 30_000,
    container: { database: 'travel', container: 'itineraries' },
    partitionKey: ['/customerId'],
    document: 'reused',
    partitions: 8,
    ttlSeconds: 3600,
    visibilityWithinMs: 10_000,
    hops: [
      { name: 'gateway', region: 'West Europe', client: 'own', retries: 'sdk', consistency: 'Session' },
      { name: 'itinerary', region: 'North Europe', client: 'own', retries: 'sdk', consistency: 'Session' },
    ],
    journey: [
      { kind: 'write', write: 'upsert', at: 'gateway' },
      { kind: 'carry', carrier: 'header', from: 'gateway', to: 'itinerary', faults: [] },
      { kind: 'wait', sweepMs: [0, 20, 100, 500] },
      { kind: 'read', read: 'point', at: 'itinerary' },
    ],
    arms: [
      { name: 'propagated', share: 0.9, token: 'carried' },
      { name: 'control', share: 0.1, token: 'lost' },
    ],
    objectives: { staleReads: 0, tokenLoss: 0, p95Ms: 250, retriesPerRead: 0.1 },
    budget: { requestUnitsPerSecond: 50 },
    ...changes,
  }
}

export const attemptOf = (changes: Partial<Attempt> = {}): Attempt => ({
  purpose: 'operation',
  region: 'North Europe',
  status: 200,
  substatus: undefined,
  failure: undefined,
  requestCharge: 1,
  durationMs: 4,
  sent: new WireToken(rawToken),
  received: new WireToken(rawToken),
  ...changes,
})

const observationOf = (hop: string, operation: OperationKind, durationMs: number, attempts: readonly Attempt[]) =>
  ({
    hop,
    operation,
    documentId: 'probe-1',
    startedAtMs: 0,
    durationMs,
    attempts,
    status: attempts.at(-1)?.status,
    substatus: attempts.at(-1)?.substatus,
  }) satisfies Observation

export interface RunChoices {
  readonly id?: string
  readonly scenario?: string
  readonly arm?: string
  readonly judgement?: Judgement
  readonly token?: TokenState
  readonly carried?: CarriedToken
  readonly attempts?: readonly Attempt[]
  readonly readMs?: number
  readonly startedAtWallMs?: number
  readonly violations?: FinishedRun['violations']
  readonly problem?: string
}

/** One run of `scenarioOf`: a write at the gateway, a carry, a read at the itinerary service. */
export function runOf(choices: RunChoices = {}): FinishedRun {
  const { arm = 'propagated', judgement = { verdict: 'fresh' }, token = 'intact', readMs = 5 } = choices
  const attempts = choices.attempts ?? [attemptOf(token === 'lost' ? { sent: undefined } : {})]
  const finding = findingOf(judgement.verdict, token, 'Session')
  const write: WriteEvent = {
    kind: 'write',
    observation: observationOf('gateway', 'upsert', 8, [
      attemptOf({ region: 'West Europe', status: 201, requestCharge: 10, sent: undefined }),
    ]),
    region: 'West Europe',
    outcome: 'succeeded',
    version: 7,
    requestUnits: 10,
    retries: [],
  }
  const read: ReadEvent = {
    kind: 'read',
    observation: observationOf('itinerary', 'point', readMs, attempts),
    region: 'North Europe',
    judgement,
    token,
    finding,
    claimedVersion: 7,
    returnedVersion: judgement.verdict === 'stale' ? 7 - judgement.versionsBehind : 7,
    requestUnits: attempts.length,
    retries: retriesOf(attempts),
  }
  const found = finding !== undefined && finding !== 'kept'
  const result = judgement.verdict === 'failed' ? 'failed' : found ? 'found' : 'kept'
  return {
    id: choices.id ?? 'run-1',
    scenario: choices.scenario ?? 'travel-itinerary',
    arm,
    carriesToken: arm !== 'control',
    startedAtWallMs: choices.startedAtWallMs ?? wallStartMs,
    durationMs: 40,
    scheduleLagMs: 1,
    result,
    finding,
    events: [
      write,
      {
        kind: 'carry',
        from: 'gateway',
        to: 'itinerary',
        carrier: 'header',
        token: choices.carried ?? (arm === 'control' ? 'lost' : 'intact'),
        tokenBytes: rawToken.length,
      },
      { kind: 'wait', waitedMs: 20 },
      read,
    ],
    violations: choices.violations ?? [],
    problem: choices.problem,
  }
}

/** The token dropped by the SDK: 404/1002 with it, then 200 without it. */
export const downgradeAttempts = [attemptOf({ status: 404, substatus: 1002 }), attemptOf({ sent: undefined })]

/** The same run at endpoints: what the services behind them spend and retry, nobody tells. */
export function atEndpoints(run: FinishedRun): FinishedRun {
  const events = run.events.map((event) =>
    event.kind === 'read' || event.kind === 'write'
      ? { ...event, observation: { ...event.observation, operation: 'request' as const }, requestUnits: 0, retries: [] }
      : event,
  )
  return { ...run, events }
}

/** A plausible mix: the arm that carries the token always reads fresh, the other is stale in three of ten runs. */
export function plausibleRun(index: number, scenario: string, random: Random, startedAtWallMs: number): FinishedRun {
  const arm = random.next() < 0.15 ? 'control' : 'propagated'
  const stale = arm === 'control' && random.next() < 0.3
  return runOf({
    id: `${scenario}-${index}`,
    scenario,
    arm,
    token: arm === 'control' ? 'lost' : 'intact',
    judgement: stale ? { verdict: 'stale', versionsBehind: 1 + Math.floor(random.next() * 3) } : { verdict: 'fresh' },
    readMs: 3 + random.next() ** 4 * 60,
    startedAtWallMs,
  })
}

export const seeded = (label: string): Random => seededRandom(`http/${label}`)

/** What a scrape reads. */
export const textOf = ({ body }: { readonly body: readonly Buffer[] }): string => Buffer.concat([...body]).toString()

export function publicationFor(scenarios: readonly Scenario[], changes: Partial<PublicationOptions> = {}) {
  const publication = createPublication({
    clock: new ManualClock(wallStartMs),
    logger: silentLogger,
    version: '0.1.0',
    revision: 'test',
    processMetrics: false,
    ...changes,
  })
  for (const scenario of scenarios) publication.addScenario(scenario)
  return publication
}

/** A server on a free loopback port over a publication of its own. */
export async function serve(
  scenarios: readonly Scenario[],
  changes: Partial<HttpServerOptions> = {},
  publicationChanges: Partial<PublicationOptions> = {},
) {
  const clock: Clock = publicationChanges.clock ?? new ManualClock(wallStartMs)
  const publication = publicationFor(scenarios, { clock, ...publicationChanges })
  const server = await startHttpServer({
    ...publication,
    listen: { host: '127.0.0.1', port: 0 },
    apiToken: undefined,
    allowUnauthenticated: false,
    logger: silentLogger,
    scenarios: () => scenarios,
    readiness: () => ({
      scheduledScenarios: scenarios.length,
      loadedScenarios: scenarios.length,
      targets: [{ name: 'default', wasReached: true, isUp: true }],
    }),
    runNow: () => 'not-scheduled',
    reload: async () => ({
      change: { added: [], changed: [], removed: [], unchanged: scenarios.map(({ name }) => name) },
    }),
    configuration: () => ({ isSuccessful: true, lastSuccessWallMs: wallStartMs, problems: [] }),
    fingerprintKey: 'test key',
    version: '0.1.0',
    startedAtWallMs: wallStartMs,
    wallMs: () => clock.wallMs(),
    ...changes,
  })
  return { publication, ...server, get: (path: string, init?: RequestInit) => fetch(server.address + path, init) }
}
