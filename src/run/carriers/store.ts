import { arrived, type Carrier, type Delivery, lostBecause } from './carrier.ts'

const usualTtlMs = 3_600_000
/** Of each call; a store that hangs costs a run no more than two of them. */
const patienceMs = 1000

/**
 * A cache that the services share: the sender puts the token under the workflow's key, the receiver gets it. A store that does
 * not answer costs the token and nothing else.
 */
export const store = (): Carrier => ({
  async carry(token, { workflow, options, damage, clock, signal, resources }): Promise<Delivery> {
    const shared = resources.store(options.store)
    const inTime = async <T>(call: Promise<T>): Promise<T> => {
      const timer = new AbortController()
      // The default reason is an error with a stack, made anew for each call; nobody reads it.
      const stop = () => timer.abort('stopped')
      signal.addEventListener('abort', stop)
      try {
        return await Promise.race([
          call,
          clock.sleep(patienceMs, timer.signal).then(() => {
            if (timer.signal.reason === 'answered') return call
            throw new Error('the store does not answer')
          }),
        ])
      } finally {
        timer.abort('answered')
        signal.removeEventListener('abort', stop)
      }
    }
    try {
      await inTime(shared.put(workflow, damage(token), options.ttlMs ?? usualTtlMs))
      const found = await inTime(shared.get(workflow))
      return found === undefined ? lostBecause('expired') : arrived(found)
    } catch {
      return lostBecause('store-unavailable')
    }
  },
})
