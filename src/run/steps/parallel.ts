import type { TakeStep } from './step.ts'

/** A hop that two branches use learns from both; what a read may claim is what its hop knew when it began. */
export const parallel: TakeStep<'parallel'> = async (walk, { branches }, takeAll) => {
  await Promise.all(branches.map(async (steps) => takeAll(steps)))
  if (!walk.options.signal.aborted) walk.tell({ kind: 'parallel', branches: branches.length })
}
