import { type Attempt, type Observation, operationName, requestUnits } from '../../domain/observation.ts'
import type { HopDeclaration, Scenario } from '../../domain/scenario.ts'
import type { ConsistencyLevel } from '../../protocol/consistency-level.ts'
import { remember } from '../../protocol/remember.ts'
import { fingerprint } from '../../protocol/session-token.ts'
import type { WireToken } from '../../protocol/wire-token.ts'
import { conventions, cosmosSystem } from './names.ts'
import type { SpanAttributes, SpanEvent, SpanPlan } from './span-plan.ts'

/** What the spans of an operation are told besides what was observed. */
export interface OperationSurroundings {
  readonly container: Scenario['container']
  /** Where it was made: by this process at the database, at a hop in another process, at a service of the user's own. */
  readonly place: 'here' | 'remote' | 'endpoint'
  readonly consistency: ConsistencyLevel
  /** To be added to a time of the observation to make it a time since the Unix epoch. */
  readonly wallOffsetMs: number
  readonly fingerprintOf: FingerprintOf
}

/** A token's text as `st:…`. */
export type FingerprintOf = (text: string) => string

/** Under a secret of the process. A run shows the same token several times over, and then none ever again. */
export const fingerprinting = (key: Uint8Array | string): FingerprintOf =>
  remember((text) => fingerprint(text, key), { entries: 256, longestText: 4096 })

export const placeOf = ({ remote, endpoint }: HopDeclaration): OperationSurroundings['place'] =>
  endpoint !== undefined ? 'endpoint' : remote !== undefined ? 'remote' : 'here'

/**
 * One operation with its attempts, in the words of the semantic conventions for Azure Cosmos DB. An operation at a hop elsewhere names no
 * `db.system.name` here: it is a call of that hop, whose own span is the database's client.
 */
export function operationSpan(
  observation: Observation,
  of: OperationSurroundings,
  judged: {
    readonly attributes?: SpanAttributes
    readonly errorType?: string | undefined
    readonly error?: string | undefined
  } = {},
): SpanPlan {
  const { hop, operation, attempts, status, substatus, startedAtMs, durationMs, spanId } = observation
  const name = operationName[operation]
  const startMs = startedAtMs + of.wallOffsetMs
  const sent = attempts.filter(({ purpose }) => purpose === 'operation').at(-1)?.sent
  return {
    name: of.place === 'here' ? `${name} ${of.container.container}` : `${name} ${hop}`,
    kind: 'client',
    spanId,
    startMs,
    endMs: startMs + durationMs,
    attributes: {
      'hopwatch.hop': hop,
      ...(of.place === 'here' && { [conventions.system]: cosmosSystem, [conventions.connectionMode]: 'gateway' }),
      ...(of.place !== 'endpoint' && databaseAttributes(observation, of)),
      [conventions.status]: status === undefined ? undefined : String(status),
      [conventions.subStatus]: substatus,
      [conventions.errorType]: judged.errorType,
      ...tokenAttributes('hopwatch.token', sent, of.fingerprintOf),
      ...judged.attributes,
    },
    events: attemptEvents(attempts, startMs, durationMs, of.fingerprintOf),
    error: judged.error ?? judged.errorType,
    children: [],
  }
}

const databaseAttributes = (
  observation: Observation,
  { container, consistency }: OperationSurroundings,
): SpanAttributes => ({
  [conventions.operation]: operationName[observation.operation],
  [conventions.namespace]: container.database,
  [conventions.collection]: container.container,
  [conventions.consistency]: consistency,
  [conventions.requestCharge]: requestUnits(observation),
  [conventions.contactedRegions]: contactedRegions(observation.attempts),
})

/** Of the operation itself: what the SDK asks besides may go to an endpoint that is no region's. */
const contactedRegions = (attempts: readonly Attempt[]): readonly string[] => [
  ...new Set(attempts.filter(({ purpose }) => purpose === 'operation').map(({ region }) => region)),
]

/** A session token as an output may show it: whether there was one, its size, and a fingerprint that means nothing outside this process. */
export const tokenAttributes = (
  prefix: string,
  token: WireToken | undefined,
  fingerprintOf: FingerprintOf,
): SpanAttributes => ({
  [`${prefix}.present`]: token !== undefined,
  ...(token && {
    [`${prefix}.bytes`]: token.bytes,
    [`${prefix}.parses`]: token.parsed !== undefined,
    [`${prefix}.fingerprint`]: fingerprintOf(token.reveal()),
  }),
})

/**
 * An event an HTTP exchange, at the time of its end. Pauses between exchanges are not measured: each stands as early as it may have ended, and the
 * last where the operation ended.
 */
function attemptEvents(
  attempts: readonly Attempt[],
  startMs: number,
  durationMs: number,
  fingerprintOf: FingerprintOf,
): readonly SpanEvent[] {
  let elapsedMs = 0
  return attempts.map((attempt, index) => {
    elapsedMs = Math.min(durationMs, elapsedMs + attempt.durationMs)
    return {
      name: 'hopwatch.attempt',
      atMs: startMs + (index === attempts.length - 1 ? durationMs : elapsedMs),
      attributes: {
        'hopwatch.attempt.purpose': attempt.purpose,
        'hopwatch.attempt.duration': attempt.durationMs / 1000,
        [conventions.region]: attempt.region,
        [conventions.httpStatus]: attempt.status,
        [conventions.subStatus]: attempt.substatus,
        [conventions.errorType]: attempt.failure,
        'hopwatch.attempt.activity_id': attempt.activityId,
        [conventions.requestCharge]: attempt.requestCharge,
        ...tokenAttributes('hopwatch.token.sent', attempt.sent, fingerprintOf),
        ...tokenAttributes('hopwatch.token.received', attempt.received, fingerprintOf),
      },
    }
  })
}
