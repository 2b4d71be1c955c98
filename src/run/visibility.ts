import type { Clock } from '../base/clock.ts'
import type { VisibilityEvent } from '../domain/journey.ts'
import { type Observation, requestUnits } from '../domain/observation.ts'
import type { Soon } from './soon.ts'

/** Pauses between re-reads: dense at first, where replication usually ends, and sparse enough to stay cheap. */
const firstPauseMs = 5
const longestPauseMs = 500

interface Awaiting<Answer> {
  readonly clock: Clock
  readonly withinMs: number
  /** When the write was acknowledged, on `clock`. */
  readonly acknowledgedAtMs: number
  readonly hop: string
  readonly region: string
  readonly signal: AbortSignal
  reread(): Soon<Answer>
  shows(answer: Answer): boolean
}

/**
 * Re-reads after a stale read until the write shows. The time found is an upper bound: the write showed somewhere
 * between the last re-read that missed it and the first that saw it.
 */
export async function awaitVisibility<Answer extends { readonly observation: Observation }>(
  awaiting: Awaiting<Answer>,
): Promise<VisibilityEvent> {
  const { clock, withinMs, acknowledgedAtMs, hop, region, signal } = awaiting
  const untilMs = clock.nowMs() + withinMs
  const answers: Answer[] = []
  let visibleAfterMs: number | undefined
  for (
    let pauseMs = firstPauseMs;
    clock.nowMs() + pauseMs <= untilMs;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs)
  ) {
    await clock.sleep(pauseMs, signal)
    if (signal.aborted) break
    const answer = await awaiting.reread()
    answers.push(answer)
    if (awaiting.shows(answer)) {
      visibleAfterMs = clock.nowMs() - acknowledgedAtMs
      break
    }
  }
  const observations = answers.map((answer) => answer.observation)
  return {
    kind: 'visibility',
    hop,
    region,
    visibleAfterMs,
    observations,
    requestUnits: observations.reduce((sum, observation) => sum + requestUnits(observation), 0),
  }
}
