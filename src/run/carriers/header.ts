import { WireToken } from '../../protocol/wire-token.ts'
import type { Carrier } from './carrier.ts'

/**
 * A request header between two services. What arrives is read back from the header's text, as a receiver would:
 * optional white space around a field value is not part of it (RFC 9110, section 5.5), and an empty field is no token.
 */
export const header: Carrier = {
  carry(sent) {
    const value = sent.reveal().trim()
    return value === '' ? undefined : new WireToken(value)
  },
}
