import { sweptValue } from '../plan-run.ts'
import { andThen } from '../soon.ts'
import type { TakeStep } from './step.ts'

export const wait: TakeStep<'wait'> = (walk, { sweepMs }) => {
  const { clock, plan, scenario, signal } = walk.options
  const waitedMs = sweptValue(sweepMs, plan, scenario.partitions)
  const slept = waitedMs > 0 ? clock.sleep(waitedMs, signal) : undefined
  return andThen(slept, () => walk.tell({ kind: 'wait', waitedMs }))
}
