import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { CarryCause } from '../../domain/journey.ts'
import type { CarrierOptions } from '../../domain/scenario.ts'
import type { DeviceDisk } from '../device-disk.ts'
import type { Soon } from '../soon.ts'
import type { SharedStore } from '../stores/shared-store.ts'

/** Takes the session token across one hop to the next, as text; what comes back is what arrived. Never rejects. */
export interface Carrier {
  carry(token: string, context: CarryContext): Soon<Delivery>
}

/** Makes a scenario's carrier; what it remembers between runs (a browser's cookies, a queue's messages) is the scenario's. */
export type MakeCarrier = () => Carrier

/** Everything that a carrier is given besides the token. */
export interface CarryContext {
  /** Unique for scenario, sender, receiver and partition: one user's workflow on this stretch of its way. */
  readonly workflow: string
  readonly run: string
  readonly options: CarrierOptions
  /** The chosen value of a swept delay. */
  readonly delayMs: number
  /** What becomes of the text that travels on its way; the identity, most of the time. */
  readonly damage: (text: string) => string
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly resources: CarrierResources
}

/** What outlives a run and may be shared by scenarios. */
export interface CarrierResources {
  /** By its name in the configuration; without a name, a store in memory. */
  store(name: string | undefined): SharedStore
  readonly disk: DeviceDisk
}

/** The text of the token that arrived, or none; with a reason where that is not the text that was sent. */
export interface Delivery {
  readonly token: string | undefined
  readonly cause: CarryCause | undefined
  /** Of the request that took it there; absent where it went by none. */
  readonly spanId?: string
}

export const arrived = (token: string | undefined): Delivery =>
  token === undefined || token === '' ? { token: undefined, cause: 'unreadable' } : { token, cause: undefined }

export const lostBecause = (cause: CarryCause): Delivery => ({ token: undefined, cause })
