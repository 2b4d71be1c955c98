import type { Clock } from '../../base/clock.ts'
import type { HopDeclaration } from '../../domain/scenario.ts'
import type { Hop, OpenStore } from '../hop.ts'
import { cosmosHop } from './cosmos.ts'
import { endpointHop } from './endpoint.ts'

interface HopNeeds {
  readonly openStore: OpenStore
  readonly clock: Clock
}

/** The hop that a declaration asks for. Sends nothing yet. */
export function openHop(declaration: HopDeclaration, { openStore, clock }: HopNeeds): Hop {
  if (declaration.endpoint !== undefined) return endpointHop(declaration)
  return cosmosHop(declaration, openStore(declaration.name), clock)
}
