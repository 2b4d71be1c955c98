/** Where a request points: the resource types along its path and the decoded names between them. */
export interface ResourcePath {
  /** The types with `:` for each name, such as `dbs/:/colls/:/docs`: the key of the route table. Empty for the account. */
  readonly shape: string
  /** Decoded, one a type, in order; a feed's last type has none. */
  readonly names: readonly string[]
  /** The last type, as the client signs it: `docs`, `colls` … Empty for the account. */
  readonly resourceType: string
  /** The decoded link that the client signs: the resource's own, or for a feed its parent's. */
  readonly signedLink: string
}

/**
 * Reads a request target by hand (no URL object, no pattern: this runs for every request).
 * The SDK sends double slashes at times, so empty segments count for nothing; a query string is ignored.
 * Undefined when a name is not valid percent-encoding.
 */
export function parsePath(target: string): ResourcePath | undefined {
  const end = endOfPath(target)
  let shape = ''
  let resourceType = ''
  let link = ''
  let parentLink = ''
  const names: string[] = []
  let isType = true
  let start = 0
  while (start < end) {
    let stop = target.indexOf('/', start)
    if (stop < 0 || stop > end) stop = end
    if (stop > start) {
      const segment = target.slice(start, stop)
      if (isType) {
        parentLink = link
        resourceType = segment
        shape = shape === '' ? segment : `${shape}/${segment}`
        link = link === '' ? segment : `${link}/${segment}`
      } else {
        const name = decode(segment)
        if (name === undefined) return undefined
        names.push(name)
        shape += '/:'
        link += `/${name}`
      }
      isType = !isType
    }
    start = stop + 1
  }
  return { shape, names, resourceType, signedLink: isType ? link : parentLink }
}

function endOfPath(target: string): number {
  const question = target.indexOf('?')
  return question < 0 ? target.length : question
}

function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
