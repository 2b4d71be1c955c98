import type { StepFile } from './schema.ts'

/** The hop that each carry leaves: as written, or the hop of the nearest step before that has one. */
export function sendersOf(journey: readonly (StepFile | undefined)[]): (string | undefined)[] {
  let last: string | undefined
  return journey.map((step) => {
    const sender = step && 'carry' in step ? (step.from ?? last) : undefined
    if (step && 'carry' in step) last = step.to
    else if (step && 'at' in step) last = step.at
    return sender
  })
}
