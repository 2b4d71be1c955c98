import { formatDuration } from '../../base/duration.ts'
import type { StepFile } from '../schema.ts'
import { atKey, atValue, type Draft, type Rule } from './rule.ts'

const hasBoth: Rule = ({ every, cron }) =>
  every !== undefined && cron !== undefined
    ? [atKey(['cron'], 'both "every" and "cron" say when runs start', 'keep one of them')]
    : []

const jitterFits: Rule = ({ every, cron, jitter }) => {
  if (jitter === undefined) return []
  if (cron !== undefined && every === undefined)
    return [atKey(['jitter'], '"jitter" belongs to "every"; "cron" names exact times', 'leave it out')]
  return every !== undefined && 'ms' in jitter && jitter.ms > every
    ? [atValue(['jitter'], 'the jitter is longer than the period', `write ${formatDuration(every)} or less`)]
    : []
}

const timezoneFits: Rule = ({ every, cron, timezone }) =>
  timezone !== undefined && every !== undefined && cron === undefined
    ? [atKey(['timezone'], '"timezone" belongs to "cron"; "every" counts from the start', 'leave it out')]
    : []

/** A run that cannot end in time would be abandoned every time. */
const deadlineSuffices: Rule = ({ deadline, journey, visibility, arms }) => {
  const needMs = longestWaitsMs(journey, arms) + (visibility?.within ?? 0)
  return deadline !== undefined && deadline <= needMs
    ? [
        atValue(
          ['deadline'],
          `the deadline of ${formatDuration(deadline)} leaves no time for ${formatDuration(needMs)} of waits and re-reads`,
          'write a longer deadline, or shorten the waits or "visibility: { within }"',
        ),
      ]
    : []
}

const longestWaitsMs = (steps: readonly (StepFile | undefined)[] = [], arms?: Draft['arms']): number =>
  steps.reduce((sum, step) => sum + (step === undefined ? 0 : longestStepMs(step, arms)), 0)

/** Branches wait at the same time. In a workaround each read may be a poll. */
function longestStepMs(step: StepFile, arms: Draft['arms']): number {
  if ('parallel' in step) return Math.max(...step.parallel.map((steps) => longestWaitsMs(steps, arms)))
  if ('wait' in step) return longestMs(step.wait)
  if ('offline' in step) return longestMs(step.offline)
  if ('poll' in step) return step.within
  if ('read' in step) return arms?.workaround?.reads?.within ?? 0
  return 'carry' in step ? longestMs(step.delay) : 0
}

const longestMs = (times: number | readonly number[] = 0): number => Math.max(...[times].flat())

/** A probe document that expires within its run would look like a lost write. */
const ttlSuffices: Rule = ({ ttl, deadline, visibility }) => {
  if (ttl === undefined) return []
  if (ttl % 1000 !== 0) return [atValue(['ttl'], 'Cosmos DB counts the ttl in whole seconds', 'write whole seconds')]
  const needMs = (deadline ?? 0) + (visibility?.within ?? 0)
  return ttl <= needMs
    ? [
        atValue(
          ['ttl'],
          `a probe document of ttl ${formatDuration(ttl)} could expire within its run`,
          `write more than ${formatDuration(needMs)}, the deadline and the time for re-reads together`,
        ),
      ]
    : []
}

export const timeRules: readonly Rule[] = [hasBoth, jitterFits, timezoneFits, deadlineSuffices, ttlSuffices]
