import type { Attempt } from '../domain/observation.ts'
import { isSessionUnavailable } from '../protocol/status.ts'

export interface NextTry {
  readonly pauseMs: number
  readonly dropsToken: boolean
  readonly changesRegion: boolean
}

const again = (pauseMs: number, changes: Partial<NextTry> = {}): NextTry => ({
  pauseMs,
  dropsToken: false,
  changesRegion: false,
  ...changes,
})

/** How `@azure/cosmos` 4.10.1 goes on after the last of so many tries; undefined: not at all. */
export function nextTry(
  { status, substatus, failure }: Attempt,
  tries: number,
  isRead: boolean,
  writeRegionCount: () => number,
): NextTry | undefined {
  if (failure === 'connection') return isRead && tries <= 10 ? again(1000) : undefined
  if (failure === 'timeout') return isRead && tries <= 2 ? again(0, { changesRegion: true }) : undefined
  if (status === undefined || status < 400) return undefined
  if (isSessionUnavailable(status, substatus)) {
    // With several write regions the first retries keep the token.
    const keeps = Math.max(0, writeRegionCount() - 1)
    return tries <= keeps + 2 ? again(0, { dropsToken: tries > keeps }) : undefined
  }
  if (status === 429) return tries <= 9 ? again(100) : undefined
  if (status === 503)
    return (isRead || writeRegionCount() > 1) && tries <= 1 ? again(0, { changesRegion: true }) : undefined
  return undefined
}
