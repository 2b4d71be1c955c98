import { type Carrier, lostBecause } from './carrier.ts'

/** The workflow goes on and the token stays behind: what an application does that never forwards it. */
export const none = (): Carrier => ({ carry: () => lostBecause('not-carried') })
