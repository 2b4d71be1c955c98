import type { CarrierKind } from '../../domain/scenario.ts'
import { baggage } from './baggage.ts'
import { body } from './body.ts'
import type { Carrier, MakeCarrier } from './carrier.ts'
import { cookie } from './cookie.ts'
import { device } from './device.ts'
import { header } from './header.ts'
import { message } from './message.ts'
import { none } from './none.ts'
import { redirect } from './redirect.ts'
import { store } from './store.ts'

/** One carrier a line. */
const makers: Record<CarrierKind, MakeCarrier> = {
  header,
  cookie,
  redirect,
  baggage,
  message,
  store,
  device,
  body,
  none,
}

export type Carriers = Readonly<Record<CarrierKind, Carrier>>

/** The carriers of one scenario. */
export const openCarriers = (): Carriers =>
  Object.fromEntries(Object.entries(makers).map(([kind, make]) => [kind, make()])) as Record<CarrierKind, Carrier>
