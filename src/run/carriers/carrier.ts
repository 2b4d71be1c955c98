import type { CarrierKind } from '../../domain/scenario.ts'
import type { WireToken } from '../../protocol/wire-token.ts'
import { header } from './header.ts'
import { none } from './none.ts'

/** Takes the session token across one hop to the next: what comes back is what arrived. */
export interface Carrier {
  carry(sent: WireToken): WireToken | undefined
}

export const carriers: Record<CarrierKind, Carrier> = { header, none }
