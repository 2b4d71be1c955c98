import type { Clock } from '../base/clock.ts'
import type { Target } from '../cosmos/target.ts'
import type { TargetReadiness } from '../http/readiness.ts'
import { TargetWatch, type WatchEvents } from './target-watch.ts'

export interface OpenWatches {
  readonly byTarget: ReadonlyMap<string, TargetWatch>
  /** How each target stands. */
  readiness(): TargetReadiness[]
}

/** A watch for each target, not started yet. */
export function openWatches(
  targets: ReadonlyMap<string, Target>,
  deps: { readonly clock: Clock; readonly provision: boolean; readonly events: WatchEvents },
): OpenWatches {
  const reached = new Set<string>()
  const events: WatchEvents = {
    ...deps.events,
    onUp: (name, account) => {
      reached.add(name)
      deps.events.onUp(name, account)
    },
  }
  const byTarget = new Map(
    [...targets].map(([name, target]) => [name, new TargetWatch(target, { ...deps, events })] as const),
  )
  return {
    byTarget,
    readiness: () =>
      [...byTarget].map(([name, watch]) => ({
        name,
        wasReached: reached.has(name),
        isUp: watch.isUp === true,
        problem: watch.problem?.message,
      })),
  }
}
