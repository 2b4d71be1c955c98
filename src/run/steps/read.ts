import { canaryFinding, canaryState } from '../../domain/canary.ts'
import { afterRead, type Claim } from '../../domain/context.ts'
import { findingOf } from '../../domain/finding.ts'
import { requestUnits } from '../../domain/observation.ts'
import { retriesOf } from '../../domain/retries.ts'
import { regionLabel } from '../../domain/scenario.ts'
import { tokenState } from '../../domain/token-state.ts'
import { isStale, judgeRead } from '../../domain/verdict.ts'
import type { HopAnswer, HopOperation } from '../hop.ts'
import { afterAnswer, type HopSession, tokenToSend } from '../hop-session.ts'
import { readResult, seenVersion } from '../read-result.ts'
import { andThen, type Soon } from '../soon.ts'
import { awaitVisibility } from '../visibility.ts'
import type { Walk } from '../walk.ts'
import { poll } from './poll.ts'
import type { StepOf, TakeStep } from './step.ts'

export const read: TakeStep<'read'> = (walk, step, takeAll) => {
  const { instead } = walk.options.plan.arm
  return instead?.kind === 'poll'
    ? poll(walk, { ...instead, kind: 'poll', at: step.at }, takeAll)
    : readOnce(walk, step)
}

function readOnce(walk: Walk, step: StepOf<'read'>): Soon<unknown> {
  const { read: kind, at } = step
  const session = walk.session(at)
  const { id } = walk.document
  const claim = session.ideal.claims.get(id)
  const begun = walk.eventCount
  const operation: HopOperation = { kind, id, partitionKey: walk.partitionKey, changesOf: walk.changes }
  return andThen(walk.execute(at, operation), (answer) => {
    const isMissed = judgeAnswer(walk, step, { session, claim, begun }, answer)
    return isMissed && claim ? showInTime(walk, operation, at, claim, session) : undefined
  })
}

/** What a reader knew when it read. */
interface Begun {
  readonly session: HopSession
  readonly claim: Claim | undefined
  /** So many events had happened. */
  readonly begun: number
}

/** Tells what came of a read. Returns whether it missed what it should have shown. */
function judgeAnswer(walk: Walk, { read: kind, at }: StepOf<'read'>, knew: Begun, answer: HopAnswer): boolean {
  const { session, claim, begun } = knew
  const { owner } = walk.options
  const { id } = walk.document
  const { attempts } = answer.observation
  const result = readResult(answer)
  const judgement = walk.judge(kind, claim, result)
  const token = tokenState(attempts, session.ideal, claim, answer.ancestry)
  const canary =
    session.canary && canaryState(attempts, session.canary, claim?.range, walk.consistency(at), answer.ancestry)
  walk.updateSession(at, (now) =>
    afterAnswer(
      now,
      afterRead(now.ideal, id, seenVersion(result, owner), answer.sessionToken?.parsed),
      answer.sessionToken,
    ),
  )
  walk.tell({
    kind: 'read',
    observation: answer.observation,
    region: regionLabel(walk.declaration(at)),
    judgement,
    token,
    // What a read with an impossible token comes back with says nothing about the token that it should have had.
    finding: canary ? canaryFinding(canary) : findingOf(judgement.verdict, token, walk.consistency(at)),
    claimedVersion: claim?.certain?.version,
    returnedVersion: result.kind === 'found' ? result.version : undefined,
    isAnotherWriters: result.kind === 'found' && result.owner !== owner ? true : undefined,
    requestUnits: requestUnits(answer.observation),
    retries: retriesOf(attempts),
    canary,
    begunAfter: walk.begunAfter(begun),
  })
  return isStale(judgement.verdict) && !canary
}

async function showInTime(
  walk: Walk,
  operation: HopOperation,
  at: string,
  claim: Claim,
  session: HopSession,
): Promise<void> {
  const { clock, owner, scenario, signal } = walk.options
  const event = await awaitVisibility({
    clock,
    withinMs: scenario.visibilityWithinMs,
    acknowledgedAtMs: walk.acknowledgedAtMs ?? clock.nowMs(),
    hop: at,
    region: regionLabel(walk.declaration(at)),
    signal,
    // As the reader would on a refresh: with the same token as the stale read had.
    reread: () => walk.execute(at, operation, tokenToSend(session)),
    shows: (answer) => judgeRead(claim, readResult(answer), owner).verdict === 'fresh',
  })
  walk.tell(event)
}
