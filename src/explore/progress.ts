/** Progress in one range's log, as a token tells it. */
export interface Position {
  readonly range: string
  readonly version: number
  readonly lsn: number
  readonly locals: Readonly<Record<string, number>>
}

/** At most one position a range. */
export type Progress = readonly Position[]

/** With each of `more`, the further one where both tell of a range. */
export function withProgress(known: Progress, more: Progress): Progress {
  if (known.length === 0 && more.length === 1) return more
  let progress = known
  for (const position of more) progress = withPosition(progress, position)
  return progress
}

function withPosition(known: Progress, position: Position): Progress {
  const index = known.findIndex(({ range }) => range === position.range)
  if (index < 0) return [...known, position]
  const further = newer(known[index], position)
  return further === known[index] ? known : known.with(index, further)
}

/** What `progress` tells of the ranges that count: of a range, and of those that it came from. */
export const progressIn = (progress: Progress, counts: (range: string) => boolean): Position | undefined =>
  progress.reduce<Position | undefined>((best, each) => (counts(each.range) ? newer(best, each) : best), undefined)

/** A newer configuration's progress stands by itself; within one, the larger of each component. */
function newer(left: Position | undefined, right: Position): Position {
  if (left === undefined) return right
  if (left.version !== right.version) return left.version > right.version ? left : right
  if (contains(left, right)) return left
  const locals = { ...left.locals }
  for (const region in right.locals) {
    const lsn = right.locals[region]!
    locals[region] = Math.max(locals[region] ?? lsn, lsn)
  }
  return { range: left.range, version: left.version, lsn: Math.max(left.lsn, right.lsn), locals }
}

/** Most answers tell nothing new. */
function contains(left: Position, right: Position): boolean {
  if (left.lsn < right.lsn) return false
  for (const region in right.locals) if (!(left.locals[region]! >= right.locals[region]!)) return false
  return true
}

/** What stood on the wire against what was needed. */
export function compareProgress(sent: Position | undefined, needed: Position | undefined): string {
  if (sent === undefined) return 'foreign'
  if (needed === undefined) return 'intact'
  // A region that a newer configuration does not name has left; under the same one, not to name it is to demand less.
  const isNewer = sent.version > needed.version
  const reaches = (region: string) => {
    const lsn = needed.locals[region]!
    return (sent.locals[region] ?? (isNewer ? lsn : -1)) >= lsn
  }
  const reachesAll = sent.lsn >= needed.lsn && Object.keys(needed.locals).every(reaches)
  if (sent.version >= needed.version && reachesAll) return 'intact'
  return isNewer ? 'unknown' : 'behind'
}
