import type { WireToken } from '../../protocol/wire-token.ts'

/** Takes the session token across one hop to the next: what comes back is what arrived. */
export interface Carrier {
  carry(sent: WireToken): WireToken | undefined
}
