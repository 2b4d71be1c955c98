import type { Soon } from '../soon.ts'

/** A cache that services share. Both calls reject when it does not answer; neither need be bounded in time. */
export interface SharedStore {
  put(key: string, value: string, ttlMs: number): Soon<void>
  /** Undefined: never put, or expired. */
  get(key: string): Soon<string | undefined>
}
