import type { RangeToken } from '../protocol/session-token.ts'

/** From `fromLsn` on, a range's log is written under this configuration. Epochs follow each other in LSN and in version. */
export interface Epoch {
  readonly version: number
  readonly fromLsn: number
  readonly writeRegionId: number
  /** Nothing was lost when it began, so that older versions' tokens still bind in full. */
  readonly keepsAll?: true
}

/**
 * The configuration that a replica shows: the newest one for which it has applied everything committed before it.
 * The change travels in the log, so that no replica can claim the new version with an old state.
 */
export function epochAt(epochs: readonly Epoch[], appliedLsn: number): Epoch {
  for (let i = epochs.length - 1; i > 0; i--) if (epochs[i]!.fromLsn - 1 <= appliedLsn) return epochs[i]!
  return epochs[0]!
}

/**
 * The LSN that a replica must have applied before it may answer a read under this token; Infinity when no replica ever will
 * without further commits or topology changes. Of an older version's progress only the part that survived into the newer
 * versions can be asked for. A version older than all of them is another container's, of the same name before: nothing
 * survived of it, and its LSN is taken at its word, as one without a version is (simple form, `-1#…`).
 * Under one version it agrees with `rangeTokenCovers` of the token that the replica itself would emit.
 */
export function demandedLsn(token: RangeToken, epochs: readonly Epoch[]): number {
  const globalLsn = Math.max(0, Number(token.globalLsn))
  if (token.version === undefined || token.version < 1n) return globalLsn
  const version = Number(token.version)
  const newest = epochs.at(-1)!
  if (version > newest.version) return Number.POSITIVE_INFINITY
  let lsn = globalLsn
  for (let index = 0; index < epochs.length; index++) {
    const epoch = epochs[index]!
    if (epoch.version === version) {
      for (const [region, localLsn] of token.localLsns) {
        lsn = Math.max(lsn, Number(region) === epoch.writeRegionId ? Number(localLsn) : Number.POSITIVE_INFINITY)
      }
      lsn = Math.max(lsn, epoch.fromLsn - 1)
    } else if (index > 0 && epoch.version > version && epoch.keepsAll !== true) {
      lsn = Math.min(lsn, epoch.fromLsn - 1)
    }
  }
  return lsn
}
