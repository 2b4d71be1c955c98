import { afterRead } from '../../domain/context.ts'
import type { PollOutcome } from '../../domain/journey.ts'
import { requestUnits } from '../../domain/observation.ts'
import { retriesOf } from '../../domain/retries.ts'
import { regionLabel } from '../../domain/scenario.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { HopAnswer } from '../hop.ts'
import { afterAnswer } from '../hop-session.ts'
import { readResult, seenVersion } from '../read-result.ts'
import type { TakeStep } from './step.ts'

/** What the last try says of the whole poll. */
const outcomes: Record<Verdict, PollOutcome> = {
  fresh: 'shown',
  stale: 'not-shown',
  missing: 'not-shown',
  failed: 'failed',
  undetermined: 'undetermined',
  unordered: 'undetermined',
}

/** Repeats the query until the write shows. Where there is nothing certain to wait for, one answer is all that it can do. */
export const poll: TakeStep<'poll'> = async (walk, { read: kind, at, everyMs, withinMs }) => {
  const { clock, owner, signal } = walk.options
  const { id } = walk.document
  const claim = walk.session(at).ideal.claims.get(id)
  const begun = walk.eventCount
  const startedAtMs = clock.nowMs()
  const answers: HopAnswer[] = []
  const hasTime = () => clock.nowMs() - startedAtMs + everyMs <= withinMs
  let goesOn: boolean
  let verdict: Verdict
  do {
    if (answers.length > 0) await clock.sleep(everyMs, signal)
    const answer = await walk.execute(at, { kind, id, partitionKey: walk.partitionKey })
    answers.push(answer)
    const result = readResult(answer)
    verdict = walk.judge(kind, claim, result).verdict
    walk.updateSession(at, (now) =>
      afterAnswer(
        now,
        afterRead(now.ideal, id, seenVersion(result, owner), answer.sessionToken?.parsed),
        answer.sessionToken,
      ),
    )
    goesOn = claim?.certain !== undefined && verdict !== 'fresh' && !signal.aborted && hasTime()
  } while (goesOn)
  const outcome = outcomes[verdict]
  const observations = answers.map(({ observation }) => observation)
  walk.tell({
    kind: 'poll',
    hop: at,
    region: regionLabel(walk.declaration(at)),
    operation: kind,
    outcome,
    shownAfterMs: outcome === 'shown' ? clock.nowMs() - startedAtMs : undefined,
    claimedVersion: claim?.certain?.version,
    observations,
    finding: outcome === 'not-shown' ? 'never-shown' : undefined,
    requestUnits: observations.reduce((sum, observation) => sum + requestUnits(observation), 0),
    retries: observations.flatMap(({ attempts }) => retriesOf(attempts)),
    begunAfter: walk.begunAfter(begun),
  })
}
