import { arrived, type Carrier, type Delivery, lostBecause } from './carrier.ts'

/**
 * A device that writes the token to its disk, is offline for a while, and reads it again when it resumes. The file goes with
 * the carry: a session token is no secret, but must not lie around.
 */
export function device(): Carrier {
  let files = 0
  return {
    async carry(token, { run, delayMs, damage, clock, signal, resources: { disk } }): Promise<Delivery> {
      // A run may carry along two branches at once.
      const name = `${run}-${++files}`
      try {
        await disk.save(name, damage(token))
        if (delayMs > 0) await clock.sleep(delayMs, signal)
        return arrived(await disk.load(name))
      } catch {
        return lostBecause('device-unavailable')
      } finally {
        await disk.remove(name).catch(() => {})
      }
    },
  }
}
