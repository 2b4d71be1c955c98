import type { Clock } from '../../base/clock.ts'
import { andThen, type Soon } from '../soon.ts'
import { arrived, type Carrier, type Delivery, lostBecause } from './carrier.ts'

const usualTtlMs = 3_600_000
/** Of each call; a store that hangs costs a run no more than two of them. */
const patienceMs = 1000

/**
 * A cache that the services share: the sender puts the token under the workflow's key, the receiver gets it. A store that does
 * not answer costs the token and nothing else.
 */
export const store = (): Carrier => ({
  carry(token, { workflow, options, damage, clock, signal, resources }): Soon<Delivery> {
    const shared = resources.store(options.store)
    const inTime = <T>(call: Soon<T>): Soon<T> => (call instanceof Promise ? answerOf(call, clock, signal) : call)
    const put = inTime(shared.put(workflow, damage(token), options.ttlMs ?? usualTtlMs))
    const got = andThen(put, () => inTime(shared.get(workflow)))
    const delivery = andThen(got, (found) => (found === undefined ? lostBecause('expired') : arrived(found)))
    return delivery instanceof Promise ? delivery.catch(() => lostBecause('store-unavailable')) : delivery
  },
})

/** Rejects where the store has not answered in time. */
async function answerOf<T>(call: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
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
