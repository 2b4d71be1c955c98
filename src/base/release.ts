/** What was opened last is closed first, each exactly once, whatever the others do. */
export class Releases {
  readonly #stack: { name: string; release: () => unknown }[] = []
  #closing: Promise<unknown> = Promise.resolve()

  /** Remembers how to close what `name` opened. */
  add(name: string, release: () => unknown): void {
    this.#stack.push({ name, release })
  }

  /**
   * Closes everything in reverse order; a failing release does not keep the others from running. Returns the failures.
   * A second call, as a second signal makes it, waits for the first. No release may wait for it.
   */
  close(): Promise<{ name: string; error: unknown }[]> {
    const closed = this.#closing.then(() => this.#closeAll())
    this.#closing = closed
    return closed
  }

  async #closeAll(): Promise<{ name: string; error: unknown }[]> {
    const failures: { name: string; error: unknown }[] = []
    for (let entry = this.#stack.pop(); entry; entry = this.#stack.pop()) {
      try {
        await entry.release()
      } catch (error) {
        failures.push({ name: entry.name, error })
      }
    }
    return failures
  }
}
