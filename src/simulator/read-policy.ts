import type { ConsistencyLevel } from '../protocol/consistency-level.ts'

/** What a read policy may look at: one range, as the asked region sees it now. */
export interface RangeView {
  /** The newest acknowledged commit. */
  readonly committedLsn: number
  /** The replica, 0 to 3, that chance sent the read to. */
  readonly chosen: number
  /** The progress that the session token demands of this range; undefined without a token for it. */
  readonly demandedLsn: number | undefined
  /** The LSN that one of the region's replicas has applied. */
  position(replica: number): number
  /** The oldest state that is still within the account's staleness bound. */
  boundLsn(): number
}

/** Which state of the log answers. Without `replica`: a quorum or a newer state than any single replica here has. */
export interface Served {
  readonly lsn: number
  readonly replica?: number
}

export const replicasPerRegion = 4

/** Consistency is a read policy over the replicas' positions; `not-yet` means that nobody here can answer so far. */
export const readPolicies: Readonly<Record<ConsistencyLevel, (view: RangeView) => Served | 'not-yet'>> = {
  Strong: (view) => ({ lsn: view.committedLsn }),
  BoundedStaleness: (view) => {
    const served = anyReplica(view)
    const boundLsn = view.boundLsn()
    return served.lsn >= boundLsn ? served : { lsn: boundLsn }
  },
  Session: (view) => {
    if (view.demandedLsn === undefined) return anyReplica(view)
    for (let i = 0; i < replicasPerRegion; i++) {
      const replica = (view.chosen + i) % replicasPerRegion
      const lsn = view.position(replica)
      if (lsn >= view.demandedLsn) return { lsn, replica }
    }
    return 'not-yet'
  },
  ConsistentPrefix: (view) => anyReplica(view),
  Eventual: (view) => anyReplica(view),
}

/** A replica applies the log in order, so even this is always a prefix of the writes. */
const anyReplica = (view: RangeView): Served => ({ lsn: view.position(view.chosen), replica: view.chosen })
