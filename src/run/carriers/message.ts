import { andThen, type Soon } from '../soon.ts'
import { bodyCodec } from './body.ts'
import { arrived, type Carrier, type Delivery, lostBecause } from './carrier.ts'
import { isWithin } from './codec.ts'

/** How many messages of a workflow may still come a second time. */
const remembered = 8

/**
 * A queue that delivers at least once, the token in the message's body. After the workflow's message an older one may come
 * again (redelivery), or the one before it only now (reordering); a receiver that keeps the token of the message that it saw
 * last is then left with an older token.
 */
export function message(): Carrier {
  const queues = new Map<string, string[]>()
  return {
    carry(token, { workflow, options, delayMs, damage, clock, random, signal }): Soon<Delivery> {
      const sent = bodyCodec.encode(token)
      // One draw each, whatever strikes, so that a seed replays.
      const isRedelivered = random.next() < (options.redelivery ?? 0)
      const isOvertaken = random.next() < (options.reordering ?? 0)
      const pick = random.next()
      if (!isWithin(bodyCodec, sent, options.limit)) return lostBecause('over-limit')
      const earlier = queues.get(workflow) ?? []
      queues.set(workflow, [...earlier, sent].slice(-remembered))
      const again = isRedelivered ? earlier[Math.floor(pick * earlier.length)] : undefined
      const late = isOvertaken ? earlier.at(-1) : undefined
      const last = again ?? late
      return andThen(delayMs > 0 ? clock.sleep(delayMs, signal) : undefined, () => {
        const delivery = arrived(bodyCodec.decode(damage(last ?? sent)))
        return last === undefined || delivery.token === undefined ? delivery : { ...delivery, cause: 'kept-older' }
      })
    },
  }
}
