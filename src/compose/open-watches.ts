import type { Clock } from '../base/clock.ts'
import type { Target } from '../cosmos/target.ts'
import type { TargetReadiness, TroubledScenario } from '../http/readiness.ts'
import { TargetWatch, type WatchEvents } from './target-watch.ts'

export interface OpenWatches {
  readonly byTarget: ReadonlyMap<string, TargetWatch>
  /** How each target stands, and which scenarios' containers do not. */
  readiness(): { readonly targets: readonly TargetReadiness[]; readonly troubled: readonly TroubledScenario[] }
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
    readiness: () => ({
      targets: [...byTarget].map(([name, watch]) => ({
        name,
        wasReached: reached.has(name),
        isUp: watch.isUp === true,
        problem: watch.problem?.message,
      })),
      troubled: [...byTarget.values()].flatMap(({ troubled }) => troubled),
    }),
  }
}
