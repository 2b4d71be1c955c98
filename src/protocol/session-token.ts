import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { remember } from './remember.ts'

/**
 * Progress within one partition key range.
 * Vector form `version#globalLSN#region=localLSN…` (also without regions: `-1#9`); simple form `lsn`, which has no version.
 * LSNs are 64-bit on the service, hence bigint.
 */
export interface RangeToken {
  /** Configuration number of the range; raised by each topology change. Absent in the simple form. */
  readonly version: bigint | undefined
  readonly globalLsn: bigint
  /** Region id → local LSN, in the order received. */
  readonly localLsns: ReadonlyMap<string, bigint>
}

/** How two tokens of the same range stand to each other. */
export type Order = 'equal' | 'ahead' | 'behind' | 'incomparable'

/** All ancestors of a range, nearest first: after a split, progress in the parent counts for its children. */
export type Ancestry = (range: string) => readonly string[]
const noAncestors: Ancestry = () => []

/** A malformed token is a value: `problem` says what is wrong without repeating the token. */
export type ParsedSessionToken = { readonly token: SessionToken } | { readonly problem: string }

/**
 * A session token: `range:token` pairs, one container's. Immutable.
 * It prints as presence and size only; `reveal()` is the one way to the text, for the wire and the carriers.
 */
export class SessionToken {
  static readonly empty = new SessionToken(new Map())

  readonly #ranges: ReadonlyMap<string, RangeToken>
  #text: string | undefined
  #rangeIds: readonly string[] | undefined

  private constructor(ranges: ReadonlyMap<string, RangeToken>, text?: string) {
    this.#ranges = ranges
    this.#text = text
  }

  static of(ranges: Iterable<readonly [string, RangeToken]>): SessionToken {
    return new SessionToken(new Map(ranges))
  }

  /** Reads a whole `x-ms-session-token` header. A range named twice counts with the merge of both. */
  static parse(text: string): ParsedSessionToken {
    return SessionToken.#parsed(text)
  }

  /** One answer's token is read several times on its way: by who sends it, who receives it, who judges. */
  static readonly #parsed = remember((text) => SessionToken.#read(text), { entries: 256, longestText: 1024 })

  static #read(text: string): ParsedSessionToken {
    const ranges = new Map<string, RangeToken>()
    let repeated = false
    for (const segment of text.split(',')) {
      const colon = segment.indexOf(':')
      if (colon < 0) return { problem: 'a segment without "range:"' }
      const range = segment.slice(0, colon)
      if (!rangeIdPattern.test(range)) return { problem: 'a partition key range id that is empty or not a plain word' }
      const parsed = parseRangeToken(segment.slice(colon + 1))
      if (typeof parsed === 'string') return { problem: parsed }
      const earlier = ranges.get(range)
      repeated ||= earlier !== undefined
      ranges.set(range, earlier ? mergeRangeTokens(earlier, parsed) : parsed)
    }
    return { token: new SessionToken(ranges, repeated ? undefined : text) }
  }

  get rangeIds(): readonly string[] {
    this.#rangeIds ??= [...this.#ranges.keys()]
    return this.#rangeIds
  }

  get isEmpty(): boolean {
    return this.#ranges.size === 0
  }

  /** Size of the header value, in bytes. */
  get bytes(): number {
    return Buffer.byteLength(this.reveal())
  }

  /** The range's own progress merged with its ancestors', or undefined when the token knows none of them. */
  forRange(range: string, ancestry: Ancestry = noAncestors): RangeToken | undefined {
    let found = this.#ranges.get(range)
    for (const ancestor of ancestry(range)) {
      const token = this.#ranges.get(ancestor)
      if (token) found = found ? mergeRangeTokens(found, token) : token
    }
    return found
  }

  /** The least token that demands what both demand. */
  merge(other: SessionToken): SessionToken {
    if (other.isEmpty) return this
    if (this.isEmpty) return other
    let ranges: Map<string, RangeToken> | undefined
    for (const [range, token] of other.#ranges) {
      const mine = this.#ranges.get(range)
      const merged = mine ? mergeRangeTokens(mine, token) : token
      if (merged === mine) continue
      ranges ??= new Map(this.#ranges)
      ranges.set(range, merged)
    }
    return ranges ? new SessionToken(ranges) : this
  }

  /** Only the part that concerns one range and its ancestors. */
  narrow(range: string, ancestry: Ancestry = noAncestors): SessionToken {
    const wanted = [range, ...ancestry(range)]
    return new SessionToken(new Map([...this.#ranges].filter(([id]) => wanted.includes(id))))
  }

  equals(other: SessionToken): boolean {
    if (this.#ranges.size !== other.#ranges.size) return false
    for (const [range, token] of this.#ranges) {
      const theirs = other.#ranges.get(range)
      if (!theirs || compareRangeTokens(token, theirs) !== 'equal') return false
    }
    return true
  }

  /** The header value itself. For the wire and the carriers; never for an output. */
  reveal(): string {
    this.#text ??= this.#print()
    return this.#text
  }

  #print(): string {
    let text = ''
    for (const [range, token] of this.#ranges) text += `${text === '' ? '' : ','}${range}:${printRangeToken(token)}`
    return text
  }

  toString(): string {
    return `SessionToken(${this.#ranges.size} ranges)`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

/**
 * Whether `held` guarantees at least what `needed` guarantees, for documents in `range`.
 * Nothing needed for the range is always covered.
 */
export function covers(
  held: SessionToken,
  needed: SessionToken,
  range: string,
  ancestry: Ancestry = noAncestors,
): boolean {
  const need = needed.forRange(range, ancestry)
  if (need === undefined) return true
  const have = held.forRange(range, ancestry)
  return have !== undefined && rangeTokenCovers(have, need)
}

/**
 * The order of progress: the same or a newer version, and no component that both name is smaller.
 * Under one version both must name the same demand, so a region missing from `held` is not covered;
 * under a newer version a region may have been removed. A partial order, because region ids are never reused.
 */
export function rangeTokenCovers(held: RangeToken, needed: RangeToken): boolean {
  const heldVersion = versionOf(held)
  const neededVersion = versionOf(needed)
  if (heldVersion < neededVersion || held.globalLsn < needed.globalLsn) return false
  for (const [region, needLsn] of needed.localLsns) {
    const haveLsn = held.localLsns.get(region)
    if (haveLsn === undefined ? heldVersion === neededVersion : haveLsn < needLsn) return false
  }
  return true
}

export function compareRangeTokens(left: RangeToken, right: RangeToken): Order {
  const ahead = rangeTokenCovers(left, right)
  const behind = rangeTokenCovers(right, left)
  if (ahead && behind) return 'equal'
  if (ahead) return 'ahead'
  return behind ? 'behind' : 'incomparable'
}

/**
 * Under one version, the maximum of each component. Across versions the newer token stands alone: LSNs may restart lower
 * after a failover, and taking maxima over both would demand progress that no replica ever made ("false progress";
 * docs/decisions/0001-order-of-session-tokens.md).
 */
export function mergeRangeTokens(left: RangeToken, right: RangeToken): RangeToken {
  const leftVersion = versionOf(left)
  const rightVersion = versionOf(right)
  if (leftVersion !== rightVersion) return leftVersion > rightVersion ? left : right
  if (rangeTokenCovers(left, right)) return left
  const localLsns = new Map(left.localLsns)
  for (const [region, lsn] of right.localLsns) localLsns.set(region, larger(localLsns.get(region) ?? lsn, lsn))
  return { version: left.version, globalLsn: larger(left.globalLsn, right.globalLsn), localLsns }
}

export function printRangeToken(token: RangeToken): string {
  if (token.version === undefined) return String(token.globalLsn)
  let text = `${token.version}#${token.globalLsn}`
  for (const [region, lsn] of token.localLsns) text += `#${region}=${lsn}`
  return text
}

/** Recognises a token in an output without showing it: `st:` and 8 hex digits of an HMAC-SHA256 under a key of this process. */
export function fingerprint(raw: string, key: Uint8Array | string): string {
  return `st:${createHmac('sha256', key).update(raw).digest('hex').slice(0, 8)}`
}

const rangeIdPattern = /^[\w-]+$/
const wholePattern = /^-?\d+$/
const lsnMax = 2n ** 63n - 1n

function parseRangeToken(text: string): RangeToken | string {
  const segments = text.split('#')
  if (segments.length === 1) {
    const lsn = parseLsn(text)
    return lsn === undefined
      ? 'an LSN that is not a whole number'
      : { version: undefined, globalLsn: lsn, localLsns: new Map() }
  }
  const version = parseLsn(segments[0]!)
  if (version === undefined) return 'a version that is not a whole number'
  const globalLsn = parseLsn(segments[1]!)
  if (globalLsn === undefined) return 'a global LSN that is not a whole number'
  const localLsns = new Map<string, bigint>()
  for (let i = 2; i < segments.length; i++) {
    const segment = segments[i]!
    const equals = segment.indexOf('=')
    const region = segment.slice(0, Math.max(equals, 0))
    if (parseLsn(region) === undefined) return 'a region segment without "region="'
    const lsn = parseLsn(segment.slice(equals + 1))
    if (lsn === undefined) return 'a local LSN that is not a whole number'
    if (localLsns.has(region)) return 'a region named twice'
    localLsns.set(region, lsn)
  }
  return { version, globalLsn, localLsns }
}

/**
 * -1 is legal: an unset version or a region that has not written yet. An account has a handful of regions, and of the LSNs
 * most tokens repeat those of the tokens before them.
 */
const parseLsn = remember(
  (text) => {
    if (text.length > 20 || !wholePattern.test(text)) return undefined
    const value = BigInt(text)
    return value < -1n || value > lsnMax ? undefined : value
  },
  { entries: 1024, longestText: 20 },
)

const larger = (a: bigint, b: bigint) => (a > b ? a : b)

/** The simple form has no version; any version is newer. */
const versionOf = (token: RangeToken): bigint => token.version ?? -2n
