const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `250ms`, `1.5s`, `5m`, `2h` or `0`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text.trim() === '0') return 0
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim())
  // To the nanosecond, or 1.005s were 1004.9999999999999 ms.
  return match ? Number((Number(match[1]) * unitMs[match[2]!]!).toFixed(6)) : undefined
}

/** The shortest exact spelling that `parseDuration` reads back: `250ms`, `2s`, `5m`. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const size = unitMs[unit] ?? 1
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${ms}ms`
}
