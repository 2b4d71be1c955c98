import type { RangeToken } from '../protocol/session-token.ts'
import type { IssuedToken, Lineage } from './lineage.ts'
import { type LogState, reaches, stateOf } from './log-state.ts'
import type { Region } from './topology.ts'

/** A configuration of a range with several write regions: who writes, and what had been committed before. */
interface VectorEpoch {
  readonly version: number
  readonly after: LogState
  readonly regions: readonly Pick<Region, 'id' | 'index'>[]
}

/**
 * Several logs, one a write region. A token names the local LSN of each region of its configuration; its global LSN is how many
 * commits the replica has applied, which grows with every component.
 */
export class VectorLineage implements Lineage {
  /** Regions that fall silent keep their logs. */
  readonly hasLost = false
  readonly #epochs: readonly VectorEpoch[]

  constructor(epochs: readonly VectorEpoch[]) {
    this.#epochs = epochs
  }

  get version(): number {
    return this.#epochs.at(-1)!.version
  }

  tokenAt(range: string, state: LogState): IssuedToken {
    const { version, regions } = this.#epochs.findLast(({ after }) => reaches(state, after)) ?? this.#epochs[0]!
    let text = `${range}:${version}#${state.lsn}`
    const locals: Record<string, number> = {}
    for (const { id, index } of regions) {
      const lsn = state.locals?.[index] ?? 0
      locals[id] = lsn
      text += `#${id}=${lsn}`
    }
    return { text, version, locals }
  }

  demand(token: RangeToken): LogState {
    const globalLsn = Math.max(0, Number(token.globalLsn))
    if (token.version === undefined || token.version < 1n) return { lsn: globalLsn }
    const version = Number(token.version)
    if (version > this.version) return { lsn: Number.POSITIVE_INFINITY }
    const epoch = this.#epochs.find((each) => each.version === version)
    const regions = epoch?.regions ?? this.#epochs.flatMap((each) => each.regions)
    // What was committed before the token's configuration belongs to it, named or not.
    const locals = [...(epoch?.after.locals ?? [])]
    for (const [id, lsn] of token.localLsns) {
      const region = regions.find((each) => each.id === Number(id))
      // A region that the configuration does not know will never make that progress.
      if (region === undefined) return { lsn: Number.POSITIVE_INFINITY }
      while (locals.length <= region.index) locals.push(0)
      locals[region.index] = Math.max(locals[region.index]!, Number(lsn))
    }
    return { lsn: Math.max(stateOf(locals).lsn, globalLsn), locals }
  }

  raised(version: number, after: LogState, regions: readonly Region[]): VectorLineage {
    return new VectorLineage([...this.#epochs, { version, after, regions: [...regions] }])
  }
}
