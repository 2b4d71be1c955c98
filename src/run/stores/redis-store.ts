import type { SharedStore } from './shared-store.ts'

/** Tries again this often while the server is away. */
const reconnectMs = 500
const connectTimeoutMs = 2000

/**
 * A Redis server. While it is away every call rejects at once, so that a run waits for nothing; only the first connection is
 * waited for. Errors are not passed on in words: they could quote the URL, which may hold a password.
 */
export class RedisStore implements SharedStore {
  readonly #opening: ReturnType<typeof openClient>

  /** `url`: `redis://` or `rediss://`, with the password where there is one. Connects in the background, again and again. */
  constructor(url: string) {
    this.#opening = openClient(url)
  }

  async put(key: string, value: string, ttlMs: number): Promise<void> {
    const { client, firstTry } = await this.#opening
    await firstTry
    await client.set(key, value, { expiration: { type: 'PX', value: ttlMs } })
  }

  async get(key: string): Promise<string | undefined> {
    const { client, firstTry } = await this.#opening
    await firstTry
    return (await client.get(key)) ?? undefined
  }

  async close(): Promise<void> {
    const { client } = await this.#opening
    if (client.isOpen) client.destroy()
  }
}

/** The package is loaded for whoever has a store: it is a sixth of all code, and most have none. */
async function openClient(url: string) {
  const { createClient } = await import('@redis/client')
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 1000,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: reconnectMs },
  })
  /** Resolves when the first try to connect has ended, well or not. */
  const firstTry = new Promise<void>((resolve) => {
    client.once('ready', () => resolve())
    client.on('error', () => resolve())
  })
  client.connect().then(
    () => {},
    () => {},
  )
  return { client, firstTry }
}
