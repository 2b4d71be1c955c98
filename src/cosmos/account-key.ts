import type { TokenProvider } from '@azure/cosmos'
import type { Clock } from '../base/clock.ts'
import { checkKey, type TargetOptions } from './access.ts'
import { signWith } from './sign.ts'
import { TargetProblem } from './target-problem.ts'

/** As often as an account is looked at: a key that stays refused costs no more than that. */
const readAgainAfterMs = 5000

/**
 * The key of an account. All its clients sign with the present one, so a key that is replaced where it came from, as a mounted secret
 * is, needs neither new clients nor a restart.
 */
export class AccountKey {
  readonly #options: TargetOptions
  readonly #clock: Clock
  readonly #onReplaced: () => void
  #key: string
  #sign: TokenProvider
  #reading: Promise<void> | undefined
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #problem: TargetProblem | undefined

  constructor(key: string, options: TargetOptions, clock: Clock, onReplaced: () => void) {
    this.#key = key
    this.#sign = signWith(key)
    this.#options = options
    this.#clock = clock
    this.#onReplaced = onReplaced
  }

  readonly sign: TokenProvider = (request) => this.#sign(request)

  /** False for one of an environment variable, which cannot change. */
  get canChange(): boolean {
    return this.#options.readKey !== undefined
  }

  /** Another value: another key is in use. It tells nothing about the key. */
  get present(): object {
    return this.#sign
  }

  /** What was wrong with the key that is there now, when it was last read. */
  get problem(): TargetProblem | undefined {
    return this.#problem
  }

  /** Reads it where it came from. Rejects with `TargetProblem`, and the former key stays, when what is there is no key. */
  async readAnew(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
    if (this.#problem) throw this.#problem
  }

  /** The key was refused: reads it, unless that has been done just now. Whoever wants to try again waits for `reading`. */
  noticeRefusal(): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#notBeforeMs) return
    this.#notBeforeMs = nowMs + readAgainAfterMs
    this.readAnew().catch(() => {})
  }

  /** Never rejects; undefined: it is not being read. */
  get reading(): Promise<void> | undefined {
    return this.#reading
  }

  async #read(): Promise<void> {
    const { name, secretFrom, readKey } = this.#options
    if (readKey === undefined) return
    try {
      const key = await readKey()
      checkKey(this.#options, key)
      this.#problem = undefined
      if (key === this.#key) return
      this.#key = key
      this.#sign = signWith(key)
      this.#onReplaced()
    } catch (error) {
      if (error instanceof TargetProblem) this.#problem = error
      else {
        const where = secretFrom === undefined ? '' : ` from ${secretFrom}`
        const remedy = 'put it back, where hopwatch may read it; the former key is used meanwhile'
        this.#problem = new TargetProblem(
          'misconfigured',
          `target "${name}": its key cannot be read anew${where}`,
          remedy,
        )
      }
    }
  }
}
