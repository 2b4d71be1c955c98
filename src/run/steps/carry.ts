import { carryToken } from '../carry.ts'
import { afterCarry } from '../hop-session.ts'
import { andThen } from '../soon.ts'
import type { TakeStep } from './step.ts'

export const carry: TakeStep<'carry'> = (walk, step) => {
  const from = walk.session(step.from)
  const begun = walk.eventCount
  const { clock } = walk.options
  const startedAtMs = clock.nowMs()
  return andThen(carryToken(step, from, walk.options), ({ delivery, event }) => {
    // A user who did not arrive brought nothing, no claim either.
    if (event.cause !== 'hop-unreachable') walk.updateSession(step.to, (to) => afterCarry(to, from, delivery))
    walk.tell({ ...event, startedAtMs, durationMs: clock.nowMs() - startedAtMs, begunAfter: walk.begunAfter(begun) })
  })
}
