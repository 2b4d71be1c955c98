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
export const withProgress = (known: Progress, more: Progress): Progress =>
  more.length === 0 ? known : known.length === 0 && more.length === 1 ? more : more.reduce(withPosition, known)

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
  const locals = { ...left.locals }
  for (const [region, lsn] of Object.entries(right.locals)) locals[region] = Math.max(locals[region] ?? lsn, lsn)
  return { ...left, lsn: Math.max(left.lsn, right.lsn), locals }
}

/** What stood on the wire against what was needed. */
export function compareProgress(sent: Position | undefined, needed: Position | undefined): string {
  if (sent === undefined) return 'foreign'
  if (needed === undefined) return 'intact'
  // A region that a newer configuration does not name has left; under the same one, not to name it is to demand less.
  const isNewer = sent.version > needed.version
  const reaches = ([region, lsn]: [string, number]) => (sent.locals[region] ?? (isNewer ? lsn : -1)) >= lsn
  const reachesAll = sent.lsn >= needed.lsn && Object.entries(needed.locals).every(reaches)
  if (sent.version >= needed.version && reachesAll) return 'intact'
  return isNewer ? 'unknown' : 'behind'
}
