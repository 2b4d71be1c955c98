import type { ConsistencyLevel } from '../protocol/consistency-level.ts'
import { joinStates, type LogState, reaches } from './log-state.ts'

/** What a read policy may look at: one range, as the asked region sees it now. */
export interface RangeView {
  /** Everything acknowledged. */
  newest(): LogState
  /** The replica, 0 to 3, that chance sent the read to. */
  readonly chosen: number
  /** What the session token demands of this range; undefined without a token for it. */
  readonly demand: LogState | undefined
  /** What one of the region's replicas has applied. */
  position(replica: number): Served
  /** The oldest state that is still within the account's staleness bound. */
  bound(): LogState
}

/** Which state of the log answers. Without `replica`: a quorum or a newer state than any single replica here has. */
export interface Served extends LogState {
  readonly replica?: number | undefined
}

export const replicasPerRegion = 4

/** Consistency is a read policy over the replicas' positions; `not-yet` means that nobody here can answer so far. */
export const readPolicies: Readonly<Record<ConsistencyLevel, (view: RangeView) => Served | 'not-yet'>> = {
  Strong: (view) => view.newest(),
  BoundedStaleness: (view) => {
    const served = anyReplica(view)
    const bound = view.bound()
    return reaches(served, bound) ? served : joinStates(served, bound)
  },
  Session: (view) => {
    if (view.demand === undefined) return anyReplica(view)
    for (let i = 0; i < replicasPerRegion; i++) {
      const served = view.position((view.chosen + i) % replicasPerRegion)
      if (reaches(served, view.demand)) return served
    }
    return 'not-yet'
  },
  ConsistentPrefix: (view) => anyReplica(view),
  Eventual: (view) => anyReplica(view),
}

/** A replica applies the log in order, so even this is always a prefix of the writes. */
const anyReplica = (view: RangeView): Served => view.position(view.chosen)
