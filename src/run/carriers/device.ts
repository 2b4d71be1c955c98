import { arrived, type Carrier, type Delivery, lostBecause } from './carrier.ts'

/**
 * A device that writes the token to its disk, is offline for a while, and reads it again when it resumes. The file goes with
 * the carry: a session token is no secret, but must not lie around.
 */
export const device = (): Carrier => ({
  async carry(token, { run, to, delayMs, damage, clock, signal, resources: { disk } }): Promise<Delivery> {
    const name = `${run}-${to}`
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
})
