import type { HopDeclaration } from '../../domain/scenario.ts'
import type { Hop } from '../hop.ts'

/** A service of the user's own. It takes requests (`steps/request.ts`); the scenario's rules keep operations away from it. */
export const endpointHop = ({ name }: HopDeclaration): Hop => ({
  name,
  execute: () => Promise.reject(new Error('an endpoint takes requests, no operations')),
  reconnect: () => {},
})
