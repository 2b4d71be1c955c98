import type { StepFile } from './schema.ts'
import type { Path } from './yaml-file.ts'

/** A step with its place in the file. Those of branches follow the step that holds them. */
export interface PlacedStep {
  readonly step: StepFile
  readonly path: Path
  /** Of a carry: the hop that it leaves, as written or the hop of the nearest step before that has one. */
  readonly sender: string | undefined
  /** Empty outside branches. Steps of different branches happen in no order. */
  readonly branch: string
  /** A step before it is wrong in itself. */
  readonly isAfterBroken: boolean
}

export function placedSteps(journey: readonly (StepFile | undefined)[] = []): PlacedStep[] {
  const placed: PlacedStep[] = []
  let isAfterBroken = false
  const walk = (steps: readonly (StepFile | undefined)[], path: Path, branch: string, before: string | undefined) => {
    let last = before
    for (const [index, step] of steps.entries()) {
      if (step === undefined) {
        isAfterBroken = true
        continue
      }
      const at = [...path, index]
      const sender = 'carry' in step ? (step.from ?? last) : undefined
      placed.push({ step, path: at, sender, branch, isAfterBroken })
      last = hopAfter(step) ?? last
      if (!('parallel' in step)) continue
      const ends = step.parallel.map((steps, number) =>
        walk(steps, [...at, 'parallel', number], `${at.join('/')}/${number}`, last),
      )
      // Where the branches end at different hops, nobody can tell where the user goes on.
      last = ends.every((end) => end === ends[0]) ? ends[0] : undefined
    }
    return last
  }
  walk(journey, ['journey'], '', undefined)
  return placed
}

/** Where the user is after a step; undefined: where they were. */
function hopAfter(step: StepFile): string | undefined {
  if ('carry' in step) return step.to
  return 'at' in step ? step.at : undefined
}

/** What a step writes to the probe document, in order. */
export const writesOf = (step: StepFile): readonly string[] => {
  if ('write' in step) return [step.write]
  if ('loseResponse' in step) return [step.loseResponse]
  return 'offline' in step ? step.writes : []
}

/** Whether a step writes, or reads, be it at Cosmos DB or at a service of the user's own. */
export const does = (step: StepFile, deed: 'write' | 'read'): boolean =>
  ('request' in step && step.does === deed) ||
  (deed === 'write' ? writesOf(step).length > 0 : 'read' in step || 'poll' in step)
