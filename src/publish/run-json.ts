import type { FinishedRun, JourneyEvent } from '../domain/journey.ts'
import { type Attempt, type Observation, operationName } from '../domain/observation.ts'
import { fingerprint } from '../protocol/session-token.ts'
import { statusMeaning } from '../protocol/status.ts'
import type { WireToken } from '../protocol/wire-token.ts'
import { scrub } from './scrub.ts'

/** A session token as an output may show it. */
export interface TokenView {
  readonly bytes: number
  readonly parses: boolean
  /** `st:…`, equal for equal tokens within one process and meaningless outside it. */
  readonly fingerprint: string
}

/**
 * A run as JSON. A token appears as presence (null when there was none), size, state and keyed fingerprint only.
 * `fingerprintKey` is a secret of the process.
 */
export function runToJson(run: FinishedRun, fingerprintKey: Uint8Array | string) {
  const token = (wire: WireToken | undefined): TokenView | null =>
    wire === undefined
      ? null
      : {
          bytes: wire.bytes,
          parses: wire.parsed !== undefined,
          fingerprint: fingerprint(wire.reveal(), fingerprintKey),
        }

  const attempt = (tried: Attempt) => ({
    purpose: tried.purpose,
    region: tried.region,
    status: tried.status ?? null,
    substatus: tried.substatus ?? null,
    meaning: tried.status === undefined ? (tried.failure ?? null) : statusMeaning(tried.status, tried.substatus).name,
    requestCharge: tried.requestCharge,
    durationMs: tried.durationMs,
    activityId: tried.activityId ?? null,
    tokenSent: token(tried.sent),
    tokenReceived: token(tried.received),
  })

  const observation = (seen: Observation) => ({
    hop: seen.hop,
    operation: seen.operation,
    operationName: operationName[seen.operation],
    documentId: seen.documentId,
    status: seen.status ?? null,
    substatus: seen.substatus ?? null,
    durationMs: seen.durationMs,
    attempts: seen.attempts.map(attempt),
  })

  const event = (happened: JourneyEvent) => {
    switch (happened.kind) {
      case 'write': {
        const { observation: seen, ...rest } = happened
        return { ...rest, ...observation(seen) }
      }
      case 'read': {
        const { observation: seen, finding, claimedVersion, returnedVersion, ...rest } = happened
        return {
          ...rest,
          finding: finding ?? null,
          claimedVersion: claimedVersion ?? null,
          returnedVersion: returnedVersion ?? null,
          ...observation(seen),
        }
      }
      case 'poll':
        return {
          ...happened,
          shownAfterMs: happened.shownAfterMs ?? null,
          claimedVersion: happened.claimedVersion ?? null,
          finding: happened.finding ?? null,
          observations: happened.observations.map(observation),
        }
      case 'carry': {
        // On a clock that means nothing elsewhere.
        const { startedAtMs: _, ...rest } = happened
        return rest
      }
      case 'visibility':
        return {
          ...happened,
          visibleAfterMs: happened.visibleAfterMs ?? null,
          observations: happened.observations.map(observation),
        }
      default:
        return happened
    }
  }

  return {
    ...run,
    startedAt: new Date(run.startedAtWallMs).toISOString(),
    finding: run.finding ?? null,
    problem: run.problem === undefined ? null : scrub(run.problem),
    events: run.events.map(event),
    violations: run.violations.map(({ guarantee, witness }) => ({
      guarantee,
      witness: witness.map(({ version, ...operation }) => ({ ...operation, version: version ?? null })),
    })),
  }
}
export type RunJson = ReturnType<typeof runToJson>

/** One line of a list of runs. */
export function runSummary(run: FinishedRun) {
  return {
    id: run.id,
    scenario: run.scenario,
    arm: run.arm,
    carriesToken: run.carriesToken,
    startedAt: new Date(run.startedAtWallMs).toISOString(),
    durationMs: run.durationMs,
    result: run.result,
    finding: run.finding ?? null,
  }
}
export type RunSummary = ReturnType<typeof runSummary>
