import type { Attempt } from '../../src/domain/observation.ts'
import { WireToken } from '../../src/protocol/wire-token.ts'

/** One HTTP exchange on the documents: `sent` and `received` are session tokens as text. */
export function attempt(
  status: number | undefined,
  { sent, received, ...rest }: { sent?: string; received?: string } & Partial<Omit<Attempt, 'sent' | 'received'>> = {},
): Attempt {
  return {
    purpose: 'operation',
    region: 'West Europe',
    status,
    substatus: undefined,
    failure: undefined,
    requestCharge: 1,
    durationMs: 2,
    sent: sent === undefined ? undefined : new WireToken(sent),
    received: received === undefined ? undefined : new WireToken(received),
    ...rest,
  }
}

/** 404/1002: no replica could serve the token. */
export const unavailable = (sent?: string): Attempt => attempt(404, { substatus: 1002, ...(sent && { sent }) })
