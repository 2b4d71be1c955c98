import type { RangeToken } from '../protocol/session-token.ts'
import type { LogState } from './log-state.ts'
import { demandedLsn, type Epoch, epochAt } from './session-demand.ts'
import type { Region } from './topology.ts'

/** A token as it stands on an answer, and as the journal tells it. */
export interface IssuedToken {
  readonly text: string
  readonly version: number
  /** Region id → local LSN. */
  readonly locals: Readonly<Record<string, number>>
}

/** The configurations that a range has lived through, and so what its session tokens say and demand. Immutable. */
export interface Lineage {
  /** The present one's number. */
  readonly version: number
  /** The token of a replica in this state: it shows the newest configuration before which it has applied everything. */
  tokenAt(range: string, state: LogState): IssuedToken
  /** What a replica must have applied before it may answer under this token; LSNs may be infinite. */
  demand(token: RangeToken): LogState
  /** Whether some configuration began with commits lost, so that older tokens may name progress that is no more. */
  readonly hasLost: boolean
  /** A new configuration after everything in `after`. `keepsAll`: nothing was lost by it. */
  raised(version: number, after: LogState, regions: readonly Region[], keepsAll: boolean): Lineage
}

/** One log: its configurations differ in the write region. */
export class SingleLineage implements Lineage {
  readonly #epochs: readonly Epoch[]

  constructor(epochs: readonly Epoch[]) {
    this.#epochs = epochs
  }

  get version(): number {
    return this.#epochs.at(-1)!.version
  }

  tokenAt(range: string, { lsn }: LogState): IssuedToken {
    const { version, writeRegionId } = epochAt(this.#epochs, lsn)
    return {
      text: `${range}:${version}#${lsn}#${writeRegionId}=${lsn}`,
      version,
      locals: { [writeRegionId]: lsn },
    }
  }

  demand(token: RangeToken): LogState {
    return { lsn: demandedLsn(token, this.#epochs) }
  }

  get hasLost(): boolean {
    return this.#epochs.slice(1).some(({ keepsAll }) => keepsAll !== true)
  }

  raised(version: number, after: LogState, _: readonly Region[], keepsAll: boolean): SingleLineage {
    const { writeRegionId } = this.#epochs.at(-1)!
    const next = { version, fromLsn: after.lsn + 1, writeRegionId, ...(keepsAll && { keepsAll }) }
    return new SingleLineage([...this.#epochs, next])
  }

  /** The writes move, and the log goes on after `keptLsn`. */
  moved(version: number, keptLsn: number, writeRegionId: number, losesCommits: boolean): SingleLineage {
    const survived = this.#epochs.map((epoch) => ({ ...epoch, fromLsn: Math.min(epoch.fromLsn, keptLsn + 1) }))
    const next = { version, fromLsn: keptLsn + 1, writeRegionId, ...(!losesCommits && { keepsAll: true as const }) }
    return new SingleLineage([...survived, next])
  }
}
