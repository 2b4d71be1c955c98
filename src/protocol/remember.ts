/**
 * A pure function of a text that keeps its latest results, so that the same text costs once. At most `entries` are kept, and only
 * of texts of at most `longestText` characters: what comes from outside must not fill the memory.
 */
export function remember<Result>(
  compute: (text: string) => Result,
  { entries, longestText }: { readonly entries: number; readonly longestText: number },
): (text: string) => Result {
  let known = new Map<string, { readonly result: Result }>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found.result
    const result = compute(text)
    // All at once: to find the oldest would cost more than to compute a few anew. A cleared map would do as well, but what it held
    // hangs on to what it will hold, and so outlives one collection of garbage after the other.
    if (known.size >= entries) known = new Map()
    if (text.length <= longestText) known.set(text, { result })
    return result
  }
}
