/** What is left of a range's request units in one region. At most one second's share is saved up. */
export class Budget {
  #requestUnits: number
  #asOfMs: number

  constructor(requestUnitsPerSecond: number, nowMs: number) {
    this.#requestUnits = requestUnitsPerSecond
    this.#asOfMs = nowMs
  }

  /**
   * Milliseconds until the range admits a request again; 0: now. A request is admitted while anything is left and may
   * overdraw the budget, because its charge is known only afterwards.
   */
  retryAfterMs(requestUnitsPerSecond: number, nowMs: number): number {
    const earned = (Math.max(0, nowMs - this.#asOfMs) / 1000) * requestUnitsPerSecond
    this.#requestUnits = Math.min(requestUnitsPerSecond, this.#requestUnits + earned)
    this.#asOfMs = nowMs
    return this.#requestUnits > 0 ? 0 : Math.floor((-this.#requestUnits / requestUnitsPerSecond) * 1000) + 1
  }

  spend(requestUnits: number): void {
    this.#requestUnits -= requestUnits
  }
}
