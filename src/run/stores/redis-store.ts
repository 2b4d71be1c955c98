import { createClient } from '@redis/client'
import type { SharedStore } from './shared-store.ts'

/** Tries again this often while the server is away. */
const reconnectMs = 500
const connectTimeoutMs = 2000

/**
 * A Redis server. While it is away every call rejects at once, so that a run waits for nothing; only the first connection is
 * waited for. Errors are not passed on in words: they could quote the URL, which may hold a password.
 */
export class RedisStore implements SharedStore {
  readonly #client
  /** Resolves when the first try to connect has ended, well or not. */
  readonly #firstTry: Promise<void>

  /** `url`: `redis://` or `rediss://`, with the password where there is one. Connects in the background, again and again. */
  constructor(url: string) {
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: 1000,
      socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: reconnectMs },
    })
    this.#firstTry = new Promise((resolve) => {
      this.#client.once('ready', resolve)
      this.#client.on('error', () => resolve())
    })
    this.#client.connect().then(
      () => {},
      () => {},
    )
  }

  async put(key: string, value: string, ttlMs: number): Promise<void> {
    await this.#firstTry
    await this.#client.set(key, value, { expiration: { type: 'PX', value: ttlMs } })
  }

  async get(key: string): Promise<string | undefined> {
    await this.#firstTry
    return (await this.#client.get(key)) ?? undefined
  }

  close(): void {
    if (this.#client.isOpen) this.#client.destroy()
  }
}
