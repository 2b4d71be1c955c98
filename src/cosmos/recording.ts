import type { Attempt } from '../domain/observation.ts'

const keptFirst = 32
const keptMax = 256

/**
 * The attempts of one operation, in the order in which they ended. The SDK's own limits keep it below 130; a query over
 * very many partition key ranges may go past `keptMax`, and then the middle is dropped and counted.
 */
export class Recording {
  #attempts: Attempt[] | undefined = []
  #dropped = 0
  #pending = 0
  #settled: (() => void) | undefined
  #containerId: string | undefined
  /** Whether the acknowledgement of the write is kept from the SDK. */
  readonly losesResponse: boolean

  constructor({ losesResponse = false }: { readonly losesResponse?: boolean } = {}) {
    this.losesResponse = losesResponse
  }

  /** An attempt is under way. */
  begin(): void {
    this.#pending++
  }

  /** It ended; undefined when nothing was sent after all. What ends after `close` belongs to nobody. */
  end(attempt: Attempt | undefined): void {
    if (attempt && this.#attempts) {
      this.#attempts.push(attempt)
      if (this.#attempts.length > keptMax) {
        this.#attempts.splice(keptFirst, 1)
        this.#dropped++
      }
    }
    if (--this.#pending === 0) this.#settled?.()
  }

  /** The resource id by which the service's answers call the container, which one that is made anew under the same name does not share. */
  get containerId(): string | undefined {
    return this.#containerId
  }

  sawContainer(id: string): void {
    this.#containerId = id
  }

  /** Whoever asked has gone: what is still to be sent is for nobody. */
  get isClosed(): boolean {
    return this.#attempts === undefined
  }

  get isSettled(): boolean {
    return this.#pending === 0
  }

  /** Resolves when no attempt is under way. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isSettled) resolve()
      else this.#settled = resolve
    })
  }

  /** Attempts that are not kept. */
  get dropped(): number {
    return this.#dropped
  }

  close(): readonly Attempt[] {
    const attempts = this.#attempts ?? []
    this.#attempts = undefined
    return attempts
  }
}
