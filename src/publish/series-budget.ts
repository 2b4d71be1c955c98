/** How many series there may be. What would break the cap is refused and counted, so that a mistake costs figures, not Prometheus. */
export class SeriesBudget {
  readonly #most: number
  #used = 0
  #refused = 0

  constructor(most: number) {
    this.#most = most
  }

  get used(): number {
    return this.#used
  }

  /** Each refusal counts, a repeated one too. */
  get refused(): number {
    return this.#refused
  }

  take(count: number): boolean {
    if (this.#used + count > this.#most) {
      this.#refused += count
      return false
    }
    this.#used += count
    return true
  }

  giveBack(count: number): void {
    this.#used -= count
  }
}
