import { sweptValue } from '../plan-run.ts'
import type { TakeStep } from './step.ts'
import { writeNext } from './write.ts'

/**
 * The upload ends at the first write that is not acknowledged: to upload those after it would break the order in which
 * the user made them.
 */
export const goOffline: TakeStep<'offline'> = async (walk, { at, sweepMs, writes }) => {
  const { clock, plan, scenario, signal } = walk.options
  const offlineMs = sweptValue(sweepMs, plan, scenario.partitions)
  if (offlineMs > 0) await clock.sleep(offlineMs, signal)
  walk.tell({ kind: 'offline', hop: at, offlineMs, bufferedWrites: writes.length })
  for (const kind of writes) {
    if (signal.aborted || (await writeNext(walk, kind, at)) !== 'succeeded') return
  }
}
