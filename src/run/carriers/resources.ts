import type { Clock } from '../../base/clock.ts'
import { MemoryDisk } from '../device-disk.ts'
import { MemoryStore } from '../stores/memory-store.ts'
import type { CarrierResources } from './carrier.ts'

/** Everything in memory: for simulated worlds, where nothing may touch a disk or a network. */
export function resourcesInMemory(clock: Clock): CarrierResources {
  const shared = new MemoryStore(clock)
  return { store: () => shared, disk: new MemoryDisk() }
}
