import { closest, distance } from 'fastest-levenshtein'

const wordMax = 80

export const quote = (word: string): string => `"${word.length > wordMax ? `${word.slice(0, wordMax)}…` : word}"`

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export const alternatives = (words: readonly string[]): string =>
  words.length < 2
    ? words.map(quote).join('')
    : `${words.slice(0, -1).map(quote).join(', ')} or ${quote(words[words.length - 1] ?? '')}`

/** The candidate that the writer probably meant; undefined when none is near enough to be worth suggesting. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const bare = bareWord(word)
  const best = candidates[candidates.map(bareWord).indexOf(closest(bare, candidates.map(bareWord)))]
  if (best === undefined) return undefined
  return distance(bare, bareWord(best)) <= Math.max(bare.length < 4 ? 1 : 2, Math.floor(bare.length / 3))
    ? best
    : undefined
}

/** Case, spaces and dashes are what people get wrong first, and they carry no meaning here. */
const bareWord = (word: string): string => word.toLowerCase().replaceAll(/[\s_-]/g, '')

/** `write "journey"`, or the whole choice when no candidate is near. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  return `write ${near === undefined ? alternatives(candidates) : quote(near)}`
}
