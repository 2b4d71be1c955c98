import { afterRead, afterWrite, type DocumentVersion } from '../../domain/context.ts'
import { endpointFinding, endpointReadResult, endpointTokenState, endpointWriteOutcome } from '../../domain/endpoint.ts'
import type { Attempt, Observation, ReadResult } from '../../domain/observation.ts'
import { regionLabel } from '../../domain/scenario.ts'
import { isStale, judgeRead } from '../../domain/verdict.ts'
import type { WireToken } from '../../protocol/wire-token.ts'
import { afterAttempt } from '../document-pool.ts'
import type { Visit } from '../endpoint/visitor.ts'
import { afterAnswer, type HopSession, tokenToSend } from '../hop-session.ts'
import { seenVersion } from '../read-result.ts'
import { awaitVisibility } from '../visibility.ts'
import type { Walk } from '../walk.ts'
import type { StepOf, TakeStep } from './step.ts'

type RequestStep = StepOf<'request'>

/** A request to the user's own service: hopwatch sees what it answers and nothing of what it does. */
export const request: TakeStep<'request'> = (walk, step) =>
  step.does === 'write' ? write(walk, step) : read(walk, step)

async function write(walk: Walk, step: RequestStep): Promise<void> {
  const { plan, pool, clock } = walk.options
  const written: DocumentVersion = { version: walk.document.version + 1, present: step.request.method !== 'DELETE' }
  const begun = walk.eventCount
  const didNotHappen = written.present ? undefined : walk.beginDelete(written)
  const startedAtMs = clock.nowMs()
  const seen = await visit(walk, step, written.version)
  const { answer, attempts } = seen
  const outcome = endpointWriteOutcome(answer, step.request.expect)
  if (outcome === 'refused') didNotHappen?.()
  walk.document = afterAttempt(walk.document, written, outcome)
  if (outcome === 'indeterminate') {
    walk.doubt(written)
    pool.retire(plan.partition)
  }
  if (outcome === 'succeeded') walk.acknowledgedAtMs = clock.nowMs()
  const { token } = answer
  walk.updateSession(step.at, (session) =>
    keepShown(
      afterAnswer(session, afterWrite(session.ideal, walk.document.id, written, outcome, token?.parsed), token),
      token,
    ),
  )
  walk.tell({
    kind: 'write',
    observation: observed(walk, step, startedAtMs, seen, showing(attempts, { received: token })),
    region: regionLabel(walk.declaration(step.at)),
    outcome,
    version: written.version,
    requestUnits: 0,
    retries: [],
    begunAfter: walk.begunAfter(begun),
  })
}

async function read(walk: Walk, step: RequestStep): Promise<void> {
  const { owner, clock, scenario, signal } = walk.options
  const { at } = step
  const session = walk.session(at)
  const { id, version } = walk.document
  const claim = session.ideal.claims.get(id)
  const begun = walk.eventCount
  const resultOf = ({ answer }: Visit): ReadResult =>
    endpointReadResult(answer, step.request.expect, step.missing, owner)
  const observe = async () => {
    const startedAtMs = clock.nowMs()
    const seen = await visit(walk, step, version)
    const attempts = showing(seen.attempts, { sent: seen.answer.token })
    const observation = observed(walk, step, startedAtMs, seen, attempts)
    return { seen, result: resultOf(seen), observation }
  }
  const { seen, result, observation } = await observe()
  const judgement = walk.judge('request', claim, result)
  const token = endpointTokenState(seen.answer.token, session.ideal, claim)
  walk.updateSession(at, (now) => ({ ...now, ideal: afterRead(now.ideal, id, seenVersion(result, owner), undefined) }))
  walk.tell({
    kind: 'read',
    observation,
    region: regionLabel(walk.declaration(at)),
    judgement,
    token,
    finding: endpointFinding(judgement.verdict, token, walk.consistency(at)),
    claimedVersion: claim?.certain?.version,
    returnedVersion: result.kind === 'found' ? result.version : undefined,
    ...(result.kind === 'found' && result.owner !== owner && { isAnotherWriters: true as const }),
    requestUnits: 0,
    retries: [],
    begunAfter: walk.begunAfter(begun),
  })
  if (!isStale(judgement.verdict) || !claim) return
  const event = await awaitVisibility({
    clock,
    withinMs: scenario.visibilityWithinMs,
    acknowledgedAtMs: walk.acknowledgedAtMs ?? clock.nowMs(),
    hop: at,
    region: regionLabel(walk.declaration(at)),
    signal,
    reread: observe,
    shows: (again) => judgeRead(claim, again.result, owner).verdict === 'fresh',
  })
  walk.tell(event)
}

function visit(walk: Walk, step: RequestStep, version: number): Promise<Visit> {
  const { endpoint } = walk.declaration(step.at)
  const values = {
    id: walk.options.id,
    key: walk.document.id,
    version,
    token: tokenToSend(walk.session(step.at))?.reveal(),
  }
  return walk.visitor.visit(endpoint ?? '', step.request, values, step.version, walk.options.signal)
}

const observed = (
  walk: Walk,
  { at }: RequestStep,
  startedAtMs: number,
  { answer, durationMs, spanId }: Visit,
  attempts: readonly Attempt[],
): Observation => ({
  hop: at,
  operation: 'request',
  documentId: walk.document.id,
  startedAtMs,
  durationMs,
  attempts,
  status: answer.status,
  substatus: undefined,
  spanId,
})

/** The token that the service shows belongs to its last answer. */
const showing = (attempts: readonly Attempt[], shown: Partial<Attempt>): readonly Attempt[] =>
  attempts.map((attempt, index) => (index === attempts.length - 1 ? { ...attempt, ...shown } : attempt))

/** The next request, and the next hop, get the token as `${run.token}`: a form of the service's own as it came. */
const keepShown = (session: HopSession, token: WireToken | undefined): HopSession =>
  token === undefined
    ? session
    : { ...session, delivered: session.delivered?.parsed && token.parsed ? session.delivered : token }
