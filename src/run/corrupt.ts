import { integerBelow, type Random } from '../base/random.ts'

/** Damage that a proof against damage would catch, and a session token has none: a bit that flipped, or another LSN. */
export function corrupt(text: string, random: Random): string {
  return random.next() < 0.5 ? withOtherLsn(text, random) : withFlippedBit(text, random)
}

/** A character differs in one bit and is still one that a header may hold: else the sender's HTTP library would refuse it. */
function withFlippedBit(text: string, random: Random): string {
  if (text === '') return text
  const index = integerBelow(random, text.length)
  const code = text.charCodeAt(index)
  const candidates = [1, 2, 4, 8, 16, 32, 64].map((bit) => code ^ bit).filter((other) => other > 0x20 && other < 0x7f)
  const flipped = candidates[integerBelow(random, candidates.length)] ?? code
  return text.slice(0, index) + String.fromCharCode(flipped) + text.slice(index + 1)
}

const lsn = /(?<=[#=])\d+/g
const furthest = 1000

/** One of the token's LSNs is up to 1000 higher or lower. A token without any has a bit flipped. */
function withOtherLsn(text: string, random: Random): string {
  const found = [...text.matchAll(lsn)]
  const chosen = found[integerBelow(random, found.length)]
  if (chosen === undefined) return withFlippedBit(text, random)
  const [digits] = chosen
  const by = BigInt(1 + integerBelow(random, furthest))
  const lower = BigInt(digits) - by
  const other = random.next() < 0.5 && lower >= 0n ? lower : BigInt(digits) + by
  return text.slice(0, chosen.index) + String(other) + text.slice(chosen.index + digits.length)
}
