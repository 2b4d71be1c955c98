/** Undefined where an escape is broken, as a cut in its middle leaves it. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
