/** One question with a `Date` in its answer, which is cut to the second. */
export interface ClockSample {
  readonly askedWallMs: number
  readonly answeredWallMs: number
  readonly serverWallMs: number
}

/** How far the account's clock is ahead of this one; negative: behind. It lies somewhere between the two. */
export interface ClockOffset {
  readonly lowMs: number
  readonly highMs: number
}

const secondMs = 1000

/**
 * The server read its clock between question and answer, and dropped up to a second of what it read. Several samples narrow it
 * down; samples that contradict each other (a clock that was set meanwhile) are all allowed for. Undefined without any.
 */
export function clockOffset(samples: readonly ClockSample[]): ClockOffset | undefined {
  if (samples.length === 0) return undefined
  const lows = samples.map(({ serverWallMs, answeredWallMs }) => serverWallMs - answeredWallMs)
  const highs = samples.map(({ serverWallMs, askedWallMs }) => serverWallMs + secondMs - askedWallMs)
  const lowMs = Math.max(...lows)
  const highMs = Math.min(...highs)
  return lowMs <= highMs ? { lowMs, highMs } : { lowMs: Math.min(...lows), highMs: Math.max(...highs) }
}

/** By how much this clock is off at least; 0 when it may be right. */
export const leastOffMs = ({ lowMs, highMs }: ClockOffset): number => Math.max(0, lowMs, -highMs)

/** In words, from this machine's point of view. */
export function printOffset({ lowMs, highMs }: ClockOffset): string {
  const seconds = (ms: number) => `${Number((Math.abs(ms) / secondMs).toFixed(Math.abs(ms) < 10_000 ? 2 : 0))} s`
  if (lowMs > 0) return `this clock is ${seconds(lowMs)} to ${seconds(highMs)} behind the account's`
  if (highMs < 0) return `this clock is ${seconds(highMs)} to ${seconds(lowMs)} ahead of the account's`
  return `this clock is at most ${seconds(lowMs)} ahead of the account's and at most ${seconds(highMs)} behind it`
}
