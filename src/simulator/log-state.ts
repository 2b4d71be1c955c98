/**
 * How much of a range has been applied. With one write region the range has one log, and `lsn` says it all. With several it has
 * one log a region: `locals` tells how much of each, by the region's index, and `lsn` how many commits that is together.
 */
export interface LogState {
  readonly lsn: number
  readonly locals?: readonly number[] | undefined
}

/** Where a commit stands: its LSN in one of the range's logs. */
export interface LogPosition {
  /** 0 with one write region, else the index of the region that wrote it. */
  readonly log: number
  readonly lsn: number
}

/** Whether the commit is among what the state has applied. */
export const shows = ({ lsn, locals }: LogState, commit: LogPosition): boolean =>
  commit.lsn <= (locals === undefined ? lsn : (locals[commit.log] ?? 0))

/** Whether the state has everything that the other one has, or demands. */
export const reaches = ({ lsn, locals }: LogState, other: LogState): boolean =>
  lsn >= other.lsn &&
  (other.locals === undefined || other.locals.every((otherLsn, log) => (locals?.[log] ?? 0) >= otherLsn))

export const stateOf = (locals: readonly number[]): LogState => ({
  lsn: locals.reduce((sum, lsn) => sum + lsn, 0),
  locals,
})

export function isSameState(left: LogState, right: LogState): boolean {
  if (left === right) return true
  if (left.lsn !== right.lsn || left.locals?.length !== right.locals?.length) return false
  return left.locals === undefined || left.locals.every((lsn, log) => lsn === right.locals![log])
}

/** The least state that has what both have. */
export function joinStates(left: LogState, right: LogState): LogState {
  if (left.locals === undefined || right.locals === undefined) return left.lsn >= right.lsn ? left : right
  const length = Math.max(left.locals.length, right.locals.length)
  return stateOf(Array.from({ length }, (_, log) => Math.max(left.locals?.[log] ?? 0, right.locals?.[log] ?? 0)))
}
