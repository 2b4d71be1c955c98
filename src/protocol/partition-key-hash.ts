import { remember } from './remember.ts'

/** One level of a partition key; undefined where the document has no value at the path. */
export type PartitionKeyComponent = string | number | boolean | null | undefined

/**
 * The effective partition key: upper-case hex that places a partition key among the ranges `""`…`"FF"`.
 * MurmurHash3 x64 128 as the SDKs' version 2 of the partition key definition, 32 digits a level with the two highest bits
 * cleared; hierarchical keys concatenate their levels, so that the first level chooses the range.
 * Agrees with `@azure/cosmos` 4.10.1 (`utils/hashing/v2.js`, `multiHash.js`); not compared with the service itself.
 */
export const effectivePartitionKey = (key: readonly PartitionKeyComponent[]): string => key.map(hashLevel).join('')

/** Lower bounds of `count` ranges of equal size. The first is `""`; the last range ends at `"FF"`. */
export const evenRangeBounds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    i === 0
      ? ''
      : Math.floor((i * 0x40000000) / count)
          .toString(16)
          .toUpperCase()
          .padStart(8, '0'),
  )

function hashLevel(component: PartitionKeyComponent): string {
  return typeof component === 'string' ? hashText(component) : hash(component)
}

/** The same few keys are placed again and again, and a hash of 64-bit arithmetic costs more than a point read. */
const hashText = remember((text) => hash(text), { entries: 1024, longestText: 256 })

function hash(component: PartitionKeyComponent): string {
  const [h1, h2] = murmur3x64(encode(component))
  const masked = h2 & 0x3fff_ffff_ffff_ffffn
  return (hex16(masked) + hex16(h1)).toUpperCase()
}

const hex16 = (value: bigint) => value.toString(16).padStart(16, '0')

/** A type marker, then the value: UTF-8 ended by FF, or the double's bytes, lowest first. */
function encode(component: PartitionKeyComponent): Buffer {
  if (typeof component === 'string') return Buffer.concat([Buffer.of(0x08), Buffer.from(component), Buffer.of(0xff)])
  if (typeof component === 'number') {
    const bytes = Buffer.alloc(9, 0x05)
    bytes.writeDoubleLE(component, 1)
    return bytes
  }
  if (component === undefined) return Buffer.of(0x00)
  if (component === null) return Buffer.of(0x01)
  return Buffer.of(component ? 0x03 : 0x02)
}

const mask = 0xffff_ffff_ffff_ffffn
const c1 = 0x87c37b91114253d5n
const c2 = 0x4cf5ad432745937fn
const rotl = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & mask
const times = (a: bigint, b: bigint) => (a * b) & mask

function finalMix(value: bigint): bigint {
  let h = value
  h = times(h ^ (h >> 33n), 0xff51afd7ed558ccdn)
  h = times(h ^ (h >> 33n), 0xc4ceb9fe1a85ec53n)
  return h ^ (h >> 33n)
}

/** MurmurHash3 x64 128 (Austin Appleby, public domain), seed 0. Zero padding of the tail is the same as leaving it out. */
function murmur3x64(bytes: Buffer): [bigint, bigint] {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 16) * 16)
  bytes.copy(padded)
  const wholeBlocks = Math.floor(bytes.length / 16)
  let h1 = 0n
  let h2 = 0n
  for (let block = 0; block * 16 < padded.length; block++) {
    const k1 = times(rotl(times(padded.readBigUInt64LE(block * 16), c1), 31n), c2)
    const k2 = times(rotl(times(padded.readBigUInt64LE(block * 16 + 8), c2), 33n), c1)
    h1 ^= k1
    if (block >= wholeBlocks) {
      h2 ^= k2
      break
    }
    h1 = (rotl(h1, 27n) + h2) & mask
    h1 = (h1 * 5n + 0x52dce729n) & mask
    h2 ^= k2
    h2 = (rotl(h2, 31n) + h1) & mask
    h2 = (h2 * 5n + 0x38495ab5n) & mask
  }
  const length = BigInt(bytes.length)
  h1 ^= length
  h2 ^= length
  h1 = (h1 + h2) & mask
  h2 = (h2 + h1) & mask
  h1 = finalMix(h1)
  h2 = finalMix(h2)
  h1 = (h1 + h2) & mask
  h2 = (h2 + h1) & mask
  return [h1, h2]
}
