import { sweptValue } from '../plan-run.ts'
import type { TakeStep } from './step.ts'

export const wait: TakeStep<'wait'> = async (walk, { sweepMs }) => {
  const { clock, plan, scenario, signal } = walk.options
  const waitedMs = sweptValue(sweepMs, plan, scenario.partitions)
  if (waitedMs > 0) await clock.sleep(waitedMs, signal)
  walk.tell({ kind: 'wait', waitedMs })
}
