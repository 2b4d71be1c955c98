import { alternatives, quote } from './words.ts'

/**
 * What the contract names and this version does not do. Each is refused by name, so that nobody believes it runs. A
 * feature that arrives deletes its word here.
 */
const unavailable = {
  write: ['batch'],
  read: ['batch-of-points', 'changeFeed'],
} as const satisfies Record<string, readonly string[]>

export type Topic = keyof typeof unavailable

/** What to say of a word that will mean something one day; undefined for a word that means nothing. */
export function whyUnavailable(
  topic: Topic,
  word: string,
  available: readonly string[],
): { message: string; instead: string } | undefined {
  if (!(unavailable[topic] as readonly string[]).includes(word)) return undefined
  return {
    message: `${topic} ${quote(word)} is not available in this version`,
    instead: available.length === 0 ? 'leave it out' : `write ${alternatives(available)}`,
  }
}
