import { expect, test } from 'vitest'
import type { StoreRequest } from '../domain/document-store.ts'
import type { CarryEvent, FinishedRun, ReadEvent } from '../domain/journey.ts'
import type { Attempt } from '../domain/observation.ts'
import type { JournalEntry } from '../simulator/journal.ts'
import { operationEvidence } from './evidence.ts'
import { Oracle } from './oracle.ts'

/**
 * A write at LSN 1 and 2, then a read under a token that a replica at `servedLsn` answered. `carried`: a canary on its way to the
 * read; its token is refused, and the replica answers a second try without any.
 */
function history(
  servedLsn: number,
  tokenLsn: number | undefined,
  returnedVersion: number,
  carried?: Pick<CarryEvent, 'token' | 'cause'>,
) {
  const written: Attempt[] = []
  const read: Attempt[] = []
  const commit = (lsn: number): JournalEntry => ({
    kind: 'commit',
    atMs: 0,
    container: 'c',
    range: '0',
    lsn,
    version: 1,
    partitionKey: 'p',
    id: 'doc',
    itemVersion: lsn,
    deleted: false,
  })
  const request = (operation: 'upsertItem' | 'readItem', lsn: number, token: number | undefined): JournalEntry => ({
    kind: 'request',
    atMs: 0,
    operation,
    region: 'here',
    status: 200,
    served: [{ range: '0', version: 1, lsn, locals: { 1: lsn } }],
    ...(token !== undefined && { token: [{ range: '0', version: 1, lsn: token, locals: { 1: token } }] }),
  })
  const seenOfRead =
    carried === undefined
      ? [request('readItem', servedLsn, tokenLsn)]
      : [
          { ...request('readItem', servedLsn, tokenLsn), status: 404, substatus: 1002 } as JournalEntry,
          request('readItem', servedLsn, undefined),
        ]
  const evidence = new Map([
    [written, operationEvidence([commit(2), request('upsertItem', 2, undefined)])],
    [read, operationEvidence(seenOfRead)],
  ])
  const oracle = new Oracle({ levelOf: () => 'Session', issuesTokens: true, tellsAncestry: true })
  oracle.hear(commit(1), asked('upsert', 1))
  oracle.hear(commit(2), asked('upsert', 2))
  for (const entry of seenOfRead) oracle.hear(entry, asked('point'))
  const observation = (attempts: readonly Attempt[], operation: 'upsert' | 'point') => ({
    hop: 'hop',
    operation,
    documentId: 'doc',
    startedAtMs: 0,
    durationMs: 0,
    attempts,
    status: 200,
    substatus: undefined,
  })
  const told = ({ violations, ...judged }: Judged): FinishedRun => ({
    id: 'run',
    scenario: 's',
    arm: carried === undefined ? 'propagated' : 'canary',
    carriesToken: true,
    startedAtWallMs: 0,
    durationMs: 0,
    scheduleLagMs: 0,
    result: 'kept',
    finding: undefined,
    violations,
    problem: undefined,
    events: [
      {
        kind: 'write',
        observation: observation(written, 'upsert'),
        region: 'here',
        outcome: 'succeeded',
        version: 2,
        requestUnits: 0,
        retries: [],
      },
      ...(carried === undefined
        ? []
        : [{ kind: 'carry', from: 'hop', to: 'hop', carrier: 'message', tokenBytes: 1, ...carried } as const]),
      {
        kind: 'read',
        observation: observation(read, 'point'),
        region: 'here',
        claimedVersion: 2,
        returnedVersion,
        requestUnits: 0,
        retries: [],
        ...judged,
      },
    ],
  })
  return {
    check: (judged: Judged) => oracle.check(told(judged), evidence).map(({ what, truth }) => `${what} ${truth}`),
  }
}

const asked = (kind: 'upsert' | 'point', version = 0): StoreRequest => {
  const where = { id: 'doc', partitionKey: ['p'], sessionToken: undefined, consistency: 'Session' } as const
  return kind === 'point'
    ? { ...where, kind }
    : { ...where, kind, document: { ...where, version, owner: 'o', run: 'earlier', ttlSeconds: 1 } }
}

type Judged = Pick<ReadEvent, 'judgement' | 'token' | 'finding' | 'canary'> & Pick<FinishedRun, 'violations'>

const kept: Judged = { judgement: { verdict: 'fresh' }, token: 'intact', finding: 'kept', violations: [] }
const step = (step: number, operation: 'upsert' | 'point', version: number) => ({
  step,
  hop: 'hop',
  operation,
  version,
})
const lost: Judged = {
  judgement: { verdict: 'stale', versionsBehind: 1 },
  token: 'lost',
  finding: 'token-loss-seen',
  violations: [{ guarantee: 'read-your-writes', witness: [step(0, 'upsert', 2), step(1, 'point', 1)] }],
}

test('agrees with what is true', () => {
  expect(history(2, 2, 2).check(kept)).toEqual([])
  expect(history(1, undefined, 1).check(lost)).toEqual([])
})

test('finds a stale read that was called fresh, and a lost token that was called intact', () => {
  expect(history(1, undefined, 1).check(kept)).toEqual([
    'verdict stale',
    'token lost',
    'finding token-loss-seen',
    'read-your-writes violated',
  ])
})

test('finds a false alarm', () => {
  expect(history(2, 2, 2).check(lost)).toEqual([
    'verdict fresh',
    'versions behind 0',
    'token intact',
    'finding kept',
    'read-your-writes kept',
  ])
})

test('finds a token behind that was called intact, and the other way round', () => {
  expect(history(2, 1, 2).check(kept)).toEqual(['token behind', 'finding token-loss-latent'])
  expect(history(2, 3, 2).check({ ...kept, token: 'behind', finding: 'token-loss-latent' })).toEqual([
    'token intact',
    'finding kept',
  ])
})

test('takes a canary for lost where a queue brought that of an earlier run, for another range than the one that was sent', () => {
  const missed: Judged = { ...kept, token: 'dropped', finding: 'canary-lost', canary: 'lost' }
  expect(history(2, 1e12, 2, { token: 'foreign', cause: 'kept-older' }).check(missed)).toEqual([])
  const answered = ['canary answered', 'finding undefined']
  expect(history(2, 1e12, 2, { token: 'intact', cause: undefined }).check(missed)).toEqual(answered)
  expect(history(2, 1e12, 2, { token: 'behind', cause: 'kept-older' }).check(missed)).toEqual(answered)
})

test('finds a wrong count of versions', () => {
  const wrong: Judged = { ...lost, judgement: { verdict: 'stale', versionsBehind: 2 } }
  expect(history(1, undefined, 1).check(wrong)).toEqual(['versions behind 1'])
})

test('finds an answer that no replica held', () => {
  expect(history(1, 2, 2).check(kept)[0]).toBe('verdict impossible: the replica held 1')
})
