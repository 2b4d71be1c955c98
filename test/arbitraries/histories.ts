import fc from 'fast-check'
import type { JourneyEvent } from '../../src/domain/journey.ts'
import type { Attempt, Observation, OperationKind, WriteOutcome } from '../../src/domain/observation.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'

const hops = ['a', 'b', 'c'] as const

/** `lsn` undefined: the answer came without a token. */
export interface Progress {
  readonly configuration: number
  readonly lsn: number | undefined
}

function observation(hop: string, operation: OperationKind, { configuration, lsn }: Progress): Observation {
  const attempt: Attempt = {
    purpose: 'operation',
    region: 'R',
    status: 200,
    substatus: undefined,
    failure: undefined,
    requestCharge: 1,
    durationMs: 1,
    sent: undefined,
    received: lsn === undefined ? undefined : new WireToken(`0:${configuration}#${lsn}#1=${lsn}`),
  }
  return {
    hop,
    operation,
    documentId: 'd',
    startedAtMs: 0,
    durationMs: 1,
    attempts: [attempt],
    status: 200,
    substatus: undefined,
  }
}

const begun = (begunAfter: number | undefined) => (begunAfter === undefined ? {} : { begunAfter })

const told = { region: 'R', requestUnits: 1, retries: [] }

export const aWrite = (
  hop: string,
  version: number,
  progress: Progress,
  changes: { readonly outcome?: WriteOutcome; readonly operation?: OperationKind; readonly begunAfter?: number } = {},
): JourneyEvent => ({
  ...told,
  kind: 'write',
  observation: observation(hop, changes.operation ?? 'upsert', progress),
  outcome: changes.outcome ?? 'succeeded',
  version,
  ...begun(changes.begunAfter),
})

/** `version` undefined: not found. */
export const aRead = (
  hop: string,
  version: number | undefined,
  progress: Progress,
  changes: { readonly begunAfter?: number } = {},
): JourneyEvent => ({
  ...told,
  kind: 'read',
  observation: observation(hop, 'point', progress),
  judgement: { verdict: 'unordered' },
  token: 'unclaimed',
  finding: undefined,
  claimedVersion: undefined,
  returnedVersion: version,
  ...begun(changes.begunAfter),
})

export const aCarry = (from: string, to: string, changes: { readonly begunAfter?: number } = {}): JourneyEvent => ({
  kind: 'carry',
  from,
  to,
  carrier: 'header',
  token: 'intact',
  tokenBytes: 0,
  ...begun(changes.begunAfter),
})

const progress = fc.record({
  configuration: fc.constantFrom(1, 1, 1, 2),
  lsn: fc.option(fc.nat(4), { nil: undefined, freq: 6 }),
})

const step = fc.record({
  kind: fc.constantFrom('write', 'write', 'read', 'read', 'read', 'carry'),
  hop: fc.constantFrom(...hops),
  to: fc.constantFrom(...hops),
  outcome: fc.constantFrom<WriteOutcome>('succeeded', 'succeeded', 'succeeded', 'indeterminate', 'refused'),
  operation: fc.constantFrom<OperationKind>('upsert', 'upsert', 'upsert', 'delete'),
  back: fc.nat(4),
  progress,
  earlyBy: fc.constantFrom(0, 0, 0, 1, 2),
})

/**
 * Any run of a few steps over three hops, answers of any state and progress: most of them no store could give, which is as
 * well. Versions grow from 3, so that there is something older than the run.
 */
export const history: fc.Arbitrary<readonly JourneyEvent[]> = fc
  .array(step, { minLength: 2, maxLength: 9 })
  .map((steps) => {
    let version = 2
    return steps.map(({ kind, hop, to, outcome, operation, back, progress: stood, earlyBy }, index): JourneyEvent => {
      const early = earlyBy === 0 ? {} : { begunAfter: Math.max(0, index - earlyBy) }
      if (kind === 'carry') return aCarry(hop, to, early)
      if (kind === 'write') return aWrite(hop, ++version, stood, { outcome, operation, ...early })
      const returned = version + 1 - back
      return aRead(hop, returned < 1 ? undefined : returned, stood, early)
    })
  })
